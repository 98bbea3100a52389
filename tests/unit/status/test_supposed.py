"""Supposed rules: what a body may say, and what it changes in how facts are judged."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from services.status.facts import CampaignFact, UnitFact
from services.status.lights import NEAR
from services.status.queries import Known
from services.status.things.items import STANDARD, Thresholds
from services.status.weighing.differences import differences
from services.status.weighing.supposed import (
    ClassTwice,
    DayTwofold,
    SupposedBody,
    ThresholdNegative,
    WindowReversed,
    in_force,
    supposed_of,
    supposing,
)
from shared.contracts.schedule import Window
from shared.kernel.refusals import Refusal

IN_FORCE = (Window((2,), ("area",), date(2014, 1, 24), date(2014, 2, 20)),)
KNOWN = Known(UnitFact(), CampaignFact(), IN_FORCE)
DAY = "2014-02-11"


def window(**changed: Any) -> dict[str, Any]:
    return {
        "levels": [2], "kinds": ["area"], "opens_on": "2014-01-24", "closes_on": "2014-02-18",
    } | changed  # fmt: skip


def body(**said: Any) -> SupposedBody:
    return SupposedBody.model_validate(said)


def test_what_is_left_out_stays_as_it_is() -> None:
    supposed = supposed_of(body())

    assert supposed.judging(KNOWN) == KNOWN
    assert supposed.thresholds == STANDARD
    assert supposing(KNOWN, supposed) == in_force(KNOWN)


def test_what_is_said_takes_the_place_of_what_is_in_force() -> None:
    said = body(
        windows=[window()], near_workdays=5, due_soon_days=0, satisfied_score=5,
        calendar={"holidays": [DAY], "workdays": ["2014-02-15"]},
    )  # fmt: skip
    supposed = supposed_of(said)

    rules = supposing(KNOWN, supposed)
    assert [each.closes_on for each in rules.windows] == [date(2014, 2, 18)]
    assert (rules.near_workdays, rules.due_soon_days, rules.satisfied_score) == (5, 0, 5)
    assert (rules.holidays, rules.workdays) == ([date(2014, 2, 11)], [date(2014, 2, 15)])
    assert supposed.thresholds == Thresholds(0, 5)
    assert supposed.near != NEAR


@pytest.mark.parametrize(
    ("said", "refusal", "field"),
    [
        ({"windows": [window(closes_on="2014-01-23")]}, WindowReversed, "windows.0.closes_on"),
        ({"windows": [window(), window(levels=[3, 2])]}, ClassTwice, "windows.1"),
        ({"calendar": {"holidays": [DAY], "workdays": [DAY]}}, DayTwofold, "calendar.workdays"),
        ({"near_workdays": -1}, ThresholdNegative, "near_workdays"),
        ({"due_soon_days": -1}, ThresholdNegative, "due_soon_days"),
        ({"satisfied_score": -1}, ThresholdNegative, "satisfied_score"),
    ],
)
def test_rules_that_contradict_themselves_name_the_field(
    said: Any, refusal: type[Refusal], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        supposed_of(body(**said))

    assert refused.value.context["field"] == field
    assert field in refused.value.message_zh


def test_windows_may_meet_and_levels_may_be_said_twice_in_one() -> None:
    same_day = window(opens_on="2014-02-18")
    supposed = supposed_of(body(windows=[same_day, window(levels=[3, 3])]))

    assert supposed.windows is not None
    assert len(supposed.windows) == 2


@pytest.mark.parametrize("said", [{"windows": []}, {"near_workdays": 1.5}, {"rules": {}}])
def test_what_is_no_rule_is_not_read(said: Any) -> None:
    with pytest.raises(ValidationError):
        body(**said)


def test_differences_are_told_by_figure_and_light() -> None:
    real = {
        "total": {"expected": 3, "mobilization": {"late": 0, "rate_permille": None}},
        "light": {"colour": "grey", "reason_en": "x", "late": False},
        "window": {"closes_on": "2014-02-20"}, "freshness": {"events_behind": 1}, "rank": 1,
    }  # fmt: skip
    supposed = {
        "total": {"expected": 3, "mobilization": {"late": 2, "rate_permille": 5}},
        "light": {"colour": "red", "reason_en": "y", "late": True},
        "window": {"closes_on": "2014-02-18"}, "freshness": {"events_behind": 2}, "rank": 2,
    }  # fmt: skip

    found = list(differences("leagues", "1502", real, supposed))

    assert [(d.figure, d.real, d.supposed, d.difference) for d in found] == [
        ("total.mobilization.late", 0, 2, 2),
        ("light.colour", "grey", "red", None),
        ("light.late", 0, 1, 1),
        ("rank", 1, 2, 1),
        ("total.mobilization.rate_permille", None, 5, 5),
    ]
    assert {(d.view, d.unit) for d in found} == {("leagues", "1502")}


def test_the_same_has_no_differences() -> None:
    assert list(differences("status", "15", {"own": {"n": 1}}, {"own": {"n": 1}})) == []
