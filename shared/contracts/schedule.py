"""Events of the schedule service: the campaign, its plans, meetings and training."""

from datetime import date
from typing import ClassVar

import msgspec

from shared.contracts.contract import Contract
from shared.kernel.events import Event, Instant
from shared.kernel.units import kind_group


class Window(msgspec.Struct, frozen=True):
    """Between which days (both included) units of these levels and kinds mobilize.

    `kinds` holds attached kinds, or `area` for the area units of the levels.
    """

    levels: tuple[int, ...]
    kinds: tuple[str, ...]
    opens_on: date
    closes_on: date

    def covers(self, level: int, kind: str) -> bool:
        return level in self.levels and kind_group(kind) in self.kinds


def window_for(windows: tuple[Window, ...], level: int, kind: str) -> Window | None:
    """The first window that covers a unit of this level and kind."""
    return next((window for window in windows if window.covers(level, kind)), None)


class Gate(msgspec.Struct, frozen=True):
    """One step of a review: whoever holds `role` for the unit `holder` may pass or return."""

    gate: str
    name_zh: str
    name_en: str
    role: str
    holder: str


class CampaignOpened(Event, frozen=True):
    happened: ClassVar[str] = "starts_on"
    campaign: str
    name_zh: str
    name_en: str
    root: str
    starts_on: date
    ends_on: date
    mobilization_from: date
    windows: tuple[Window, ...]


class WindowsChanged(Event, frozen=True):
    happened: ClassVar[str] = "changed_at"
    campaign: str
    windows: tuple[Window, ...]
    reason: str
    changed_at: Instant


class GatesSet(Event, frozen=True):
    """Plans of this category from units of this level in this area pass these gates in order."""

    happened: ClassVar[str] = "set_at"
    campaign: str
    area: str
    applies_to_level: int
    category: str
    gates: tuple[Gate, ...]
    set_at: Instant


class DocumentIssued(Event, frozen=True):
    """A work plan or guiding opinion, issued to the kinds it applies to."""

    happened: ClassVar[str] = "issued_on"
    campaign: str
    document: str
    kind: str
    title: str
    topic: str
    unit: str
    issued_on: date
    applies_to: tuple[str, ...]


class PreparationOrdered(Event, frozen=True):
    happened: ClassVar[str] = "ordered_on"
    campaign: str
    order: str
    title: str
    unit: str
    levels: tuple[int, ...]
    ordered_on: date


class PreparationCompleted(Event, frozen=True):
    happened: ClassVar[str] = "prepared_on"
    campaign: str
    unit: str
    prepared_on: date


class PlanSubmitted(Event, frozen=True):
    """A version enters review; `gates` is the procedure in force on that day."""

    happened: ClassVar[str] = "submitted_at"
    campaign: str
    unit: str
    category: str
    plan_version: int
    title: str
    digest: str
    gates: tuple[Gate, ...]
    submitted_at: Instant


class GatePassed(Event, frozen=True):
    happened: ClassVar[str] = "passed_at"
    campaign: str
    unit: str
    category: str
    plan_version: int
    gate: str
    note: str
    passed_at: Instant


class PlanReturned(Event, frozen=True):
    """Reasons: spirit_not_reflected, local_character_lacking, not_actionable."""

    happened: ClassVar[str] = "returned_at"
    campaign: str
    unit: str
    category: str
    plan_version: int
    gate: str
    reasons: tuple[str, ...]
    note: str
    returned_at: Instant


class PlanApproved(Event, frozen=True):
    happened: ClassVar[str] = "approved_at"
    campaign: str
    unit: str
    category: str
    plan_version: int
    approved_at: Instant


class MeetingHeld(Event, frozen=True):
    """A meeting of the campaign that is not a unit's mobilization."""

    happened: ClassVar[str] = "held_at"
    campaign: str
    meeting: str
    kind: str
    title: str
    unit: str
    attendees: int
    held_at: Instant


class MobilizationPlanned(Event, frozen=True):
    happened: ClassVar[str] = "arranged_at"
    campaign: str
    unit: str
    planned_at: Instant
    place: str
    arranged_at: Instant


class MobilizationHeld(Event, frozen=True):
    """`flags`: what the rules noticed, for example `late`, `early`, `plan-not-approved`."""

    happened: ClassVar[str] = "held_at"
    campaign: str
    unit: str
    held_at: Instant
    attendees: int
    chaired_by: str
    place: str
    flags: tuple[str, ...]


class MobilizationCorrected(Event, frozen=True):
    happened: ClassVar[str] = "corrected_at"
    campaign: str
    unit: str
    held_at: Instant
    attendees: int
    chaired_by: str
    place: str
    flags: tuple[str, ...]
    reason: str
    corrected_at: Instant


class MobilizationVoided(Event, frozen=True):
    happened: ClassVar[str] = "voided_at"
    campaign: str
    unit: str
    reason: str
    voided_at: Instant


class TrainingHeld(Event, frozen=True):
    """`phase` is `before` or `after` the campaign's mobilization began."""

    happened: ClassVar[str] = "held_on"
    campaign: str
    unit: str
    training: str
    audience: str
    participants: int
    phase: str
    held_on: date


SCHEDULE = Contract(
    service="schedule",
    events={
        "CampaignOpened": (1, CampaignOpened),
        "WindowsChanged": (1, WindowsChanged),
        "GatesSet": (1, GatesSet),
        "DocumentIssued": (1, DocumentIssued),
        "PreparationOrdered": (1, PreparationOrdered),
        "PreparationCompleted": (1, PreparationCompleted),
        "PlanSubmitted": (1, PlanSubmitted),
        "GatePassed": (1, GatePassed),
        "PlanReturned": (1, PlanReturned),
        "PlanApproved": (1, PlanApproved),
        "MeetingHeld": (1, MeetingHeld),
        "MobilizationPlanned": (1, MobilizationPlanned),
        "MobilizationHeld": (1, MobilizationHeld),
        "MobilizationCorrected": (1, MobilizationCorrected),
        "MobilizationVoided": (1, MobilizationVoided),
        "TrainingHeld": (1, TrainingHeld),
    },
)
