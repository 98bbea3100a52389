"""The acceptance table says ok exactly when every part of every figure is as expected."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from deploy.cli_acceptance import MOBILIZED, Figure, figures_of, tables
from deploy.scenarios.nmg_2014 import expected
from deploy.scenarios.nmg_2014.campaign import IMPLEMENTATION
from deploy.scenarios.nmg_2014.hierarchy import ROOT
from tests.unit.cli.printed import printed

REPORTED = expected.REPORTED_ON


def answer_on(day: date) -> dict[str, Any]:
    """What the status API answers when everything is right."""
    below: dict[str, Any] = {}
    for name, due in expected.mobilization(day)[ROOT].items():
        done = {"mobilized": due.mobilized, "late": due.late, "overdue": due.overdue}
        below[name] = {"figures": {"expected": due.expected, "mobilization": done, "plans": {}}}
    for name in ("league", "banner"):
        plan = expected.plans(day)[ROOT][(name, IMPLEMENTATION)]
        states = {state: getattr(plan, state) for state in ("approved", "in_review", "returned")}
        below[name]["figures"]["plans"][IMPLEMENTATION] = states
    documents = {"work_plan": 1, "guiding_opinion": 4}
    return {"below": below, "campaign_wide": {"documents_by_kind": documents}}


def leaves(node: Any) -> Iterator[tuple[dict[str, Any], str]]:
    for key, value in node.items():
        if isinstance(value, dict):
            yield from leaves(value)
        else:
            yield node, key


@pytest.mark.parametrize("day", expected.DATES, ids=str)
def test_views_that_are_right_are_accepted(day: date) -> None:
    figures = list(figures_of(day, answer_on(day)))

    assert all(figure.ok for figure in figures)
    assert all(figure.as_of == day for figure in figures)


def test_the_reports_own_figures_are_in_the_table() -> None:
    shown = {figure.en: figure.shown for figure in figures_of(REPORTED, answer_on(REPORTED))}

    assert shown["work plan"] == "1"
    assert shown["guiding opinions"] == "4"
    assert shown["leagues"] == "12/12"
    assert shown["banners"].startswith("102/102")


def test_every_class_that_is_expected_is_in_some_line() -> None:
    in_lines = {name for _, _, classes in MOBILIZED for name in classes}

    assert set(expected.mobilization(REPORTED)[ROOT]) <= in_lines


def test_one_unit_more_or_less_anywhere_is_noticed() -> None:
    answer = answer_on(REPORTED)
    for node, key in list(leaves(answer["below"])):
        node[key] += 1
        assert not all(figure.ok for figure in figures_of(REPORTED, answer)), key
        node[key] -= 1


@pytest.mark.parametrize("kind", ["work_plan", "guiding_opinion"])
def test_a_missing_document_is_noticed(kind: str) -> None:
    answer = answer_on(REPORTED)
    del answer["campaign_wide"]["documents_by_kind"][kind]

    assert not all(figure.ok for figure in figures_of(REPORTED, answer))


def test_an_empty_view_differs_everywhere_without_breaking() -> None:
    answer: dict[str, Any] = {"below": {}, "campaign_wide": None}

    assert not any(figure.ok for figure in figures_of(REPORTED, answer))


def test_the_table_marks_what_differs() -> None:
    right = Figure(REPORTED, "盟市", "Leagues", "12/12", "12/12")
    wrong = Figure(REPORTED, "旗县", "Banners", "102/102", "101/102")

    (table,) = tables([right, wrong])
    lines = printed(table).splitlines()

    assert any("盟市 Leagues" in line and "✓" in line for line in lines)
    assert any("101/102" in line and "✗" in line for line in lines)
