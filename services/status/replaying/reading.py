"""Reading a history in the order of recording, page by page, each page a short query of its own."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final

import msgspec

from services.status.replaying.position import BEGINNING, END, Position
from services.status.replaying.selection import Selection
from services.status.replaying.totals import JUDGED, OPENED
from shared.platform.postgres import Pool

PAGE_EVENTS: Final = 2_000

_TOLD = """
($14::text[] is null or h.type = any($14)) and ($15::timestamptz is null or h.occurred_at >= $15)
and ($16::timestamptz is null or h.occurred_at < $16)
"""
# So many events are looked at, however few of them are told of. Instants come as numbers, and
# little else that is not needed: much of a replay's time is spent on columns.
_PAGE = f"""
select round(date_part('epoch', h.recorded_at) * 1000000)::bigint as micros,
       h.service, h.league, h.version,
       case when {_TOLD} then h.type end as type,
       round(date_part('epoch', h.occurred_at) * 1000000)::bigint as occurred,
       h.unit,
       case when h.type = any($11::text[]) and {_TOLD} then (
           select f.class from unit_facts f where f.campaign = $1 and f.unit = h.unit
       ) end as class_,
       case when ($13::boolean or h.type = any($12::text[])) and {_TOLD} then h.value end as value
from history h
where h.campaign = $1 and (h.recorded_at, h.service, h.league, h.version) > ($2, $3, $4, $5)
  and (h.recorded_at, h.service, h.league, h.version) <= ($6, $7, $8, $9) {{scope}}
order by h.recorded_at, h.service, h.league, h.version
limit $10
"""  # noqa: S608 - the expressions are ours
_OF_ALL: Final = _PAGE.format(scope="")
_OF_LEAGUE: Final = _PAGE.format(scope="and h.league = $17")


class Told(msgspec.Struct, frozen=True, gc=False):
    """A row of a page: an event looked at, and told of unless its type is None."""

    micros: int
    service: str
    league: str
    version: int
    type: str | None
    occurred: int
    """When it happened, in microseconds since 1970."""
    unit: str
    class_: str | None
    """Of the unit, for types that are judged by it."""
    value: bytes | None
    """The envelope as published, where it was asked for or totals need it."""

    @property
    def position(self) -> Position:
        return Position(self.micros, self.service, self.league, self.version)


class History:
    """The history kept beside the views; nothing is held open between two pages."""

    def __init__(self, pool: Pool, page_events: int = PAGE_EVENTS) -> None:
        self._pool = pool
        self._page_events = page_events

    async def pages(
        self,
        selection: Selection,
        after: Position = BEGINNING,
        up_to: Position = END,
        *,
        values: bool = True,
    ) -> AsyncGenerator[list[Told], None]:
        """Pages of what follows one position up to another; while one is told, the next is read."""
        reading = self._reading(selection, after, up_to, values=values)
        try:
            while True:
                page = [Told(*row) for row in await reading]
                is_last = len(page) < self._page_events
                if not is_last:
                    following = page[-1].position
                    reading = self._reading(selection, following, up_to, values=values)
                yield [each for each in page if each.type is not None]
                if is_last:
                    return
        finally:
            reading.cancel()

    def _reading(
        self, selection: Selection, after: Position, up_to: Position, *, values: bool
    ) -> "asyncio.Task[Sequence[Any]]":
        days = selection.days
        occurred: list[Any] = [days.begin, days.end]
        if days.by == "recorded":
            after = max(after, Position.at(days.begin) if days.begin else BEGINNING)
            up_to = min(up_to, Position.at(days.end) if days.end else END)
            occurred = [None, None]
        asked = [
            selection.campaign, *after.key, *up_to.key, self._page_events, list(JUDGED),
            list(OPENED), values, selection.types, *occurred,
        ]  # fmt: skip
        if selection.league is None:
            return asyncio.create_task(self._pool.fetch(_OF_ALL, *asked))
        return asyncio.create_task(self._pool.fetch(_OF_LEAGUE, *asked, selection.league))
