"""A league's hash chain recomputed from its envelopes: any change to what was recorded shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import msgspec

from shared.kernel.envelope import GENESIS, Envelope, chain_hash, content_digest
from shared.kernel.time import iso_utc

Fault = Literal["place", "order", "content"]
"""It belongs to another history; its version does not follow; its hash does not."""

_OPTIONAL: Final = (
    ("causation", "causationid"), ("import", "importid"), ("traceparent", "traceparent")
)  # fmt: skip


class Head(msgspec.Struct):
    """Where a league's history stands; nothing is recorded yet where `recorded_at` is null."""

    league: str
    version: int
    hash: str
    recorded_at: datetime | None


class ChainBroken(ValueError):
    """An envelope that does not continue its history: `version` is the one that was awaited."""

    def __init__(self, fault: Fault, envelope: Envelope, version: int) -> None:
        super().__init__(
            f"{envelope.service}@{envelope.league}: version {envelope.version}"
            f" stands where {version} should ({fault})"
        )
        self.fault: Fault = fault
        self.found = envelope.version
        self.version = version


def meta_of(envelope: Envelope) -> dict[str, str]:
    """What was kept beside the event's data: who, why, and the unit it is about."""
    meta = {
        "actor": envelope.actor,
        "correlation": envelope.correlationid,
        "campaign": envelope.campaign,
        "unit": envelope.subject,
        "path": envelope.unitpath,
    }
    return meta | {name: told for name, field in _OPTIONAL if (told := getattr(envelope, field))}


def digest_of_envelope(envelope: Envelope) -> bytes:
    """The digest of what was recorded: what `content_digest` gave when it was."""
    name, version = envelope.event_name
    return content_digest(
        {
            "id": envelope.id,
            "stream": envelope.stream,
            "streamversion": envelope.streamversion,
            "type": f"{name}.v{version}",
            "time": iso_utc(envelope.time),
            "data": msgspec.json.decode(envelope.data),
            "meta": meta_of(envelope),
        }
    )


@dataclass(slots=True)
class Chain:
    """One history read from a known link on: at first from nothing."""

    service: str
    league: str
    version: int = 0
    head: bytes = GENESIS

    def follow(self, envelope: Envelope) -> None:
        """Take the next envelope, or raise ChainBroken and stand where we stood."""
        version = self.version + 1
        if (envelope.service, envelope.league, envelope.partitionkey) != (
            self.service, self.league, self.league,
        ):  # fmt: skip
            raise ChainBroken("place", envelope, version)
        if envelope.version != version:
            raise ChainBroken("order", envelope, version)
        digest = digest_of_envelope(envelope)
        link = chain_hash(self.head, version, envelope.recordedat, digest)
        if envelope.hash != link.hex():
            raise ChainBroken("content", envelope, version)
        self.version, self.head = version, link
