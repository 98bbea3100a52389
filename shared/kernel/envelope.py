"""The envelope an event travels in (CloudEvents 1.0, structured JSON) and its hash chain."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec

from shared.kernel.events import Instant
from shared.kernel.time import iso_utc

GENESIS = bytes(32)
"""What the first event of a history chains to."""


class Envelope(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    # No envelope is part of a cycle; looking for one took a sixth of a catch-up.
    gc=False,
    # As a tag it is always written, where a field with a default would be left out, and checked.
    tag_field="specversion",
    tag="1.0",
):
    """One event as the store keeps it and Kafka carries it.

    `league` and `version` place it in its history (gapless from 1); `stream` and
    `streamversion` in its aggregate's life; `unitpath` is the unit's path when it was
    recorded (`15.1502.150202`); `time` is when it happened, `recordedat` when we were told.
    """

    id: str
    source: str
    type: str
    subject: str
    time: Instant
    datacontenttype: str = "application/json"
    partitionkey: str
    campaign: str
    league: str
    version: int
    stream: str
    streamversion: int
    unitpath: str
    actor: str
    correlationid: str
    causationid: str = ""
    importid: str = ""
    traceparent: str = ""
    recordedat: Instant
    hash: str
    data: msgspec.Raw

    @property
    def service(self) -> str:
        """`/campaign/units` -> `units`."""
        return self.source.rpartition("/")[2]

    @property
    def event_name(self) -> tuple[str, int]:
        """`campaign.schedule.MobilizationHeld.v1` -> (`MobilizationHeld`, 1)."""
        _, name, version = self.type.rsplit(".", 2)
        return name, int(version[1:])


def event_type(service: str, name: str, schema_version: int) -> str:
    return f"campaign.{service}.{name}.v{schema_version}"


def content_digest(content: Mapping[str, Any]) -> bytes:
    """SHA-256 of the canonical JSON (sorted keys, UTF-8, no spaces) of what was recorded.

    `content` holds id, stream, streamversion, type, time (RFC 3339 text), data and meta.
    """
    return sha256(msgspec.json.encode(content, order="sorted")).digest()


def chain_hash(previous: bytes, version: int, recorded_at: datetime, digest: bytes) -> bytes:
    """The hash of the event at `version`: covers the one before it, its place and content."""
    place = f"{version}|{iso_utc(recorded_at)}".encode()
    return sha256(previous + digest + place).digest()
