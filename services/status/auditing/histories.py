"""One history checked: its chain recomputed, its copies on the topic and beside the views compared."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final, Protocol

import msgspec

from services.status.auditing.findings import Finding, finding, of_versions
from shared.kernel.chain import Chain, ChainBroken
from shared.kernel.envelope import Envelope
from shared.platform.consuming import HistoryKey

_PAGE: Final = 2_000
_MARK_BYTES: Final = 8

_FAULTS: Final = {
    "place": "属于另一历史 of another history",
    "order": "顺序 order",
    "content": "内容 content",
}


class Feeds(Protocol):
    """What the services say they have recorded."""

    async def ends(self, service: str) -> dict[str, tuple[int, str]]: ...

    async def events(self, service: str, league: str, after: int, up_to: int) -> list[Envelope]: ...


def mark(value: bytes) -> bytes:
    """A short mark of an event's bytes: different bytes have different ones."""
    return blake2b(value, digest_size=_MARK_BYTES).digest()


@dataclass(slots=True)
class History:
    """A league's history at one service, as its feed tells it, and what was found of it.

    Marks of its events' bytes are kept, not the events: of a country's, too, they fit in memory.
    """

    key: HistoryKey
    version: int
    hash: str
    findings: list[Finding] = field(default_factory=list)
    duplicates: int = 0
    _marks: bytearray = field(default_factory=bytearray)
    _seen: bytearray = field(default_factory=bytearray)
    _differing: set[int] = field(default_factory=set)
    _beyond: set[int] = field(default_factory=set)

    async def read(self, feeds: Feeds) -> AsyncIterator[int]:
        """Recompute the chain up to the head, page by page; how many events each page held."""
        service, league = self.key
        chain, after = Chain(service, league), 0
        while after < self.version:
            page = await feeds.events(service, league, after, min(self.version, after + _PAGE))
            if not page:
                break
            for envelope in page:
                self._follow(chain, envelope)
            after = page[-1].version
            yield len(page)
        self.findings += of_versions(
            "history-short", self.key, range(chain.version + 1, self.version + 1), str(self.version)
        )
        if chain.version == self.version and chain.head.hex() != self.hash:
            self.findings.append(finding("head-differs", service, league, detail=self.hash[:12]))
        self._seen = bytearray(self.version)

    def _follow(self, chain: Chain, envelope: Envelope) -> None:
        """A broken link is told, and the chain believed from there on: more may be broken."""
        try:
            chain.follow(envelope)
        except ChainBroken as broken:
            self.findings.append(
                finding("chain-broken", *self.key, str(broken.version), _FAULTS[broken.fault])
            )
            chain.version, chain.head = envelope.version, _hash_of(envelope)
        place = (envelope.version - 1) * _MARK_BYTES
        if place > len(self._marks):
            self._marks.extend(bytes(place - len(self._marks)))
        self._marks[place : place + _MARK_BYTES] = mark(msgspec.json.encode(envelope))

    def hears(self, version: int, value: bytes) -> None:
        """A record of the topic."""
        if not 0 < version <= self.version:
            self._beyond.add(version)
        elif not self.holds(version, value):
            self._differing.add(version)
        elif self._seen[version - 1]:
            self.duplicates += 1
        else:
            self._seen[version - 1] = 1

    def holds(self, version: int, value: bytes) -> bool:
        """Whether the feed gave the same bytes for that version."""
        place = (version - 1) * _MARK_BYTES
        return self._marks[place : place + _MARK_BYTES] == mark(value)

    def compare_topic(self) -> None:
        """What the topic lacks of it, or has too much; nothing is beyond what was recorded since."""
        last = self._seen.rfind(1) + 1
        self.findings += [
            *of_versions("topic-conflict", self.key, self._differing),
            *of_versions("topic-gap", self.key, self._unseen(0, last)),
            *of_versions("topic-behind-store", self.key, self._unseen(last, self.version)),
        ]

    def _unseen(self, first: int, last: int) -> Iterable[int]:
        return (
            number + 1
            for number in range(first, last)
            if not self._seen[number] and number + 1 not in self._differing
        )

    def beyond(self, version: int) -> None:
        """The head has moved on to `version` while we read: more than that nobody recorded."""
        self.findings += of_versions(
            "topic-beyond-store", self.key, (v for v in self._beyond if not 0 < v <= version)
        )

    def compare_kept(
        self, rows: Sequence[tuple[int, bytes]], reached: int, passed_by: set[int]
    ) -> None:
        """The history kept beside the views, up to where they have come."""
        kept = {version for version, _ in rows}
        up_to = min(reached, self.version)
        self.findings += [
            *of_versions(
                "view-history-differs",
                self.key,
                (version for version, value in rows if not self.holds(version, value)),
            ),
            *of_versions("view-history-gap", self.key, {*range(1, up_to + 1)} - kept - passed_by),
        ]


def _hash_of(envelope: Envelope) -> bytes:
    try:
        return bytes.fromhex(envelope.hash)
    except ValueError:
        return b""
