"""Scenario nmg-2014 from upload to view: every figure, twice, and provably unaltered."""

import json
from datetime import date
from typing import Any

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.cli_acceptance import accepted
from deploy.cli_client import Services
from deploy.local import Stack
from deploy.scenarios.nmg_2014 import expected
from deploy.scenarios.nmg_2014.campaign import CAMPAIGN
from deploy.scenarios.nmg_2014.hierarchy import ROOT
from deploy.scenarios.nmg_2014.load import Loaded
from tests.contract.outsider import head_of_chain
from tests.e2e.conftest import load_and_wait

pytestmark = [pytest.mark.kafka, pytest.mark.usefixtures("loaded")]
WRITERS = ("units", "schedule")
JUDGED = ("on_time", "late", "pending", "overdue")
on_each_day = pytest.mark.parametrize("day", expected.DATES, ids=str)


def asked(services: Services, path: str, day: date) -> Any:
    return services.get(
        "status", f"/campaigns/{CAMPAIGN}{path}", f"leader-{ROOT}", as_of=day.isoformat()
    )


def heads(services: Services) -> dict[str, list[dict[str, Any]]]:
    return {name: services.get(name, "/streams/heads", f"auditor-{ROOT}") for name in WRITERS}


def below(answer: dict[str, Any]) -> dict[str, dict[str, int]]:
    """Class -> its figures, for the classes that have a window."""
    return {
        name: {"expected": shown["figures"]["expected"]}
        | {state: shown["figures"]["mobilization"][state] for state in JUDGED}
        for name, shown in answer["below"].items()
        if name in expected.CLOSES_ON
    }


def due(unit: str, day: date) -> dict[str, dict[str, int]]:
    return {
        name: {"expected": each.expected} | {state: getattr(each, state) for state in JUDGED}
        for name, each in expected.mobilization(day)[unit].items()
    }


@on_each_day
def test_the_region_shows_every_class_as_recounted(services: Services, day: date) -> None:
    assert below(asked(services, f"/units/{ROOT}/status", day)) == due(ROOT, day)


@on_each_day
def test_every_league_shows_every_class_as_recounted(services: Services, day: date) -> None:
    rows = asked(services, "/leagues", day)["leagues"]

    assert {row["unit"]["unit"]: below(row) for row in rows} == {
        league: due(league, day) for league in expected.report_units() if league != ROOT
    }


@on_each_day
def test_the_leagues_own_meetings_are_as_recounted(services: Services, day: date) -> None:
    rows = asked(services, "/leagues", day)["leagues"]
    states = [row["own"]["mobilization"]["state"] for row in rows]

    assert states.count("mobilized_on_time") == expected.mobilization(day)[ROOT]["league"].on_time
    assert len(states) == 12


@on_each_day
def test_plans_are_in_the_states_recounted(services: Services, day: date) -> None:
    shown = asked(services, f"/units/{ROOT}/status", day)["below"]

    for (name, category), plans in expected.plans(day)[ROOT].items():
        states = shown[name]["figures"]["plans"].get(category, {})
        for state in ("approved", "in_review", "returned"):
            assert states.get(state, 0) == getattr(plans, state), (name, category, state)


def test_the_reports_figures_are_shown(services: Services) -> None:
    answer = asked(services, f"/units/{ROOT}/status", expected.REPORTED_ON)
    leagues, banners = (answer["below"][name]["figures"] for name in ("league", "banner"))

    assert answer["campaign_wide"]["documents_by_kind"] == {"work_plan": 1, "guiding_opinion": 4}
    assert (leagues["mobilization"]["mobilized"], leagues["expected"]) == (12, 12)
    assert (banners["mobilization"]["mobilized"], banners["expected"]) == (102, 102)


def test_the_acceptance_table_is_all_ok(services: Services) -> None:
    figures = accepted(services)

    assert [figure for figure in figures if not figure.ok] == []
    assert {figure.as_of for figure in figures} == set(expected.DATES)


def test_the_command_line_agrees_with_the_api(
    stack: Stack, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATUS_URL", stack.urls["status"])
    monkeypatch.setenv("ISSUER_URL", stack.issuer_url)
    day = expected.REPORTED_ON
    command = ["status", "1502", "--as-of", day.isoformat()]
    answer = asked(services, "/units/1502/status", day)

    printed = CliRunner().invoke(app, [*command, "--json"])
    page = CliRunner().invoke(app, command)

    assert printed.exit_code == page.exit_code == 0
    told = json.loads(printed.stdout)
    assert {**told, "freshness": None} == {**answer, "freshness": None}
    assert "包头市" in page.stdout


def test_nothing_is_behind_and_nothing_is_parked(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in stack.urls:
        monkeypatch.setenv(f"{name.upper()}_WORKER_URL", stack.ports.url(f"{name}-worker"))
    printed = CliRunner().invoke(app, ["lag", "--json"])
    lags = json.loads(printed.stdout)

    assert {(lag["service"], lag["kind"]) for lag in lags} >= {
        ("units", "relay"),
        ("schedule", "relay"),
        ("schedule", "projection"),
        ("status", "projection"),
    }
    assert all(lag["events"] == 0 and lag["parked"] == 0 for lag in lags)


def test_loading_again_records_nothing(stack: Stack, services: Services, loaded: Loaded) -> None:
    before = heads(services)
    again = load_and_wait(stack, services)

    assert heads(services) == before
    assert again.rows == loaded.rows
    assert again.tokens == loaded.tokens


@pytest.mark.parametrize("service", WRITERS)
def test_an_outsider_can_check_a_leagues_chain(services: Services, service: str) -> None:
    (head,) = (head for head in heads(services)[service] if head["league"] == "1502")
    events: list[dict[str, Any]] = []
    while len(events) < head["version"]:
        events += services.get(
            service,
            "/streams/1502/events",
            f"auditor-{ROOT}",
            after=str(len(events)),
            up_to=str(head["version"]),
            limit="5000",
        )

    assert head_of_chain(events).hex() == head["hash"]
    assert len(events) > 1000
