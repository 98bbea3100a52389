"""Events of the rectification service: the ledger, filed plans, programmes, help, urging."""

from datetime import date
from typing import ClassVar

import msgspec

from shared.contracts.contract import Contract
from shared.kernel.events import Event, Instant


class Evidence(msgspec.Struct, frozen=True):
    """A file handed in: SHA-256 of its bytes in hex, name shown, media type, size in bytes."""

    digest: str
    name: str
    media_type: str
    size_bytes: int


class ItemRaised(Event, frozen=True):
    """A problem on the ledger of `unit`, which is responsible; `number` counts items of that unit.

    `source` is one of SOURCES and `origin` says which one (a finding's id, a petition's, ...), or
    is empty. A cascaded order is an item with `cascades`; its children name it as `parent`.
    `programme` is that of a special rectification, or empty.
    """

    happened: ClassVar[str] = "raised_on"
    campaign: str
    item: str
    number: int
    unit: str
    source: str
    origin: str
    category: str
    summary: str
    responsible_person: str
    due_on: date
    cascades: bool
    parent: str
    programme: str
    raised_on: date


class ItemAssigned(Event, frozen=True):
    """Another person of the same unit is responsible from now on."""

    happened: ClassVar[str] = "assigned_at"
    campaign: str
    item: str
    unit: str
    responsible_person: str
    assigned_at: Instant


class ProgressReported(Event, frozen=True):
    """`percent` is the reporter's own judgement, 0 to 100."""

    happened: ClassVar[str] = "reported_on"
    campaign: str
    item: str
    unit: str
    note: str
    percent: int
    reported_on: date


class DueDateExtended(Event, frozen=True):
    """`approved_by` is a person other than the responsible one."""

    happened: ClassVar[str] = "extended_on"
    campaign: str
    item: str
    unit: str
    former_due_on: date
    due_on: date
    reason: str
    approved_by: str
    extended_on: date


class ClockPaused(Event, frozen=True):
    """The urging clock stands still, as while a matter waits for another body."""

    happened: ClassVar[str] = "paused_on"
    campaign: str
    item: str
    unit: str
    reason: str
    paused_on: date


class ClockResumed(Event, frozen=True):
    """`due_on` is later by the working days of the pause."""

    happened: ClassVar[str] = "resumed_on"
    campaign: str
    item: str
    unit: str
    due_on: date
    resumed_on: date


class ClosureRequested(Event, frozen=True):
    happened: ClassVar[str] = "requested_on"
    campaign: str
    item: str
    unit: str
    summary: str
    evidence: tuple[Evidence, ...]
    requested_by: str
    requested_on: date


class ClosureRejected(Event, frozen=True):
    happened: ClassVar[str] = "rejected_on"
    campaign: str
    item: str
    unit: str
    reason: str
    rejected_by: str
    rejected_on: date


class RectificationClosed(Event, frozen=True):
    """Verified by somebody other than the owner and the one who requested it."""

    happened: ClassVar[str] = "closed_on"
    campaign: str
    item: str
    unit: str
    note: str
    verified_by: str
    closed_on: date


class ItemReopened(Event, frozen=True):
    """`cause` is `relapse`, `poor_rating`, `decision`, or of an order `child_open`: `reason` then
    names an item below it that is not closed.
    """

    happened: ClassVar[str] = "reopened_on"
    campaign: str
    item: str
    unit: str
    cause: str
    reason: str
    due_on: date
    reopened_on: date


class FollowUpReviewed(Event, frozen=True):
    """A look back at a closed item; what has relapsed is reopened."""

    happened: ClassVar[str] = "reviewed_on"
    campaign: str
    item: str
    unit: str
    holds: bool
    note: str
    reviewed_by: str
    reviewed_on: date


class SatisfactionRated(Event, frozen=True):
    """`score` 1 (poor) to 5 (good), by `raters` people."""

    happened: ClassVar[str] = "rated_on"
    campaign: str
    item: str
    unit: str
    score: int
    raters: int
    rated_on: date


class PlanFiled(Event, frozen=True):
    """One of the two plans and one schedule (FILED_DOCUMENTS) of a unit."""

    happened: ClassVar[str] = "filed_on"
    campaign: str
    unit: str
    document: str
    title: str
    digest: str
    filed_on: date


class BatchesLinked(Event, frozen=True):
    """A unit of the first batch leads one of the second, which is the event's unit."""

    happened: ClassVar[str] = "linked_on"
    campaign: str
    unit: str
    led_by: str
    linked_on: date


class ProgrammeLaunched(Event, frozen=True):
    """`kind` is one of PROGRAMME_KINDS; `target` counts `measure`, and progress is counted to it."""

    happened: ClassVar[str] = "launched_on"
    campaign: str
    programme: str
    unit: str
    kind: str
    category: str
    title: str
    measure: str
    target: int
    due_on: date | None
    launched_on: date


class ProgrammeProgressed(Event, frozen=True):
    """`unit` added `count` to the measure of a programme of its own or of a unit above it.

    Who reported last does not verify the programme's completion.
    """

    happened: ClassVar[str] = "progressed_on"
    campaign: str
    programme: str
    unit: str
    entry: str
    count: int
    note: str
    reported_by: str
    progressed_on: date


class ProgrammeCompleted(Event, frozen=True):
    happened: ClassVar[str] = "completed_on"
    campaign: str
    programme: str
    unit: str
    note: str
    verified_by: str
    completed_on: date


class PetitionsReceived(Event, frozen=True):
    """A petition reception: visits received, cases opened, cases settled on the spot."""

    happened: ClassVar[str] = "held_on"
    campaign: str
    reception: str
    unit: str
    received_by: str
    visits: int
    cases: int
    settled_on_spot: int
    held_on: date


class HelpPaired(Event, frozen=True):
    """`helper` (a unit's code or person's id) helps `households` of the event's unit."""

    happened: ClassVar[str] = "paired_on"
    campaign: str
    pairing: str
    unit: str
    helper: str
    kind: str
    households: int
    paired_on: date


class HelpEnded(Event, frozen=True):
    happened: ClassVar[str] = "ended_on"
    campaign: str
    pairing: str
    unit: str
    outcome: str
    ended_on: date


class LadderStep(msgspec.Struct, frozen=True):
    """One of LADDER_STEPS, `workdays` after the due date (before it, when negative)."""

    step: str
    workdays: int


class UrgingRulesSet(Event, frozen=True):
    """How things of this `subject` (plan, mobilization, item) are urged in an area."""

    happened: ClassVar[str] = "set_at"
    campaign: str
    area: str
    subject: str
    steps: tuple[LadderStep, ...]
    set_at: Instant


class UrgingStepTaken(Event, frozen=True):
    """A step of the ladder, once for each thing and due date; `thing` is an item or a unit."""

    happened: ClassVar[str] = "taken_on"
    campaign: str
    subject: str
    thing: str
    unit: str
    step: str
    due_on: date
    addressee: str
    taken_on: date


class UrgingDelivered(Event, frozen=True):
    happened: ClassVar[str] = "delivered_at"
    campaign: str
    subject: str
    thing: str
    unit: str
    step: str
    due_on: date
    channel: str
    delivered_at: Instant


SOURCES = (
    "finding", "petition", "opinion", "self_check", "special_rectification", "cascade", "other",
)  # fmt: skip
CATEGORIES = (
    "administrative_inaction", "service", "infringement", "food_drug_safety", "ecology",
    "public_safety", "education", "employment", "poverty_relief", "housing", "petitions",
    "formalism", "bureaucracy", "hedonism", "extravagance", "institution", "other",
)  # fmt: skip
FILED_DOCUMENTS = ("rectification_plan", "special_rectification_plan", "institution_schedule")
PROGRAMME_KINDS = (
    "action", "project", "special_rectification", "commitment", "village_help", "visits",
    "centres", "turnaround",
)  # fmt: skip
HELP_KINDS = ("village", "household")
LADDER_STEPS = ("reminder", "notice", "bulletin", "interview")
URGED_SUBJECTS = ("plan", "mobilization", "item")

RECTIFICATION = Contract(
    service="rectification",
    events={
        "ItemRaised": (1, ItemRaised),
        "ItemAssigned": (1, ItemAssigned),
        "ProgressReported": (1, ProgressReported),
        "DueDateExtended": (1, DueDateExtended),
        "ClockPaused": (1, ClockPaused),
        "ClockResumed": (1, ClockResumed),
        "ClosureRequested": (1, ClosureRequested),
        "ClosureRejected": (1, ClosureRejected),
        "RectificationClosed": (1, RectificationClosed),
        "ItemReopened": (1, ItemReopened),
        "FollowUpReviewed": (1, FollowUpReviewed),
        "SatisfactionRated": (1, SatisfactionRated),
        "PlanFiled": (1, PlanFiled),
        "BatchesLinked": (1, BatchesLinked),
        "ProgrammeLaunched": (1, ProgrammeLaunched),
        "ProgrammeProgressed": (1, ProgrammeProgressed),
        "ProgrammeCompleted": (1, ProgrammeCompleted),
        "PetitionsReceived": (1, PetitionsReceived),
        "HelpPaired": (1, HelpPaired),
        "HelpEnded": (1, HelpEnded),
        "UrgingRulesSet": (1, UrgingRulesSet),
        "UrgingStepTaken": (1, UrgingStepTaken),
        "UrgingDelivered": (1, UrgingDelivered),
    },
)
