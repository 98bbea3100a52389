"""Points in time side by side: what changed for a unit between them, and by which entries."""

from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from msgspec import UNSET, UnsetType

from services.status.bulletin.comparing import Change, compared, point_of
from services.status.bulletin.document import Bulletin
from services.status.bulletin.drafting import Drafts
from services.status.contributions import THEN
from services.status.knowing.entries import Entry, Units, below_today, between
from services.status.knowing.recalls import Recalls
from services.status.queries import Asked, Known
from services.status.stored import Reader


class Standpoint(msgspec.Struct, frozen=True):
    """A day, and as known when; today's knowledge where no instant is told."""

    as_of: date
    position: str
    known_at: datetime | UnsetType = UNSET
    late: int | UnsetType = UNSET


class Comparison(msgspec.Struct, frozen=True):
    """Figures of the bulletin that differ, and a page of the entries that count at one point
    and not at the other, the newest record last; `events` is how many there are.
    """

    campaign: str
    unit: str
    before: Standpoint
    after: Standpoint
    changes: list[Change]
    same: int
    events: int
    entries: list[Entry]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Vantage:
    """A day, seen as known at an instant or now."""

    day: date
    known_at: datetime | None


class Comparing:
    """Compares a unit at two points."""

    def __init__(self, rows: Reader, drafts: Drafts, recalls: Recalls) -> None:
        self._rows = rows
        self._drafts = drafts
        self._recalls = recalls

    async def compared(
        self,
        asked: Asked,
        known: Known,
        points: tuple[Vantage, Vantage],
        cursor: str | None,
        limit: int,
    ) -> Comparison:
        """`known` is what is known of the unit today."""
        one, other = points
        before, some = await self._at(asked, known, one)
        after, others = await self._at(asked, known, other)
        units = None if some is None or others is None else sorted({*some, *others})
        figures = compared(before, after)
        page = await between(
            self._rows, asked.campaign, (point_of(before), point_of(after)), units, cursor, limit
        )
        return Comparison(
            campaign=asked.campaign,
            unit=asked.unit,
            before=_standpoint(before),
            after=_standpoint(after),
            changes=figures.changes,
            same=figures.same,
            events=page.total,
            entries=page.entries,
            next_cursor=page.next_cursor,
        )

    async def _at(self, asked: Asked, known: Known, point: Vantage) -> tuple[Bulletin, Units]:
        """The figures there, and whose entries they are made of."""
        there = Asked(asked.campaign, asked.unit, point.day, THEN)
        if point.known_at is None:
            bulletin = await self._drafts.draft(there)
            units = await below_today(
                self._rows, asked.campaign, asked.unit, known.unit, point.day, THEN
            )
            return bulletin, units
        bulletin = await self._drafts.known_at(there, point.known_at)
        rows = (await self._recalls.at(asked.campaign, asked.unit, point.known_at)).rows
        return bulletin, rows.below(point.day, THEN)


def _standpoint(bulletin: Bulletin) -> Standpoint:
    return Standpoint(bulletin.as_of, bulletin.position, bulletin.known_at, bulletin.late)
