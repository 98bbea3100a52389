"""What the read endpoints show; a field's name is its column's."""

from datetime import date, datetime
from typing import Any

import msgspec


class DocumentShown(msgspec.Struct):
    document: str
    kind: str
    title: str
    topic: str
    unit: str
    issued_on: date
    applies_to: list[str]


class OrderShown(msgspec.Struct):
    preparation_order: str
    title: str
    unit: str
    levels: list[int]
    ordered_on: date


class PreparationShown(msgspec.Struct):
    unit: str
    prepared_on: date


class MeetingShown(msgspec.Struct):
    meeting: str
    kind: str
    title: str
    unit: str
    attendees: int
    held_at: datetime


class PlanShown(msgspec.Struct):
    """`gate`, `gate_role` and `gate_holder` say who is asked next; empty when nobody is."""

    unit: str
    category: str
    state: str
    plan_version: int
    title: str
    digest: str
    gate: str
    gate_role: str
    gate_holder: str
    submitted_at: datetime
    decided_at: datetime | None


class MobilizationShown(msgspec.Struct):
    unit: str
    state: str
    planned_at: datetime | None
    held_at: datetime | None
    attendees: int | None
    chaired_by: str
    place: str
    flags: list[str]
    reason: str


class TrainingShown(msgspec.Struct):
    unit: str
    training: str
    audience: str
    participants: int
    phase: str
    held_on: date


class Step(msgspec.Struct):
    """One event of a life: when it happened, when it was recorded, and by whom."""

    event: str
    version: int
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    data: dict[str, Any]


class PlanLife(msgspec.Struct):
    """A plan as it stands and every step that led there: versions, reasons, reviewers."""

    plan: PlanShown
    history: list[Step]


class MobilizationLife(msgspec.Struct):
    mobilization: MobilizationShown
    history: list[Step]
