"""Reading events again: each once, in order, up to where the present views have come."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import msgspec

from services.status.rebuilding.refusals import RebuildIncomplete
from services.status.rebuilding.sources import Wanted
from shared.platform.consuming import HistoryKey

Excluded = set[tuple[str, str, int]]
"""(service, league, version) of events that the present views have passed by without applying."""


class Slim(msgspec.Struct, gc=False):
    """As much of an envelope as folding needs: decoding the rest would take most of the time."""

    id: str
    type: str
    source: str
    subject: str
    campaign: str
    league: str
    version: int
    streamversion: int
    data: msgspec.Raw


slim = msgspec.json.Decoder(Slim).decode


class Taken(NamedTuple):
    """What was read for a part: how far its histories, how many events, and the rows of those that
    the views have not kept yet.
    """

    reached: dict[HistoryKey, int]
    events: int
    kept: list[tuple[Any, ...]]


class Reading:
    """How far each history was read; topics may repeat, and run ahead of the views."""

    def __init__(self, wanted: Wanted, excluded: Excluded, read: Wanted) -> None:
        self.wanted = wanted
        self.excluded = excluded
        self.read: dict[HistoryKey, int] = dict(read)
        self.events = sum(read.values())

    def fresh(self, values: Sequence[bytes]) -> list[Slim]:
        """Those wanted and not read yet, without the excluded."""
        fresh: list[Slim] = []
        for value in values:
            try:
                event = slim(value)
            except msgspec.DecodeError:
                continue  # parked when it came; if a version is missing for it, that will show
            key = (event.source.rpartition("/")[2], event.league)
            last = self.read.get(key, 0)
            if self.excluded:
                last = self._passed_by(key, last, event.version)
            if event.version != last + 1 or event.version > self.wanted.get(key, 0):
                continue
            self.read[key] = event.version
            self.events += 1
            if not self.excluded or (*key, event.version) not in self.excluded:
                fresh.append(event)
        return fresh

    def _passed_by(self, key: HistoryKey, last: int, found: int) -> int:
        """The history kept beside the views does not hold what they excluded."""
        while last + 1 < found and (*key, last + 1) in self.excluded:
            last += 1
        return last

    def missing(self, leagues: Collection[str] | None = None) -> str:
        """What of these leagues (of all, where none are named) the source did not give."""
        return ", ".join(
            f"{service}/{league} after {self.read.get((service, league), 0)} of {version}"
            for (service, league), version in sorted(self.wanted.items())
            if (leagues is None or league in leagues)
            and self._passed_by((service, league), self.read.get((service, league), 0), version + 1)
            < version
        )

    def finish(self, leagues: Collection[str]) -> dict[HistoryKey, int]:
        """The positions of leagues that are read; raises RebuildIncomplete where one is short."""
        if missing := self.missing(leagues):
            raise RebuildIncomplete(missing=missing)
        found = {key: version for key, version in self.wanted.items() if key[1] in leagues}
        self.read |= found
        return found
