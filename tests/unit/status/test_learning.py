"""What single events leave in a fact, seen from a day."""

from datetime import date

import pytest

from services.status.contributions import THEN, contributions
from services.status.facts import CampaignFact, UnitFact
from services.status.learning import learn, learn_campaign, opened
from shared.contracts import schedule
from shared.contracts.contract import UnknownEvent
from shared.contracts.units import UnitRenamed
from shared.kernel.envelope import Envelope
from shared.kernel.events import Event
from tests.unit.status.histories import World, day, noon
from tests.unit.status.told import CAMPAIGN, Told


def learnt(told: Told, unit: str) -> UnitFact:
    fact = UnitFact()
    for envelope in told.envelopes:
        if envelope.subject == unit:
            learn(fact, envelope, opened(envelope))
    return fact


@pytest.fixture
def world() -> World:
    found = World()
    found.register("15", None, "region", 0)
    found.register("1502", "15", "city", 0)
    return found


def tell_meeting(world: World, event: Event) -> Envelope:
    return world.told.tell(event, "1502", "15.1502", "mobilization")


def planned(arranged: int) -> schedule.MobilizationPlanned:
    return schedule.MobilizationPlanned(
        campaign=CAMPAIGN, unit="1502", planned_at=noon(20), place="礼堂",
        arranged_at=noon(arranged),
    )  # fmt: skip


def held(on: int) -> schedule.MobilizationHeld:
    return schedule.MobilizationHeld(
        campaign=CAMPAIGN, unit="1502", held_at=noon(on), attendees=9, chaired_by="p-15-0001",
        place="礼堂", flags=(),
    )  # fmt: skip


def voided() -> schedule.MobilizationVoided:
    return schedule.MobilizationVoided(
        campaign=CAMPAIGN, unit="1502", reason="未开", voided_at=noon(22)
    )


def metrics_of(fact: UnitFact, on: date) -> set[str]:
    found: dict[str, int] = {}
    for (_, tree, _, metric, effective_on, _), n in contributions(fact).items():
        if effective_on <= on and tree == THEN:
            found[metric] = found.get(metric, 0) + n
    return {metric for metric, n in found.items() if n}


def test_a_voided_meeting_was_not_held_on_any_day(world: World) -> None:
    tell_meeting(world, held(5))
    tell_meeting(world, voided())

    assert metrics_of(learnt(world.told, "1502"), day(10)) == {"expected"}


def test_voiding_spends_the_arrangement_even_when_the_meeting_is_held_again(world: World) -> None:
    for event in (planned(2), held(5), voided(), held(12)):
        tell_meeting(world, event)
    fact = learnt(world.told, "1502")

    assert metrics_of(fact, day(8)) == {"expected"}
    assert metrics_of(fact, day(12)) == {"expected", "mobilized"}


def test_an_arrangement_counts_until_the_meeting_is_held(world: World) -> None:
    for event in (planned(2), held(5)):
        tell_meeting(world, event)
    fact = learnt(world.told, "1502")

    assert metrics_of(fact, day(4)) == {"expected", "mobilization_planned"}
    assert metrics_of(fact, day(5)) == {"expected", "mobilized"}


def test_a_unit_whose_registration_has_not_arrived_counts_nowhere(world: World) -> None:
    envelope = tell_meeting(world, held(5))
    fact = learn(UnitFact(), envelope, opened(envelope))

    assert contributions(fact) == {}
    assert not fact.exists_on(day(10))


def test_windows_in_force_are_those_last_set_by_the_day() -> None:
    told = Told()
    first = (schedule.Window((2,), ("area",), day(0), day(5)),)
    second = (schedule.Window((2,), ("area",), day(0), day(9)),)
    told.tell(
        schedule.CampaignOpened(
            campaign=CAMPAIGN, name_zh="活动", name_en="Campaign", root="15", starts_on=day(0),
            ends_on=day(20), mobilization_from=day(0), windows=first,
        ), "15", "15", "campaign",
    )  # fmt: skip
    told.tell(
        schedule.WindowsChanged(
            campaign=CAMPAIGN, windows=second, reason="顺延", changed_at=noon(4)
        ), "15", "15", "campaign",
    )  # fmt: skip
    fact = CampaignFact()
    for envelope in reversed(told.envelopes):
        learn_campaign(fact, envelope, opened(envelope))

    assert fact.windows_on(day(3)) == first
    assert fact.windows_on(day(4)) == second


def test_a_name_holds_from_its_day(world: World) -> None:
    world.told.tell(
        UnitRenamed(campaign=CAMPAIGN, code="1502", name="新名", effective_on=day(3)),
        "1502",
        "15.1502",
    )
    fact = learnt(world.told, "1502")

    assert (fact.name_on(day(2)), fact.name_on(day(3))) == ("单位1502", "新名")


@pytest.mark.parametrize("name", ["campaign.rectification.ItemOpened.v1", "nonsense", ""])
def test_an_event_of_no_contract_is_refused_by_name(world: World, name: str) -> None:
    envelope = world.told.envelopes[0]
    strange = Envelope(
        **{f: getattr(envelope, f) for f in envelope.__struct_fields__} | {"type": name}
    )

    with pytest.raises(UnknownEvent):
        opened(strange)
