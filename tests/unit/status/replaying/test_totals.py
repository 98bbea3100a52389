"""Running totals: at any event, what a naive recount of all told so far finds."""

from collections.abc import Sequence
from datetime import date

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from services.status.facts import UnitFact
from services.status.learning import concerns_unit, learn, opened
from services.status.replaying.position import Position
from services.status.replaying.reading import Told
from services.status.replaying.totals import JUDGED, Running
from shared.contracts import schedule
from shared.kernel.envelope import Envelope
from shared.kernel.time import local_date
from tests.integration.status.worlds import CLOSES, at, small
from tests.unit.status.histories import World, day, histories
from tests.unit.status.told import CAMPAIGN

CLOSES_ON = {"league": day(9), "banner": day(12), "town": day(3)}


def facts_of(envelopes: Sequence[Envelope]) -> dict[str, UnitFact]:
    facts: dict[str, UnitFact] = {}
    for each in envelopes:
        event = opened(each)
        if concerns_unit(event):
            learn(facts.setdefault(each.subject, UnitFact()), each, event)
    return facts


def heard(envelope: Envelope, class_: str | None) -> Told:
    return Told(
        Position.at(envelope.recordedat).micros, envelope.service, envelope.league,
        envelope.version, envelope.type, Position.at(envelope.time).micros, envelope.subject,
        class_ if envelope.type in JUDGED else None, msgspec.json.encode(envelope),
    )  # fmt: skip


def run(
    envelopes: Sequence[Envelope], closes_on: dict[str, date], *, league: str | None = None
) -> Running:
    facts = facts_of(envelopes)
    running = Running(closes_on, one_league=league is not None)
    for each in envelopes:
        if league in {None, each.league}:
            fact = facts.get(each.subject)
            running.hear(heard(each, fact.class_ if fact else None))
    return running


@settings(max_examples=80, deadline=None)
@given(world=histories(steps=40), told=st.integers(0, 60))
def test_totals_of_all_leagues_are_those_of_a_recount(world: World, told: int) -> None:
    envelopes = world.told.envelopes[: told + 1]
    totals = run(envelopes, CLOSES_ON).totals()
    standing = [fact for fact in facts_of(envelopes).values() if fact.ending is None]
    held = [(fact.class_, fact.held.on) for fact in standing if fact.held]
    last_steps = [steps[-1].state for fact in standing for steps in fact.plans.values() if steps]

    assert totals.events == len(envelopes)
    assert totals.units == len(standing)
    assert totals.mobilized == len(held) == totals.on_time + totals.late
    assert totals.late == sum(on > CLOSES_ON.get(class_, date.max) for class_, on in held)
    assert totals.plans_approved == last_steps.count("approved")
    assert totals.through == max(local_date(each.time) for each in envelopes)


@settings(max_examples=60, deadline=None)
@given(world=histories(steps=40))
def test_leagues_together_have_as_many_units_as_the_region(world: World) -> None:
    envelopes = world.told.envelopes
    leagues = {each.league for each in envelopes}
    of_each = [run(envelopes, {}, league=league).totals() for league in sorted(leagues)]

    assert sum(each.events for each in of_each) == len(envelopes)
    assert sum(each.units for each in of_each) == run(envelopes, {}).totals().units


def test_a_unit_that_leaves_takes_its_figures_along() -> None:
    world = small()
    before = run(world.told.envelopes, {"banner": CLOSES}, league="1502").totals()
    world.moves("150201", "1501", date(2014, 3, 1))
    after = run(world.told.envelopes, {"banner": CLOSES}, league="1502").totals()

    assert (before.units, before.mobilized, before.late) == (4, 2, 1)
    assert (after.units, after.mobilized, after.late) == (2, 1, 0)


def test_a_unit_that_comes_is_counted_where_it_goes() -> None:
    world = small()
    world.moves("150201", "1501", date(2014, 3, 1))

    assert run(world.told.envelopes, {}, league="1501").totals().units == 5


def test_a_move_within_a_league_changes_nothing() -> None:
    world = small()
    world.moves("150201101", "150202", date(2014, 3, 1))

    assert run(world.told.envelopes, {}, league="1502").totals().units == 4


def test_a_correction_counts_by_the_day_it_names() -> None:
    world = small()
    corrected = schedule.MobilizationCorrected(
        campaign=CAMPAIGN, unit="150201", held_at=at(2, 19), attendees=9, chaired_by="p-15-0001",
        place="礼堂", flags=(), reason="日期有误", corrected_at=at(3, 1),
    )  # fmt: skip
    world.told.tell(corrected, "150201", "15.1502.150201", "mobilization")
    totals = run(world.told.envelopes, {"banner": CLOSES}).totals()

    assert (totals.mobilized, totals.late) == (5, 0)


def test_things_are_counted_as_they_come_and_go() -> None:
    world = small()
    world.finds_things()
    totals = run(world.told.envelopes, {}).totals()

    assert (totals.teams, totals.items_raised, totals.items_closed) == (1, 2, 1)
    assert totals.complete is False
