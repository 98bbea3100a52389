"""What a unit itself adds to a figure, since when, and by which of its events."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from services.status.contributions import NOW, THEN
from services.status.explaining.measuring import stood_since
from services.status.facts import UnitFact
from services.status.figures import Sum
from shared.contracts import schedule, units
from shared.kernel.envelope import Envelope
from tests.unit.status.explaining.amounts import Added, measure, of_unit, taught
from tests.unit.status.histories import World, day, noon
from tests.unit.status.told import CAMPAIGN

UNIT = "150201"
PATH = "15.1502.150201"


@pytest.fixture
def world() -> World:
    """A banner, whose window is open from the 10th to the 20th day; it is registered first."""
    found = World()
    found.register("15", None, "region", 0)
    found.register("1501", "15", "city", 0)
    found.register("1502", "15", "city", 0)
    found.register(UNIT, "1502", "banner", 1)
    return found


def told(world: World) -> list[Envelope]:
    return [each for each in world.told.envelopes if each.subject == UNIT]


def holds(world: World, on: int, *, corrected: bool = False) -> None:
    common: dict[str, Any] = {
        "campaign": CAMPAIGN, "unit": UNIT, "held_at": noon(on), "attendees": 9,
        "chaired_by": "p-1", "place": "礼堂", "flags": (),
    }  # fmt: skip
    event: schedule.MobilizationHeld | schedule.MobilizationCorrected
    if corrected:
        event = schedule.MobilizationCorrected(**common, reason="有误", corrected_at=noon(on))
    else:
        event = schedule.MobilizationHeld(**common)
    world.told.tell(event, UNIT, PATH, "mobilization")


def hands_in(world: World, on: int, approved: int | None = None) -> None:
    plan: dict[str, Any] = {
        "campaign": CAMPAIGN,
        "unit": UNIT,
        "category": "unified",
        "plan_version": 1,
    }
    submitted = schedule.PlanSubmitted(
        **plan,
        title="方案",
        digest="d",
        gates=(),
        submitted_at=noon(on),
    )
    world.told.tell(submitted, UNIT, PATH, "plan")
    if approved is not None:
        event = schedule.PlanApproved(**plan, approved_at=noon(approved))
        world.told.tell(event, UNIT, PATH, "plan")


def trains(world: World, name: str, on: int, people: int, audience: str = "organisers") -> None:
    event = schedule.TrainingHeld(
        campaign=CAMPAIGN, unit=UNIT, training=name, audience=audience, participants=people,
        phase="before", held_on=day(on),
    )  # fmt: skip
    world.told.tell(event, UNIT, PATH, f"training-{name}")


@pytest.mark.parametrize(
    ("figure", "on", "expected"),
    [
        ("expected", 5, [(1, day(1), 1)]),
        ("expected", 0, []),
        ("mobilization.pending", 5, [(1, day(1), 1)]),
        ("mobilization.not_yet_due", 5, [(1, day(1), 1)]),
        ("mobilization.not_yet_due", 12, []),
        ("mobilization.pending", 12, [(1, day(1), 1)]),
        ("mobilization.overdue", 21, [(1, day(1), 1)]),
        ("mobilization.overdue", 20, []),
        ("mobilization.mobilized", 21, []),
        ("mobilization.unscheduled", 21, []),
    ],
)
def test_what_is_missing_has_the_registration_behind_it(
    world: World, figure: str, on: int, expected: Added
) -> None:
    assert of_unit(figure, on, told(world)) == expected


@pytest.mark.parametrize(
    ("held", "figure", "expected"),
    [
        (15, "mobilization.on_time", [(1, day(15), 2)]),
        (15, "mobilization.late", []),
        (22, "mobilization.late", [(1, day(22), 2)]),
        (22, "mobilization.mobilized", [(1, day(22), 2)]),
        (22, "mobilization.overdue", []),
        (22, "expected", [(1, day(1), 1)]),
    ],
)
def test_a_meeting_counts_from_its_day(
    world: World, held: int, figure: str, expected: Added
) -> None:
    holds(world, held)

    assert of_unit(figure, 23, told(world)) == expected


def test_a_corrected_meeting_names_the_correction(world: World) -> None:
    holds(world, 22)
    holds(world, 15, corrected=True)

    assert of_unit("mobilization.on_time", 23, told(world)) == [(1, day(15), 3)]


def test_a_plan_names_the_step_that_brought_it_where_it_is(world: World) -> None:
    hands_in(world, 4, approved=8)

    assert of_unit("plans.unified.in_review", 5, told(world)) == [(1, day(4), 2)]
    assert of_unit("plans.unified.approved", 9, told(world)) == [(1, day(8), 3)]
    assert of_unit("plans.*.approved", 9, told(world)) == [(1, day(8), 3)]
    assert of_unit("plans.unified.none", 9, told(world), "banner") == []


def test_a_plan_is_lacking_only_where_others_of_the_class_handed_one_in(world: World) -> None:
    assert of_unit("plans.unified.none", 9, told(world)) == []
    assert of_unit("plans.unified.none", 9, told(world), "banner") == [(1, day(1), 1)]
    assert of_unit("plans.unified.none", 9, told(world), "banner", below=False) == []


def test_trainings_add_one_by_one(world: World) -> None:
    trains(world, "t-1", 5, 30)
    trains(world, "t-2", 5, 20)
    trains(world, "t-3", 7, 10, "office_staff")

    assert of_unit("trained", 9, told(world)) == [(1, day(5), 3)]
    assert sorted(of_unit("training_sessions", 9, told(world))) == [
        (1, day(5), 2), (1, day(5), 3), (1, day(7), 4),
    ]  # fmt: skip
    assert {n for n, _, _ in of_unit("participants.organisers", 9, told(world))} == {30, 20}
    assert of_unit("participants.office_staff", 9, told(world)) == [(10, day(7), 4)]


def test_groups_rules_and_preparation_name_their_events(world: World) -> None:
    group = {"campaign": CAMPAIGN, "unit": UNIT, "group": "office"}
    for event in (
        units.LeadingGroupFormed(**group, leader=None, members=5, formed_on=day(4)),
        units.LeadingGroupReinforced(**group, leader=None, members=7, reinforced_on=day(6)),
        units.WorkingRulesAdopted(**group, title="规则", adopted_on=day(5)),
    ):
        world.told.tell(event, UNIT, PATH, "group")
    prepared = schedule.PreparationCompleted(campaign=CAMPAIGN, unit=UNIT, prepared_on=day(7))
    world.told.tell(prepared, UNIT, PATH, "preparation")

    assert of_unit("offices", 9, told(world)) == [(1, day(4), 2)]
    assert of_unit("leading_groups", 9, told(world)) == []
    assert of_unit("working_rules", 9, told(world)) == [(1, day(5), 4)]
    assert of_unit("prepared", 9, told(world)) == [(1, day(7), 5)]


def test_a_unit_that_ended_adds_nothing(world: World) -> None:
    holds(world, 15)
    event = units.UnitAbolished(campaign=CAMPAIGN, code=UNIT, reason="", effective_on=day(18))
    world.told.tell(event, UNIT, PATH)

    assert of_unit("mobilization.on_time", 17, told(world)) == [(1, day(15), 2)]
    assert of_unit("mobilization.on_time", 18, told(world)) == []


@pytest.mark.parametrize(
    ("ancestor", "on", "tree", "since"),
    [
        ("15", 20, THEN, day(1)),
        ("1502", 5, THEN, day(1)),
        ("1501", 12, THEN, day(10)),
        ("1502", 20, THEN, day(15)),
        ("1501", 20, NOW, day(1)),
        ("1502", 20, NOW, day(1)),
    ],
)
def test_since_when_a_unit_counts_below_another(
    world: World, ancestor: str, on: int, tree: str, since: date
) -> None:
    """From 1502 to 1501 on the 10th day, and back on the 15th."""
    world.move(UNIT, "1501", 10)
    world.move(UNIT, "1502", 15)

    fact = taught([each for each in told(world) if "Departed" not in each.type])

    assert stood_since(fact, ancestor, day(on), NOW if tree == NOW else THEN) == since


def sums(*told_of: tuple[str, int]) -> Sequence[Sum]:
    return [Sum(metric, n, n) for metric, n in told_of]


def test_what_is_below_a_unit_is_measured_class_by_class() -> None:
    below = {"banner": sums(("expected", 3), ("mobilized", 1)), "township": sums(("expected", 5))}

    assert measure("expected", 21).by_class(below) == {"banner": 3, "township": 5}
    assert measure("expected", 21, class_="banner").by_class(below) == {"banner": 3}
    assert measure("mobilization.overdue", 21).by_class(below) == {"banner": 2}
    assert measure("mobilization.unscheduled", 21).by_class(below) == {"township": 5}
    assert measure("plans.unified.none", 21, "township").by_class(below) == {"township": 5}


def test_a_unit_never_registered_adds_nothing() -> None:
    assert measure("expected", 5).unit(UnitFact(), below=True) == []
