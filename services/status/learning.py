"""Learning: what each event adds to a fact, the same after any order and any repetition.

Order is given only within one stream, so there the stream version decides; everything else
is kept in a form that does not depend on what came first.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from services.status.facts import (
    Arrangement,
    CampaignFact,
    CampaignMeeting,
    Document,
    Ending,
    Group,
    Meeting,
    Membership,
    Name,
    Opening,
    Order,
    Part,
    Placement,
    PlanState,
    PlanStep,
    Rules,
    Training,
    UnitFact,
    Windows,
)
from services.status.pieces import Piece, Told, keep, put_newest
from shared.contracts import schedule, units
from shared.contracts.contract import Contract, Reader, UnknownEvent
from shared.contracts.rectification import RECTIFICATION
from shared.contracts.schedule import SCHEDULE
from shared.contracts.supervision import SUPERVISION
from shared.contracts.units import UNITS
from shared.kernel.events import Event
from shared.kernel.time import local_date

CONTRACTS: Final[tuple[Contract, ...]] = (UNITS, SCHEDULE, SUPERVISION, RECTIFICATION)
"""The services whose events the views are made of."""

PASSAGES: Final[frozenset[type[Event]]] = frozenset({units.UnitMoved, units.UnitDeparted})
"""They tell of a unit that changed its path: maybe from one league to another."""


def opened(envelope: Told) -> Event:
    """The envelope's event as today's class; what reads its type is remembered."""
    return _reader(envelope.type)(envelope.data)


def concerns_unit(event: Event) -> bool:
    return type(event) in _UNIT_LESSONS


def concerns_campaign(event: Event) -> bool:
    return type(event) in _CAMPAIGN_LESSONS


def part_changed(event: Event) -> Part | None:
    """The part of a unit's fact that counts differently for this event; a name never does."""
    return _UNIT_LESSONS[type(event)][0]


def is_passage(event: Event) -> bool:
    return type(event) in PASSAGES


def learn(fact: UnitFact, envelope: Told, event: Event) -> UnitFact:
    """The fact, knowing this event too (changed in place: it belongs to the caller's batch)."""
    lesson = _UNIT_LESSONS.get(type(event))
    if lesson is not None:
        lesson[1](fact, envelope, event)
    return fact


def learn_campaign(fact: CampaignFact, envelope: Told, event: Event) -> CampaignFact:
    lesson = _CAMPAIGN_LESSONS.get(type(event))
    if lesson is not None:
        lesson(fact, envelope, event)
    return fact


def _registered(fact: UnitFact, env: Told, event: units.UnitRegistered) -> None:
    on = event.registered_on
    fact.level, fact.kind, fact.registered_on = event.level, event.kind, on
    fact.registered_by = env.id
    keep(fact.placements, Placement(env.streamversion, on, env.id, event.path))
    keep(fact.names, Name(env.streamversion, on, env.id, event.name))


def _renamed(fact: UnitFact, env: Told, event: units.UnitRenamed) -> None:
    keep(fact.names, Name(env.streamversion, event.effective_on, env.id, event.name))


def _moved(fact: UnitFact, env: Told, event: units.UnitMoved) -> None:
    keep(fact.placements, Placement(env.streamversion, event.effective_on, env.id, event.path))


def _departed(fact: UnitFact, env: Told, event: units.UnitDeparted) -> None:
    """Nothing new: the move itself is told in the history of the league it went to."""


def _merged(fact: UnitFact, env: Told, event: units.UnitMerged) -> None:
    keep(fact.endings, Ending(env.streamversion, event.effective_on, env.id, event.into))


def _abolished(fact: UnitFact, env: Told, event: units.UnitAbolished) -> None:
    keep(fact.endings, Ending(env.streamversion, event.effective_on, env.id, None))


def _formed(fact: UnitFact, env: Told, event: units.LeadingGroupFormed) -> None:
    formed = Membership(
        env.streamversion, event.formed_on, env.id, reinforced=False, members=event.members
    )
    keep(fact.groups.setdefault(event.group, Group()).memberships, formed)


def _reinforced(fact: UnitFact, env: Told, event: units.LeadingGroupReinforced) -> None:
    grown = Membership(
        env.streamversion, event.reinforced_on, env.id, reinforced=True, members=event.members
    )
    keep(fact.groups.setdefault(event.group, Group()).memberships, grown)


def _rules_adopted(fact: UnitFact, env: Told, event: units.WorkingRulesAdopted) -> None:
    rules = Rules(env.streamversion, event.adopted_on, env.id, event.title)
    keep(fact.groups.setdefault(event.group, Group()).rules, rules)


def _prepared(fact: UnitFact, env: Told, event: schedule.PreparationCompleted) -> None:
    keep(fact.preparations, Piece(env.streamversion, event.prepared_on, env.id))


def _plan_lesson(
    state: PlanState, at: str, *, gate: str = "", reasons: str = ""
) -> Callable[[UnitFact, Told, Any], None]:
    """A lesson for one kind of step; the names are those of the event's fields."""

    def lesson(fact: UnitFact, env: Told, event: Any) -> None:
        step = PlanStep(
            env.streamversion,
            local_date(getattr(event, at)),
            env.id,
            state,
            event.plan_version,
            getattr(event, gate) if gate else "",
            getattr(event, reasons) if reasons else (),
        )
        keep(fact.plans.setdefault(event.category, []), step)

    return lesson


def _held(
    fact: UnitFact, env: Told, event: schedule.MobilizationHeld | schedule.MobilizationCorrected
) -> None:
    said = Meeting(
        env.streamversion,
        local_date(event.held_at),
        env.id,
        voided=False,
        attendees=event.attendees,
        flags=event.flags,
    )
    _hear(fact, said)


def _voided(fact: UnitFact, env: Told, event: schedule.MobilizationVoided) -> None:
    on = local_date(event.voided_at)
    _hear(fact, Meeting(env.streamversion, on, env.id, voided=True, attendees=0, flags=()))
    fact.voided_by = max(fact.voided_by, env.streamversion)


def _hear(fact: UnitFact, said: Meeting) -> None:
    if fact.meeting is None or said.version > fact.meeting.version:
        fact.meeting = said


def _arranged(fact: UnitFact, env: Told, event: schedule.MobilizationPlanned) -> None:
    on, planned_on = local_date(event.arranged_at), local_date(event.planned_at)
    keep(fact.arrangements, Arrangement(env.streamversion, on, env.id, planned_on))


def _trained(fact: UnitFact, env: Told, event: schedule.TrainingHeld) -> None:
    training = Training(
        env.streamversion,
        event.held_on,
        env.id,
        event.audience,
        event.participants,
        event.phase,
    )
    put_newest(fact.trainings, event.training, training)


def _campaign_opened(fact: CampaignFact, env: Told, event: schedule.CampaignOpened) -> None:
    fact.opening = Opening(
        env.streamversion,
        event.starts_on,
        env.id,
        event.name_zh,
        event.name_en,
        event.root,
        event.ends_on,
        event.mobilization_from,
    )
    keep(fact.windows, Windows(env.streamversion, event.starts_on, env.id, event.windows))


def _windows_changed(fact: CampaignFact, env: Told, event: schedule.WindowsChanged) -> None:
    on = local_date(event.changed_at)
    keep(fact.windows, Windows(env.streamversion, on, env.id, event.windows))


def _issued(fact: CampaignFact, env: Told, event: schedule.DocumentIssued) -> None:
    document = Document(
        env.streamversion,
        event.issued_on,
        env.id,
        event.kind,
        event.title,
        event.topic,
        event.unit,
        event.applies_to,
    )
    put_newest(fact.documents, event.document, document)


def _ordered(fact: CampaignFact, env: Told, event: schedule.PreparationOrdered) -> None:
    order = Order(
        env.streamversion, event.ordered_on, env.id, event.title, event.unit, event.levels
    )
    put_newest(fact.orders, event.order, order)


def _met(fact: CampaignFact, env: Told, event: schedule.MeetingHeld) -> None:
    meeting = CampaignMeeting(
        env.streamversion,
        local_date(event.held_at),
        env.id,
        event.kind,
        event.title,
        event.unit,
        event.attendees,
    )
    put_newest(fact.meetings, event.meeting, meeting)


_UNIT_LESSONS: Final[
    dict[type[Event], tuple[Part | None, Callable[[UnitFact, Told, Any], None]]]
] = {
    units.UnitRegistered: ("place", _registered),
    units.UnitRenamed: (None, _renamed),
    units.UnitMoved: ("place", _moved),
    units.UnitDeparted: (None, _departed),
    units.UnitMerged: ("place", _merged),
    units.UnitAbolished: ("place", _abolished),
    units.LeadingGroupFormed: ("groups", _formed),
    units.LeadingGroupReinforced: ("groups", _reinforced),
    units.WorkingRulesAdopted: ("groups", _rules_adopted),
    schedule.PreparationCompleted: ("preparation", _prepared),
    schedule.PlanSubmitted: ("plans", _plan_lesson("in_review", "submitted_at")),
    schedule.GatePassed: ("plans", _plan_lesson("in_review", "passed_at", gate="gate")),
    schedule.PlanReturned: (
        "plans",
        _plan_lesson("returned", "returned_at", gate="gate", reasons="reasons"),
    ),
    schedule.PlanApproved: ("plans", _plan_lesson("approved", "approved_at")),
    schedule.MobilizationPlanned: ("meeting", _arranged),
    schedule.MobilizationHeld: ("meeting", _held),
    schedule.MobilizationCorrected: ("meeting", _held),
    schedule.MobilizationVoided: ("meeting", _voided),
    schedule.TrainingHeld: ("trainings", _trained),
}
_CAMPAIGN_LESSONS: Final[dict[type[Event], Callable[[CampaignFact, Told, Any], None]]] = {
    schedule.CampaignOpened: _campaign_opened,
    schedule.WindowsChanged: _windows_changed,
    schedule.DocumentIssued: _issued,
    schedule.PreparationOrdered: _ordered,
    schedule.MeetingHeld: _met,
}
TEACHING: Final[frozenset[type[Event]]] = frozenset(_UNIT_LESSONS) | frozenset(_CAMPAIGN_LESSONS)
"""Events that are about units or campaigns; the things have lessons of their own."""


@cache
def _reader(type_name: str) -> Reader:
    for contract in CONTRACTS:
        prefix = f"campaign.{contract.service}."
        if type_name.startswith(prefix):
            name, _, version = type_name.removeprefix(prefix).rpartition(".v")
            return contract.reader(name, int(version))
    raise UnknownEvent(type_name)
