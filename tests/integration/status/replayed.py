"""Replays as a client reads them: server-sent events, taken apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec

from tests.unit.status.told import CAMPAIGN

REPLAY = f"/campaigns/{CAMPAIGN}/replay"


@dataclass(frozen=True)
class Sent:
    """One server-sent event."""

    id: str
    event: str
    data: Any

    @property
    def place(self) -> tuple[str, str, int]:
        return self.data["source"].rpartition("/")[2], self.data["league"], self.data["version"]


def sent(stream: str) -> list[Sent]:
    """What a stream's text holds; comments and the reconnection time are no events."""
    found: list[Sent] = []
    for block in stream.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line and line[0] != ":")
        if "data" in fields:
            data = msgspec.json.decode(fields["data"])
            found.append(Sent(fields.get("id", ""), fields["event"], data))
    return found


def told(events: Sequence[Sent]) -> list[Sent]:
    """The history's own events."""
    return [each for each in events if each.event != "totals"]


async def replay(
    http: httpx.AsyncClient, league: str, headers: dict[str, str] | None = None, /, **query: Any
) -> list[Sent]:
    answer = await http.get(f"{REPLAY}/{league}", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    return sent(answer.text)
