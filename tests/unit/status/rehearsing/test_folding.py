"""Folding what was never recorded teaches copies, and marks only what differs."""

import msgspec
import pytest
from pydantic import ValidationError

from services.status.contributions import THEN
from services.status.facts import UnitFact
from services.status.pieces import Span
from services.status.rehearsing.bodies import RehearsalBody, Step
from services.status.rehearsing.dry_run import Told
from services.status.rehearsing.folding import folded
from shared.contracts.units import UnitMoved
from tests.unit.status.explaining.amounts import taught
from tests.unit.status.histories import World, day
from tests.unit.status.told import CAMPAIGN

UNIT = "150201"
MOVE = {"unit": UNIT, "to": "1501", "on": "2014-03-01"}


@pytest.fixture
def facts() -> dict[str, UnitFact]:
    world = World()
    world.register("15", None, "region", 0)
    world.register("1502", "15", "city", 0)
    world.register(UNIT, "1502", "banner", 1)
    return {UNIT: taught([each for each in world.told.envelopes if each.subject == UNIT])}


def moved(to: str, version: int, on: int) -> Told:
    event = UnitMoved(
        campaign=CAMPAIGN, code=UNIT, parent=to, path=f"15.{to}.{UNIT}", former_path="",
        moved_with=None, effective_on=day(on),
    )  # fmt: skip
    data = msgspec.Raw(msgspec.json.encode(event))
    return Told(f"step-{version}", "campaign.units.UnitMoved.v1", CAMPAIGN, UNIT, version, data)


def test_the_given_facts_stay_as_they_are(facts: dict[str, UnitFact]) -> None:
    before = msgspec.json.encode(facts[UNIT])

    found = folded(facts, {}, [moved("1501", 2, 10)])

    assert msgspec.json.encode(facts[UNIT]) == before
    assert found.facts[UNIT].path == f"15.1501.{UNIT}"


def test_both_places_change_and_what_is_above_both_does_not(facts: dict[str, UnitFact]) -> None:
    found = folded(facts, {}, [moved("1501", 2, 10)])

    assert found.above() == {"1501", "1502"}
    then = {
        (mark[0], mark[4]): n
        for mark, n in found.changes.items()
        if mark[1] == THEN and mark[3] == "expected"
    }
    assert then == {("15.1502", day(10)): -1, ("15.1501", day(10)): 1}


def test_there_and_back_on_one_day_changes_nothing(facts: dict[str, UnitFact]) -> None:
    found = folded(facts, {}, [moved("1501", 2, 10), moved("1502", 3, 10)])

    assert found.above() == set()


def test_what_hangs_on_a_unit_moves_along(facts: dict[str, UnitFact]) -> None:
    things: dict[str, list[Span]] = {UNIT: [("items_raised", day(5), None, 1)]}

    found = folded(facts, things, [moved("1501", 2, 10)])

    assert {mark[3] for mark in found.changes} == {"expected", "items_raised"}


def test_without_events_nothing_changes(facts: dict[str, UnitFact]) -> None:
    assert folded(facts, {}, []).changes == {}


def test_steps_are_told_in_order_the_single_ones_first() -> None:
    merge = {"units": ["1", "2"], "into": "3", "on": "2014-03-01"}
    body = RehearsalBody.model_validate({"move": MOVE, "steps": [{"merge": merge}]})

    steps = body.all_steps()

    assert [(step.command, step.unit, step.to) for step in steps] == [
        ("move", UNIT, "1501"), ("merge", "1", "3"), ("merge", "2", "3"),
    ]  # fmt: skip
    assert isinstance(steps[0], Step)


@pytest.mark.parametrize(
    "body", [{}, {"steps": [{}]}, {"move": MOVE, "steps": [{"move": MOVE}] * 20}]
)
def test_no_step_or_too_many_are_refused(body: object) -> None:
    with pytest.raises(ValidationError, match="划转或并入"):
        RehearsalBody.model_validate(body)
