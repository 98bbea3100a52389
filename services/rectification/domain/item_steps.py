"""What may be done about an item: each step's event, its conditions and its consequences."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from services.rectification.domain.item import (
    CALENDAR,
    Closing,
    Item,
    Step,
    reopened_due,
)
from services.rectification.domain.item_refusals import (
    ChildrenOpen,
    ClockIsPaused,
    ClockIsRunning,
    ClosureNotRequested,
    DueBeforeRaised,
    EvidenceMissing,
    ExtensionNotLater,
    OwnItem,
    ReasonRequired,
    ScoreOutOfRange,
)
from shared.contracts.rectification import (
    ClockPaused,
    ClockResumed,
    ClosureRejected,
    ClosureRequested,
    DueDateExtended,
    Evidence,
    FollowUpReviewed,
    ItemAssigned,
    ItemReopened,
    ProgressReported,
    RectificationClosed,
    SatisfactionRated,
)
from shared.kernel.events import Event
from shared.kernel.time import local_midnight

# The rule of poor ratings: a closed item rated so low, of 5, is reopened at once.
POOR_SCORE: Final = 2
_BEST_SCORE: Final = 5


@dataclass(frozen=True, slots=True)
class Assign(Step):
    person: str

    def event(self, item: Item) -> ItemAssigned:
        setting = self.setting
        at = setting.now if self.on == setting.today else local_midnight(self.on)
        return ItemAssigned(**self.place(), responsible_person=self.person, assigned_at=at)

    def allow(self, item: Item) -> None:
        item.require_unclosed()

    def is_so(self, item: Item) -> bool:
        return item.responsible_person == self.person


@dataclass(frozen=True, slots=True)
class Progress(Step):
    note: str
    percent: int

    def event(self, item: Item) -> ProgressReported:
        return ProgressReported(
            **self.place(), note=self.note, percent=self.percent, reported_on=self.on
        )

    def allow(self, item: Item) -> None:
        item.require_open()


@dataclass(frozen=True, slots=True)
class Extend(Step):
    due_on: date
    reason: str
    approver: str

    def event(self, item: Item) -> DueDateExtended:
        return DueDateExtended(
            **self.place(),
            former_due_on=item.due_on,
            due_on=self.due_on,
            reason=self.reason,
            approved_by=self.approver,
            extended_on=self.on,
        )

    def allow(self, item: Item) -> None:
        item.require_unclosed()
        _explained(self.reason)
        if self.approver == item.responsible_person:
            raise OwnItem(person=self.approver)
        if self.due_on <= item.due_on:
            raise ExtensionNotLater(due_on=self.due_on, present=item.due_on)
        if self.due_on < self.on:
            raise DueBeforeRaised(due_on=self.due_on, day=self.on)


@dataclass(frozen=True, slots=True)
class Pause(Step):
    reason: str

    def event(self, item: Item) -> ClockPaused:
        return ClockPaused(**self.place(), reason=self.reason, paused_on=self.on)

    def allow(self, item: Item) -> None:
        _require_running(item)
        _explained(self.reason)


@dataclass(frozen=True, slots=True)
class Resume(Step):
    def event(self, item: Item) -> ClockResumed:
        standing = item.standing
        paused_on = getattr(standing, "paused_on", None) or self.on
        lost = CALENDAR.workdays_between(paused_on, self.on)
        due_on = CALENDAR.add_workdays(item.due_on, lost)
        return ClockResumed(**self.place(), due_on=due_on, resumed_on=self.on)

    def allow(self, item: Item) -> None:
        if item.require_open().paused_on is None:
            raise ClockIsRunning(item=item.id)


@dataclass(frozen=True, slots=True)
class RequestClosure(Step):
    """`written_up` is history brought in later, whose evidence stayed on paper."""

    summary: str
    evidence: tuple[Evidence, ...]
    requester: str
    written_up: bool = False

    def event(self, item: Item) -> ClosureRequested:
        return ClosureRequested(
            **self.place(),
            summary=self.summary,
            evidence=self.evidence,
            requested_by=self.requester,
            requested_on=self.on,
        )

    def allow(self, item: Item) -> None:
        _require_running(item)
        if not (self.evidence or self.written_up):
            raise EvidenceMissing


@dataclass(frozen=True, slots=True)
class Reject(Step):
    reason: str
    verifier: str

    def event(self, item: Item) -> ClosureRejected:
        return ClosureRejected(
            **self.place(), reason=self.reason, rejected_by=self.verifier, rejected_on=self.on
        )

    def allow(self, item: Item) -> None:
        _require_verifiable(item, self.verifier)
        _explained(self.reason)


@dataclass(frozen=True, slots=True)
class Close(Step):
    """`open_children` is how many items below this one are not closed."""

    note: str
    verifier: str
    open_children: int = 0

    def event(self, item: Item) -> RectificationClosed:
        return RectificationClosed(
            **self.place(), note=self.note, verified_by=self.verifier, closed_on=self.on
        )

    def allow(self, item: Item) -> None:
        _require_verifiable(item, self.verifier)
        if self.open_children:
            raise ChildrenOpen(count=self.open_children)


@dataclass(frozen=True, slots=True)
class Reopen(Step):
    reason: str
    due_on: date | None = None

    def event(self, item: Item) -> ItemReopened:
        return _reopened(self, item, "decision", self.reason, self.due_on)

    def allow(self, item: Item) -> None:
        item.require_closed()
        _explained(self.reason)
        if self.due_on is not None and self.due_on < self.on:
            raise DueBeforeRaised(due_on=self.due_on, day=self.on)


@dataclass(frozen=True, slots=True)
class ReopenOrder(Step):
    """A closed order comes back while an item below it is not closed, however that came about."""

    child: str

    def event(self, item: Item) -> ItemReopened:
        # Numbered, so that the same item on the same day is not taken for the same reopening.
        reason = f"{self.child} ({item.reopenings + 1})"
        return _reopened(self, item, "child_open", reason)

    def allow(self, item: Item) -> None:
        item.require_closed()


@dataclass(frozen=True, slots=True)
class Review(Step):
    """The look back; what has relapsed is reopened."""

    holds: bool
    note: str
    reviewer: str

    def event(self, item: Item) -> FollowUpReviewed:
        return FollowUpReviewed(
            **self.place(),
            holds=self.holds,
            note=self.note,
            reviewed_by=self.reviewer,
            reviewed_on=self.on,
        )

    def allow(self, item: Item) -> None:
        item.require_closed()
        if self.reviewer == item.responsible_person:
            raise OwnItem(person=self.reviewer)

    def consequences(self, item: Item) -> list[Event]:
        return [] if self.holds else [_reopened(self, item, "relapse", self.note)]


@dataclass(frozen=True, slots=True)
class Rate(Step):
    score: int
    raters: int

    def event(self, item: Item) -> SatisfactionRated:
        return SatisfactionRated(
            **self.place(), score=self.score, raters=self.raters, rated_on=self.on
        )

    def allow(self, item: Item) -> None:
        item.require_closed()
        if not 1 <= self.score <= _BEST_SCORE or self.raters < 1:
            raise ScoreOutOfRange

    def consequences(self, item: Item) -> list[Event]:
        if self.score > POOR_SCORE:
            return []
        return [_reopened(self, item, "poor_rating", f"{self.score}/{_BEST_SCORE}")]


def _reopened(
    step: Step, item: Item, cause: str, reason: str, due_on: date | None = None
) -> ItemReopened:
    return ItemReopened(
        **step.place(),
        cause=cause,
        reason=reason,
        due_on=due_on or reopened_due(item, step.on),
        reopened_on=step.on,
    )


def _explained(reason: str) -> None:
    if not reason.strip():
        raise ReasonRequired


def _require_running(item: Item) -> None:
    paused_on = item.require_open().paused_on
    if paused_on is not None:
        raise ClockIsPaused(item=item.id, paused_on=paused_on)


def _require_verifiable(item: Item, verifier: str) -> None:
    item.require_unclosed()
    if not isinstance(item.standing, Closing):
        raise ClosureNotRequested(item=item.id)
    if verifier in {item.responsible_person, item.standing.requested_by}:
        raise OwnItem(person=verifier)
