"""What of an envelope is shown to whom."""

from typing import Any

import msgspec
import pytest

from services.status.replaying.showing import TRACES, on_one_line, without_traces
from shared.kernel.envelope import Envelope
from tests.integration.status.worlds import small

TOLD = small().told.envelopes


def members(value: bytes) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(value)
    return found


@pytest.mark.parametrize("envelope", TOLD, ids=lambda each: f"{each.type} {each.version}")
def test_without_traces_all_else_stays_as_it_was(envelope: Envelope) -> None:
    value = msgspec.json.encode(envelope)
    shown = members(without_traces(value))

    assert shown == {k: v for k, v in members(value).items() if k not in TRACES}
    assert "correlationid" not in shown


def test_every_trace_is_left_out() -> None:
    traced = msgspec.structs.replace(
        TOLD[0], causationid="c-1", importid="i-1", traceparent="00-ab-cd-01"
    )

    assert not members(without_traces(msgspec.json.encode(traced))).keys() & set(TRACES)


def test_members_in_another_order_lose_the_same() -> None:
    value = members(msgspec.json.encode(TOLD[0]))
    sorted_value = msgspec.json.encode(value, order="sorted")

    assert members(without_traces(sorted_value)) == members(
        without_traces(msgspec.json.encode(TOLD[0]))
    )


def test_data_that_speaks_of_traces_is_data() -> None:
    quoting = msgspec.structs.replace(
        TOLD[0], data=msgspec.Raw(b'{"a":1,"correlationid":"kept","recordedat":"kept"}')
    )
    shown = members(without_traces(msgspec.json.encode(quoting)))

    assert shown["data"] == {"a": 1, "correlationid": "kept", "recordedat": "kept"}
    assert shown["recordedat"] == members(msgspec.json.encode(quoting))["recordedat"]


def test_an_envelope_written_over_lines_becomes_one() -> None:
    value = msgspec.json.format(msgspec.json.encode(TOLD[0]), indent=2)
    crlf = value.replace(b"\n", b"\r\n")

    assert b"\n" not in on_one_line(crlf)
    assert b"\r" not in on_one_line(crlf)
    assert members(on_one_line(crlf)) == members(value)
