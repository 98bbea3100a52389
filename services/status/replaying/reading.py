"""Reading a history in the order of recording, page by page, each page a short query of its own."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final

import msgspec

from services.status.learning import opened
from services.status.replaying.position import BEGINNING, END, Position
from services.status.replaying.selection import Selection
from services.status.replaying.totals import JUDGED, OPENED, Heard
from shared.platform.postgres import Pool

PAGE_EVENTS: Final = 2_000

# So many events are looked at, however few of them are told: the last says where to go on.
_PAGE = """
select h.recorded_at, h.service, h.league, h.version, h.type, h.unit, h.occurred_at,
       case when h.told and h.type = any($11::text[]) then (
           select f.class from unit_facts f where f.campaign = $1 and f.unit = h.unit
       ) end as class,
       case when h.told and ($13::boolean or h.type = any($12::text[])) then h.value end as value,
       h.told, h.place
from (
    select h.*, row_number() over (order by recorded_at, service, league, version) as place,
           ($14::text[] is null or type = any($14))
           and ($15::timestamptz is null or occurred_at >= $15)
           and ($16::timestamptz is null or occurred_at < $16) as told
    from history h
    where campaign = $1 and (recorded_at, service, league, version) > ($2, $3, $4, $5)
      and (recorded_at, service, league, version) <= ($6, $7, $8, $9) {scope}
    order by recorded_at, service, league, version
    limit $10
) h
where h.told or h.place = $10
order by h.place
"""
_OF_ALL: Final = _PAGE.format(scope="")
_OF_LEAGUE: Final = _PAGE.format(scope="and league = $17")


class Told(msgspec.Struct, frozen=True):
    """An event of the selection; its envelope as published, where that was asked for."""

    position: Position
    heard: Heard
    value: bytes | None


class _Body(msgspec.Struct):
    """As much of an envelope as opening its event needs."""

    id: str
    type: str
    streamversion: int
    data: msgspec.Raw


_body: Final = msgspec.json.Decoder(_Body).decode


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
                rows = await reading
                is_last = not rows or rows[-1]["place"] < self._page_events
                if not is_last:
                    following = Position(*rows[-1][:4])
                    reading = self._reading(selection, following, up_to, values=values)
                yield [_told(row) for row in rows if row["told"]]
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
            after = max(after, Position(days.begin or BEGINNING.recorded_at, "", "", 0))
            up_to = min(up_to, Position(days.end or END.recorded_at, "", "", 0))
            occurred = [None, None]
        asked = [
            selection.campaign, *after, *up_to, self._page_events, list(JUDGED), list(OPENED),
            values, selection.types, *occurred,
        ]  # fmt: skip
        if selection.league is None:
            return asyncio.create_task(self._pool.fetch(_OF_ALL, *asked))
        return asyncio.create_task(self._pool.fetch(_OF_LEAGUE, *asked, selection.league))


def _told(row: Any) -> Told:
    recorded_at, service, league, version, type_, unit, occurred_at, class_, value, _, _ = row
    event = opened(_body(value)) if type_ in OPENED else None
    return Told(
        Position(recorded_at, service, league, version),
        Heard(type_, unit, league, occurred_at, class_, event),
        value,
    )
