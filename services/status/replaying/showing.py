"""Envelopes as a replay shows them: whole, or without the traces of the requests behind them."""

from typing import Any, Final

import msgspec

TRACES: Final = ("correlationid", "causationid", "importid", "traceparent")
_FIRST: Final = b',"correlationid":'
_NEXT: Final = b',"recordedat":'
_DATA: Final = b',"data":'


def without_traces(value: bytes) -> bytes:
    """For those who may read the views, not the streams: what happened, and not by which request.

    As envelopes are published, their traces lie in one piece before all data.
    """
    begin = value.find(_FIRST)
    end = value.find(_NEXT, begin)
    if 0 <= begin < end < value.find(_DATA):
        return value[:begin] + value[end:]
    members: dict[str, Any] = msgspec.json.decode(value)
    return msgspec.json.encode({k: v for k, v in members.items() if k not in TRACES})


def on_one_line(value: bytes) -> bytes:
    """JSON has line ends only between its parts; in a stream, a line's end is the datum's."""
    if b"\n" in value or b"\r" in value:
        return value.replace(b"\r", b" ").replace(b"\n", b" ")
    return value
