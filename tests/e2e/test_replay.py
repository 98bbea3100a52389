"""A league's history told again by the whole system: all of it, cut off and gone on with."""

import json
from collections import Counter
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.cli_client import Services
from deploy.cli_following import Sent, sent_in
from deploy.local import Stack
from deploy.scenarios.nmg_2014.campaign import CAMPAIGN
from deploy.scenarios.nmg_2014.hierarchy import ROOT
from tests.contract.outsider import head_of_chain

pytestmark = [pytest.mark.kafka, pytest.mark.usefixtures("loaded")]
LEAGUE = "1501"
WRITERS = ("units", "schedule", "supervision", "rectification")
REPLAY = f"/campaigns/{CAMPAIGN}/replay"


def replayed(
    services: Services, account: str, *, after: str = "", take: int | None = None, **query: str
) -> list[Sent]:
    """The replay's events; with `take`, the connection is cut after so many."""
    headers = {"Authorization": f"Bearer {services.token(account)}"}
    if after:
        headers["Last-Event-ID"] = after
    url = services.apis["status"] + f"{REPLAY}/{LEAGUE}"
    found: list[Sent] = []
    with (
        httpx.Client(timeout=60, trust_env=False) as client,
        client.stream("GET", url, headers=headers, params=query) as answer,
    ):
        assert answer.status_code == 200
        for sent in sent_in(answer.iter_lines()):
            found.append(sent)
            if len(found) == take:
                break
    return found


def told(events: list[Sent]) -> list[dict[str, Any]]:
    return [json.loads(each.data) for each in events if each.event != "totals"]


@pytest.fixture(scope="module")
def whole(services: Services) -> list[Sent]:
    return replayed(services, f"auditor-{ROOT}", totals_every="1000")


def test_a_replay_tells_every_event_of_every_service(services: Services, whole: list[Sent]) -> None:
    heads = {
        name: head["version"]
        for name in WRITERS
        for head in services.get(name, "/streams/heads", f"auditor-{ROOT}")
        if head["league"] == LEAGUE
    }
    numbers = Counter(each["source"].rpartition("/")[2] for each in told(whole))

    assert numbers == heads
    assert sum(numbers.values()) > 5_000


def test_what_is_told_proves_each_services_chain(services: Services, whole: list[Sent]) -> None:
    for name in WRITERS:
        events = [each for each in told(whole) if each["source"] == f"/campaign/{name}"]
        heads = services.get(name, "/streams/heads", f"auditor-{ROOT}")
        (head,) = (each["hash"] for each in heads if each["league"] == LEAGUE)

        assert head_of_chain(events).hex() == head


def test_cut_off_it_goes_on_where_it_was(services: Services, whole: list[Sent]) -> None:
    part = replayed(services, f"auditor-{ROOT}", totals_every="1000", take=4_321)
    rest = replayed(services, f"auditor-{ROOT}", totals_every="1000", after=part[-1].id)

    assert part + rest == whole


def test_totals_are_the_views_figures(services: Services, whole: list[Sent]) -> None:
    path = f"/campaigns/{CAMPAIGN}/units/{LEAGUE}/status"
    total = services.get("status", path, f"leader-{ROOT}")["total"]
    totals = json.loads(whole[-1].data)

    assert totals["units"] == total["expected"]
    assert totals["mobilized"] == total["mobilization"]["mobilized"]
    assert totals["late"] == total["mobilization"]["late"]
    assert totals["prepared"] == total["prepared"]
    assert totals["plans_approved"] == sum(each["approved"] for each in total["plans"].values())
    assert totals["items_closed"] == total["ledger"]["closed"]


@pytest.fixture
def at_hand(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command line, pointed at this stack."""
    for name, url in stack.urls.items():
        monkeypatch.setenv(f"{name.upper()}_URL", url)
    monkeypatch.setenv("ISSUER_URL", stack.issuer_url)
    return CliRunner()


def test_the_command_line_tells_the_same(at_hand: CliRunner, whole: list[Sent]) -> None:
    command = ["replay", "--league", LEAGUE, "--json", "--account", f"auditor-{ROOT}"]
    printed = at_hand.invoke(app, [*command, "--totals-every", "1000"])
    lines = [json.loads(line) for line in printed.stdout.splitlines()]

    assert printed.exit_code == 0
    assert [line.get("id", "") for line in lines] == [each.id for each in whole]
    assert lines[-1]["data"]["complete"] is True


def test_for_people_it_prints_lines_and_a_table(at_hand: CliRunner) -> None:
    command = ["replay", "--league", LEAGUE, "--types", "PlanApproved", "--to", "2014-03-04"]
    printed = at_hand.invoke(app, command)

    assert printed.exit_code == 0
    assert "方案批准 PlanApproved" in printed.stdout
    assert "累计 Totals" in printed.stdout


def test_heads_streams_and_events_agree_with_the_feeds(
    at_hand: CliRunner, services: Services
) -> None:
    heads = json.loads(at_hand.invoke(app, ["heads", "--json"]).stdout)
    streams = json.loads(at_hand.invoke(app, ["streams", "--service", "units", "--json"]).stdout)
    asked = ["events", "--league", LEAGUE, "--type", "PlanApproved", "--limit", "3", "--json"]
    events = json.loads(at_hand.invoke(app, asked).stdout)

    assert {each["service"] for each in heads} == set(WRITERS)
    assert [each for each in heads if each["service"] == "units"] == [
        {"service": "units", **head}
        for head in services.get("units", "/streams/heads", f"auditor-{ROOT}")
    ]
    assert all(each["behind"] == 0 for each in streams)
    assert [each["type"] for each in events] == ["campaign.schedule.PlanApproved.v1"] * 3
    assert at_hand.invoke(app, ["events", "--league", "9999"]).exit_code == 1


def test_a_refusal_ends_the_command_with_its_sentence(at_hand: CliRunner) -> None:
    ended = at_hand.invoke(app, ["replay", "--league", "150202"])

    assert ended.exit_code == 1
    assert "unknown-league" in ended.stderr
