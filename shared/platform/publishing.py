"""Stored events as the envelopes the relay publishes and the feed serves: one form for both."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

import msgspec

from shared.kernel.envelope import Envelope, event_type

COLUMNS = (
    "league, version, stream, stream_version, event_id, type, schema_version,"
    " data::text as data, meta::text as meta, occurred_at, recorded_at, hash"
)


class _Meta(msgspec.Struct):
    actor: str
    correlation: str
    campaign: str
    unit: str
    path: str
    causation: str = ""
    traceparent: str = ""
    import_id: str = msgspec.field(default="", name="import")


_meta = msgspec.json.Decoder(_Meta)


def envelope_of(service: str, row: Mapping[str, Any]) -> Envelope:
    """The envelope of a row read with COLUMNS."""
    meta = _meta.decode(row["meta"])
    return Envelope(
        id=str(row["event_id"]),
        source=f"/campaign/{service}",
        type=event_type(service, row["type"], row["schema_version"]),
        subject=meta.unit,
        time=row["occurred_at"].astimezone(UTC),
        partitionkey=row["league"],
        campaign=meta.campaign,
        league=row["league"],
        version=row["version"],
        stream=row["stream"],
        streamversion=row["stream_version"],
        unitpath=meta.path,
        actor=meta.actor,
        correlationid=meta.correlation,
        causationid=meta.causation,
        importid=meta.import_id,
        traceparent=meta.traceparent,
        recordedat=row["recorded_at"].astimezone(UTC),
        hash=row["hash"].hex(),
        data=msgspec.Raw(row["data"].encode()),
    )
