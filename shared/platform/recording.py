"""What is recorded: events on their way into a history, where they came from, what is answered."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.kernel.envelope import content_digest
from shared.kernel.events import Event
from shared.kernel.positions import Positions, format_positions
from shared.kernel.time import iso_utc
from shared.kernel.units import league_of


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from: kept with every event it causes."""

    actor: str
    correlation_id: str
    causation_id: str = ""
    import_id: str = ""
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A caller's key and the fingerprint (SHA-256) of the request it stands for."""

    caller: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What a write answered, kept with its key so that a retry is answered the same."""

    status: int
    body: bytes
    positions: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Pending:
    """An event to append: its stream, the unit it is about and that unit's path."""

    stream: str
    campaign: str
    unit: str
    path: str
    event: Event
    league: str = ""

    @property
    def history(self) -> str:
        """The history it goes to: its own league, unless a move says another."""
        return self.league or league_of(self.path)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An appended event and the place it got."""

    pending: Pending
    name: str
    version: int
    stream_version: int
    event_id: str
    recorded_at: datetime


AnswerMaker = Callable[[list[Recorded]], Answer]
"""Makes the answer once the events' places are known."""


def positions_of(service: str, recorded: Iterable[Recorded]) -> Positions:
    """How far the histories stand after these events: what a consistency token says."""
    positions: Positions = {}
    for event in recorded:
        key = (service, event.pending.history)
        positions[key] = max(event.version, positions.get(key, 0))
    return positions


def token_of(service: str, recorded: Iterable[Recorded]) -> str:
    return format_positions(positions_of(service, recorded))


def place_meta(origin: Origin, pending: Pending) -> dict[str, str]:
    """What is kept beside an event's data: who, why, and the unit it is about."""
    meta = {
        "actor": origin.actor,
        "correlation": origin.correlation_id,
        "campaign": pending.campaign,
        "unit": pending.unit,
        "path": pending.path,
    }
    if origin.causation_id:
        meta["causation"] = origin.causation_id
    if origin.import_id:
        meta["import"] = origin.import_id
    if origin.traceparent:
        meta["traceparent"] = origin.traceparent
    return meta


def digest_of(
    event_id: UUID,
    pending: Pending,
    stream_version: int,
    name: tuple[str, int],
    meta: Mapping[str, str],
) -> bytes:
    """The digest of what is recorded, the part of the chain that does not depend on its place."""
    return content_digest(
        {
            "id": str(event_id),
            "stream": pending.stream,
            "streamversion": stream_version,
            "type": f"{name[0]}.v{name[1]}",
            "time": iso_utc(pending.event.occurred_at),
            "data": pending.event,
            "meta": meta,
        }
    )
