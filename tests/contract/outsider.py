"""The hash chain as an outsider checks it: standard library only, nothing of ours imported.

What is hashed is written down in docs/operations.md; this is a second implementation of it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

_META_OF_ATTRIBUTE = {
    "actor": "actor",
    "correlationid": "correlation",
    "subject": "unit",
    "unitpath": "path",
    "campaign": "campaign",
    "causationid": "causation",
    "importid": "import",
    "traceparent": "traceparent",
}


def head_of_chain(envelopes: Iterable[Mapping[str, Any]]) -> bytes:
    """The last hash of one league's events, first to last; raises ValueError at a broken link."""
    head = bytes(32)
    for expected, envelope in enumerate(envelopes, start=1):
        head = hashlib.sha256(head + _digest(envelope) + _place(envelope)).digest()
        if envelope["version"] != expected or envelope["hash"] != head.hex():
            raise ValueError(f"{envelope['league']} breaks at version {expected}")
    return head


def _digest(envelope: Mapping[str, Any]) -> bytes:
    content = {
        "id": envelope["id"],
        "stream": envelope["stream"],
        "streamversion": envelope["streamversion"],
        "type": envelope["type"].split(".", 2)[2],
        "time": _microseconds(envelope["time"]),
        "data": envelope["data"],
        "meta": {
            name: envelope[attribute]
            for attribute, name in _META_OF_ATTRIBUTE.items()
            if attribute in envelope
        },
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).digest()


def _place(envelope: Mapping[str, Any]) -> bytes:
    return f"{envelope['version']}|{_microseconds(envelope['recordedat'])}".encode()


def _microseconds(text: str) -> str:
    moment = datetime.fromisoformat(text).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
