"""Occurrences: what one event says once and for all, such as a duty done or a lecture given."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from services.status.pieces import DETAIL, Piece, Told, earlier
from services.status.things.thing import Lesson, Spans, Thing
from shared.contracts import rectification, supervision
from shared.kernel.events import Event

DUTIES: Final = DETAIL + "duties:"
VISITS: Final = "liaison_visits"
LIFE_MEETINGS: Final = "life_meetings"
JOINT_MEETINGS: Final = DETAIL + "joint_meetings"
TEAM_RULES: Final = DETAIL + "team_rules:"
PUBLICITY: Final = DETAIL + "publicity:"
LECTURES: Final = DETAIL + "lectures:"
SPEAKERS: Final = DETAIL + "speakers:"
LISTENERS: Final = DETAIL + "listeners:"
PETITION_RECEPTIONS: Final = DETAIL + "petition_receptions"
PETITION_VISITS: Final = DETAIL + "petition_visits"
PETITION_CASES: Final = DETAIL + "petition_cases"
PETITIONS_SETTLED: Final = DETAIL + "petitions_settled"
BATCH_LINKS: Final = DETAIL + "batch_links"
URGED: Final = DETAIL + "urged:"

Amounts = dict[str, int]
"""Metric -> how much of it."""


class Occurred(Piece, frozen=True, array_like=True):
    unit: str
    amounts: Amounts


class Occurrence(Thing):
    """It adds its amounts from its day on; told again under its name, it was told before."""

    occurred: Occurred | None = None

    def units(self) -> tuple[str, ...]:
        return (self.occurred.unit,) if self.occurred else ()

    def spans_by_unit(self) -> Spans:
        it = self.occurred
        if it is None:
            return {}
        return {it.unit: [(metric, it.on, None, n) for metric, n in it.amounts.items() if n]}


@dataclass(frozen=True, slots=True)
class _Kind:
    """How an event of this type is named, and how much of what it adds to its unit."""

    event: type[Event]
    name: str
    id_of: Callable[[Any], str]
    amounts: Callable[[Any], Amounts]

    def teach(self, occurrence: Occurrence, env: Told, event: Any) -> None:
        on = getattr(event, event.happened)
        said = Occurred(env.streamversion, on, env.id, event.unit, self.amounts(event))
        occurrence.occurred = earlier(occurrence.occurred, said)


def _lecture(event: supervision.LectureGiven) -> Amounts:
    return {
        LECTURES + event.kind: event.lectures,
        SPEAKERS + event.kind: event.speakers,
        LISTENERS + event.kind: event.listeners,
    }


def _reception(event: rectification.PetitionsReceived) -> Amounts:
    return {
        PETITION_RECEPTIONS: 1,
        PETITION_VISITS: event.visits,
        PETITION_CASES: event.cases,
        PETITIONS_SETTLED: event.settled_on_spot,
    }


_KINDS: Final = (
    _Kind(supervision.DutyDone, "duty", lambda e: e.duty, lambda e: {DUTIES + e.kind: 1}),
    _Kind(supervision.LiaisonVisitMade, "visit", lambda e: e.visit, lambda _: {VISITS: 1}),
    _Kind(
        supervision.LifeMeetingAttended,
        "life_meeting",
        lambda e: f"{e.leader}/{e.unit}/{e.attended_on}",
        lambda _: {LIFE_MEETINGS: 1},
    ),
    _Kind(
        supervision.JointMeetingHeld,
        "joint_meeting",
        lambda e: e.meeting,
        lambda _: {JOINT_MEETINGS: 1},
    ),
    _Kind(
        supervision.TeamRulesAdopted,
        "team_rules",
        lambda e: f"{e.unit}/{e.kind}",
        lambda e: {TEAM_RULES + e.kind: 1},
    ),
    _Kind(
        supervision.PublicityIssued,
        "publicity",
        lambda e: e.issue,
        lambda e: {PUBLICITY + e.channel: e.pieces},
    ),
    _Kind(supervision.LectureGiven, "lecture", lambda e: e.lecture, _lecture),
    _Kind(rectification.PetitionsReceived, "reception", lambda e: e.reception, _reception),
    _Kind(
        rectification.BatchesLinked,
        "batch_link",
        lambda e: f"{e.led_by}/{e.unit}",
        lambda _: {BATCH_LINKS: 1},
    ),
    _Kind(
        rectification.UrgingStepTaken,
        "urging",
        lambda e: f"{e.subject}/{e.thing}/{e.due_on}/{e.step}",
        lambda e: {f"{URGED}{e.subject}:{e.step}": 1},
    ),
)
KINDS: Final[dict[str, type[Thing]]] = {kind.name: Occurrence for kind in _KINDS}
LESSONS: Final = tuple(Lesson(kind.event, kind.name, kind.id_of, kind.teach) for kind in _KINDS)
