"""The lives of the schedule: each one's stream, decider and the table that shows it."""

from datetime import datetime
from typing import Any, Final

import msgspec

from services.schedule.domain.campaign import CAMPAIGN, Campaign
from services.schedule.domain.document import DOCUMENT
from services.schedule.domain.meeting import MEETING
from services.schedule.domain.mobilization import MOBILIZATION, Held, Planned, Voided
from services.schedule.domain.plan import PLAN, Approved, InReview, Returned
from services.schedule.domain.preparation import ORDER, PREPARATION
from services.schedule.domain.training import TRAINING
from shared.contracts.schedule import (
    DocumentIssued,
    MeetingHeld,
    PreparationCompleted,
    PreparationOrdered,
    TrainingHeld,
)
from shared.platform.commands import Change
from shared.platform.inline_views import Row, Showing, Table
from shared.platform.lives import Life


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _campaign_row(change: Change[Any, Campaign]) -> Row:
    return change.work.campaign, _json(change.state), change.version


def _document_row(change: Change[Any, DocumentIssued]) -> Row:
    d = change.state
    applies_to = _json(d.applies_to)
    return (
        d.campaign, d.document, d.kind, d.title, d.topic, d.unit, d.issued_on, applies_to,
        change.version,
    )  # fmt: skip


def _order_row(change: Change[Any, PreparationOrdered]) -> Row:
    o = change.state
    return o.campaign, o.order, o.title, o.unit, _json(o.levels), o.ordered_on, change.version


def _preparation_row(change: Change[Any, PreparationCompleted]) -> Row:
    return change.state.campaign, change.state.unit, change.state.prepared_on, change.version


def _meeting_row(change: Change[Any, MeetingHeld]) -> Row:
    m = change.state
    return (
        m.campaign, m.meeting, m.kind, m.title, m.unit, m.attendees, m.held_at, change.version
    )  # fmt: skip


def _plan_row(change: Change[Any, InReview | Returned | Approved]) -> Row:
    plan = change.state
    state, decided_at = _decided(plan)
    gate = ("", "", "")
    if isinstance(plan, InReview):
        turn = plan.next_gate
        gate = (turn.gate, turn.role, turn.holder)
    s = plan.submitted
    return (
        s.campaign, s.unit, s.category, state, s.plan_version, s.title, s.digest, *gate,
        s.submitted_at, decided_at, change.version,
    )  # fmt: skip


def _decided(plan: InReview | Returned | Approved) -> tuple[str, datetime | None]:
    match plan:
        case InReview():
            return "in_review", None
        case Returned():
            return "returned", plan.returned.returned_at
        case Approved():
            return "approved", plan.approved_at


def _mobilization_row(change: Change[Any, Planned | Held | Voided]) -> Row:
    place = (change.work.campaign, change.work.unit)
    told: Row
    mobilization = change.state
    match mobilization:
        case Planned(at, where):
            told = ("planned", at, None, None, "", where, "[]", "")
        case Held(meeting, flags):
            told = (
                "held", None, meeting.held_at, meeting.attendees, meeting.chaired_by,
                meeting.place, _json(flags), "",
            )  # fmt: skip
        case Voided(reason):
            told = ("voided", None, None, None, "", "", "[]", reason)
    return *place, *told, change.version


def _training_row(change: Change[Any, TrainingHeld]) -> Row:
    t = change.state
    return (
        t.campaign, t.unit, t.training, t.audience, t.participants, t.phase, t.held_on,
        change.version,
    )  # fmt: skip


CAMPAIGNS: Final = Table(
    "campaigns", ("campaign",), {"campaign": "text", "state": "jsonb", "version": "int"}
)
DOCUMENTS: Final = Table(
    "documents",
    ("campaign", "document"),
    dict.fromkeys(("campaign", "document", "kind", "title", "topic", "unit"), "text")
    | {"issued_on": "date", "applies_to": "jsonb", "version": "int"},
)
PREPARATION_ORDERS: Final = Table(
    "preparation_orders",
    ("campaign", "preparation_order"),
    dict.fromkeys(("campaign", "preparation_order", "title", "unit"), "text")
    | {"levels": "jsonb", "ordered_on": "date", "version": "int"},
)
PREPARATIONS: Final = Table(
    "preparations",
    ("campaign", "unit"),
    {"campaign": "text", "unit": "text", "prepared_on": "date", "version": "int"},
)
MEETINGS: Final = Table(
    "meetings",
    ("campaign", "meeting"),
    dict.fromkeys(("campaign", "meeting", "kind", "title", "unit"), "text")
    | {"attendees": "int", "held_at": "timestamptz", "version": "int"},
)
PLANS: Final = Table(
    "plans",
    ("campaign", "unit", "category"),
    {"campaign": "text", "unit": "text", "category": "text", "state": "text"}
    | {"plan_version": "int", "title": "text", "digest": "text", "gate": "text"}
    | {"gate_role": "text", "gate_holder": "text", "submitted_at": "timestamptz"}
    | {"decided_at": "timestamptz", "version": "int"},
)
MOBILIZATIONS: Final = Table(
    "mobilizations",
    ("campaign", "unit"),
    {"campaign": "text", "unit": "text", "state": "text", "planned_at": "timestamptz"}
    | {"held_at": "timestamptz", "attendees": "int", "chaired_by": "text", "place": "text"}
    | {"flags": "jsonb", "reason": "text", "version": "int"},
)
TRAININGS: Final = Table(
    "trainings",
    ("campaign", "unit", "training"),
    {"campaign": "text", "unit": "text", "training": "text", "audience": "text"}
    | {"participants": "int", "phase": "text", "held_on": "date", "version": "int"},
)

OF_CAMPAIGN: Final = Life("campaign", CAMPAIGN, Showing(CAMPAIGNS, _campaign_row))
OF_DOCUMENT: Final = Life("document", DOCUMENT, Showing(DOCUMENTS, _document_row))
OF_ORDER: Final = Life("order", ORDER, Showing(PREPARATION_ORDERS, _order_row))
OF_PREPARATION: Final = Life("preparation", PREPARATION, Showing(PREPARATIONS, _preparation_row))
OF_MEETING: Final = Life("meeting", MEETING, Showing(MEETINGS, _meeting_row))
OF_PLAN: Final = Life("plan", PLAN, Showing(PLANS, _plan_row))
OF_MOBILIZATION: Final = Life(
    "mobilization", MOBILIZATION, Showing(MOBILIZATIONS, _mobilization_row)
)
OF_TRAINING: Final = Life("training", TRAINING, Showing(TRAININGS, _training_row))

LIVES: Final = (
    OF_CAMPAIGN,
    OF_DOCUMENT,
    OF_ORDER,
    OF_PREPARATION,
    OF_MEETING,
    OF_PLAN,
    OF_MOBILIZATION,
    OF_TRAINING,
)
