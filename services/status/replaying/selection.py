"""What of a history is replayed: whose, which days, which types of events."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from services.status.learning import CONTRACTS
from shared.contracts.contract import Contract
from shared.kernel.envelope import event_type
from shared.kernel.refusals import Refusal
from shared.kernel.time import local_midnight

By = Literal["occurred", "recorded"]


class UnknownEventType(Refusal):
    code = "unknown-event-type"
    status = 422
    zh = "没有事件类型 {type},请用 MobilizationHeld 一类的名称,多个以逗号分隔。"
    en = "There is no event type {type}; use names such as MobilizationHeld, separated by commas."


class DaysReversed(Refusal):
    code = "days-reversed"
    status = 422
    zh = "起始日 {first} 晚于截止日 {last},请核对日期。"
    en = "The first day {first} lies after the last, {last}; check them."


@dataclass(frozen=True, slots=True)
class Days:
    """From the first day to the last, by when things happened or by when we were told."""

    by: By = "occurred"
    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None and self.first > self.last:
            raise DaysReversed(first=self.first, last=self.last)

    @property
    def begin(self) -> datetime | None:
        return local_midnight(self.first) if self.first else None

    @property
    def end(self) -> datetime | None:
        """The first instant that is too late."""
        return local_midnight(self.last + timedelta(days=1)) if self.last else None


@dataclass(frozen=True, slots=True)
class Selection:
    """Events of one campaign: of one league's history or, without a league, of all of them."""

    campaign: str
    league: str | None
    days: Days
    types: tuple[str, ...] | None = None
    """Full names, as in the envelopes; all types where it is None."""


def types_named(text: str) -> tuple[str, ...]:
    """`MobilizationHeld,ItemRaised`, or full names, as types of every version there is."""
    found: dict[str, None] = {}
    for name in text.split(","):
        types = _TYPES.get(name.strip())
        if types is None:
            raise UnknownEventType(type=name.strip()[:100])
        found |= dict.fromkeys(types)
    return tuple(found)


def _types(contracts: Iterable[Contract]) -> dict[str, tuple[str, ...]]:
    """Name -> full names; a full name stands for itself."""
    found: dict[str, tuple[str, ...]] = {}
    for contract in contracts:
        for name, (current, _) in contract.events.items():
            versions = range(1, current + 1)
            types = tuple(event_type(contract.service, name, version) for version in versions)
            found[name] = found.get(name, ()) + types
            found |= {each: (each,) for each in types}
    return found


_TYPES: Final = _types(CONTRACTS)
