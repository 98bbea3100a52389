"""Kinds: every event is about a thing or says nothing here; every kind is kept and read alike."""

import pytest

from services.status.places import HEADS, places_of
from services.status.things.kinds import (
    ACROSS_LEAGUES,
    KINDS,
    learn_thing,
    new_thing,
    read_thing,
    spans_by_unit,
    things_of,
    written_thing,
)
from shared.contracts import rectification, supervision, units
from shared.contracts.rectification import RECTIFICATION
from shared.contracts.supervision import SUPERVISION
from shared.kernel.events import Event
from tests.unit.status.things.lives import EVENTS
from tests.unit.status.things.said import formed
from tests.unit.status.things.telling import day, told
from tests.unit.status.told import CAMPAIGN

SAYS_NOTHING = {
    supervision.PatrolsChanged,
    supervision.LiaisonQuotaSet,
    rectification.ItemAssigned,
    rectification.ProgressReported,
    rectification.ClosureRequested,
    rectification.ClosureRejected,
    rectification.UrgingRulesSet,
    rectification.UrgingDelivered,
}
"""Events that change no figure."""


def test_every_published_event_is_about_a_thing_or_changes_no_figure() -> None:
    published = {
        class_
        for contract in (SUPERVISION, RECTIFICATION)
        for _, class_ in contract.events.values()
    }
    of_things = {type(event) for event in EVENTS if things_of(event)}

    assert published == of_things | SAYS_NOTHING


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_what_an_event_teaches_is_kept_and_read_alike(event: Event) -> None:
    (envelope,) = told([event])
    for kind, _ in things_of(event):
        fact = learn_thing(new_thing(kind), envelope, event)

        assert fact != new_thing(kind)
        assert read_thing(kind, written_thing(fact)) == fact


def test_every_metric_of_things_is_counted_somewhere() -> None:
    metrics = {
        metric
        for event in EVENTS
        for kind, _ in things_of(event)
        for spans in spans_by_unit(learn_thing(new_thing(kind), told([event])[0], event)).values()
        for metric, _, _, _ in spans
    }

    assert len(metrics) > 20
    assert [metric for metric in metrics if not places_of(metric)] == []
    assert {metric.partition(":")[0] for metric in metrics} <= set(HEADS)


def test_an_event_of_a_unit_is_about_no_thing() -> None:
    event = units.UnitRenamed(campaign=CAMPAIGN, code="15", name="区", effective_on=day(1))

    assert things_of(event) == ()


def test_a_fact_learns_nothing_from_an_event_about_another_kind() -> None:
    event = formed(1, "p-1")
    (envelope,) = told([event])

    assert learn_thing(new_thing("item"), envelope, event) == new_thing("item")


def test_kinds_told_of_in_several_leagues_are_kinds() -> None:
    assert set(KINDS) >= ACROSS_LEAGUES
