"""A stored row becomes the envelope that the relay sends and the feed answers."""

from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import msgspec
import pytest

from shared.kernel.envelope import Envelope
from shared.platform.publishing import COLUMNS, envelope_of

CHINA = timezone(timedelta(hours=8))
META = {
    "actor": "p-1502-clerk", "correlation": "c-1", "campaign": "nmg-2014", "unit": "150202",
    "path": "15.1502.150202",
}  # fmt: skip


def row(meta: dict[str, str], **changed: Any) -> dict[str, Any]:
    return {
        "league": "1502", "version": 7, "stream": "mobilization/nmg-2014/150202",
        "stream_version": 2, "event_id": UUID(int=5), "type": "MobilizationHeld",
        "schema_version": 1, "data": '{"b": 1, "a": "礼堂"}', "meta": msgspec.json.encode(meta).decode(),
        "occurred_at": datetime(2014, 2, 18, 9, tzinfo=CHINA),
        "recorded_at": datetime(2014, 2, 18, 9, 1, 2, 345678, tzinfo=CHINA), "hash": b"\xab" * 32,
    } | changed  # fmt: skip


def test_every_column_has_its_place_in_the_envelope() -> None:
    meta = META | {"causation": "e-1", "import": "i-1", "traceparent": "00-aa-bb-01"}

    sent = msgspec.json.decode(msgspec.json.encode(envelope_of("schedule", row(meta))))

    assert sent == {
        "specversion": "1.0", "id": str(UUID(int=5)), "source": "/campaign/schedule",
        "type": "campaign.schedule.MobilizationHeld.v1", "subject": "150202",
        "time": "2014-02-18T01:00:00Z", "partitionkey": "1502", "campaign": "nmg-2014",
        "league": "1502", "version": 7, "stream": "mobilization/nmg-2014/150202",
        "streamversion": 2, "unitpath": "15.1502.150202", "actor": "p-1502-clerk",
        "correlationid": "c-1", "causationid": "e-1", "importid": "i-1",
        "traceparent": "00-aa-bb-01", "recordedat": "2014-02-18T01:01:02.345678Z",
        "hash": "ab" * 32, "data": {"a": "礼堂", "b": 1},
    }  # fmt: skip


def test_what_was_not_said_is_left_out() -> None:
    sent = msgspec.json.decode(msgspec.json.encode(envelope_of("schedule", row(META))))

    assert not {"causationid", "importid", "traceparent"} & sent.keys()


def test_an_envelope_is_read_back_as_it_was_sent() -> None:
    envelope = envelope_of("schedule", row(META))

    read = msgspec.json.decode(msgspec.json.encode(envelope), type=Envelope)

    assert read.event_name == ("MobilizationHeld", 1)
    assert read.service == "schedule"
    assert msgspec.structs.replace(read, data=envelope.data) == envelope


def test_a_row_without_its_meta_is_no_event() -> None:
    with pytest.raises(msgspec.ValidationError):
        envelope_of("schedule", row({"actor": "p-1"}))


def test_the_columns_read_are_those_the_envelope_needs() -> None:
    named = {part.split(" as ")[-1].strip() for part in COLUMNS.split(",")}

    assert named == row(META).keys()
