"""Any order and any repetition of a thing's events leaves it knowing the same."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.status.things.kinds import KINDS, new_thing, rolled_by_unit, spans_by_unit
from shared.kernel.events import Event
from tests.unit.status.things.lives import KINDS_WITH_LIVES, lives
from tests.unit.status.things.telling import adds, day, learnt, told


@pytest.mark.parametrize("kind", KINDS_WITH_LIVES)
@given(data=st.data(), seed=st.integers(0, 2**32))
def test_order_and_repetition_do_not_matter(kind: str, data: st.DataObject, seed: int) -> None:
    envelopes = told(data.draw(lives(kind)))
    chance = random.Random(seed)
    shuffled = envelopes + chance.choices(envelopes, k=3) if envelopes else []
    chance.shuffle(shuffled)

    mixed, straight = learnt(kind, shuffled), learnt(kind, envelopes)

    for number in range(25):
        assert adds(mixed, day(number)) == adds(straight, day(number))
    assert set(spans_by_unit(mixed)) == set(spans_by_unit(straight))


@pytest.mark.parametrize("kind", KINDS_WITH_LIVES)
@given(data=st.data())
def test_a_thing_adds_to_no_unit_that_it_does_not_name(kind: str, data: st.DataObject) -> None:
    envelopes = told(data.draw(lives(kind)))

    for known in range(len(envelopes) + 1):
        thing = learnt(kind, envelopes[:known])

        assert set(spans_by_unit(thing)) <= set(thing.units())
        assert set(rolled_by_unit(thing)) <= set(thing.units())


def test_a_thing_that_nothing_is_known_of_names_no_unit() -> None:
    for kind in KINDS:
        assert list(new_thing(kind).units()) == []


@given(lives("item"))
def test_an_items_figures_never_contradict_one_another(life: list[Event]) -> None:
    item = learnt("item", told(life))

    for number in range(60):
        found = adds(item, day(number)).get("150202", {})
        raised = found.get("items_raised", 0)
        shut = found.get("items_closed", 0)

        assert shut <= raised <= 1
        assert found.get("items_closed_in_time", 0) <= shut
        assert found.get("items_overdue", 0) + found.get("items_due_soon", 0) <= raised - shut
        assert found.get("items_satisfied", 0) <= found.get("items_rated", 0) <= 1


@given(lives("team"))
def test_a_teams_figures_never_exceed_one_team(life: list[Event]) -> None:
    team = learnt("team", told(life))

    for number in range(25):
        found = adds(team, day(number)).get("15", {})
        formed = found.get("teams:station", 0)

        assert found.get("teams_trained", 0) <= formed <= 1
        assert found.get("teams_dispatched", 0) <= 1
        assert found.get("officials_caught_up", 0) <= found.get("officials_listed", 0)


@given(lives("programme"))
def test_a_programmes_progress_stays_within_its_target(life: list[Event]) -> None:
    programme = learnt("programme", told(life))

    for number in range(25):
        found = adds(programme, day(number)).get("1502", {})
        progress = found.get("programme_progress:village_help", 0)

        assert 0 <= progress <= found.get("programme_target:village_help", 0)
