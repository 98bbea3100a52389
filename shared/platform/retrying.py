"""Parked events tried again or discarded, by an operator's command, a unit's in their order."""

import re
from dataclasses import dataclass

import asyncpg
import msgspec
import structlog

from shared.kernel.envelope import Envelope
from shared.kernel.refusals import Refusal
from shared.platform.consuming import (
    Applier,
    NotAnEvent,
    Projection,
    Record,
    envelope_in,
    is_trouble,
)
from shared.platform.postgres import Connection, Pool

log = structlog.get_logger()

_PLACE = re.compile(r"(.+)\[(\d+)\]@(\d+)")

# Alone: workers hold it shared while they apply, so nothing of the unit arrives meanwhile.
_LOCK = "select pg_advisory_xact_lock(hashtext($1))"
_ROW = "select id, unit, place, value from parked where projection = $1 and id = $2"
_OF_UNIT = "select id, value from parked where projection = $1 and unit = $2 order by id"
_DELETE = "delete from parked where projection = $1 and id = any($2::bigint[])"
_DISCARD = """
with gone as (delete from parked where projection = $1 and id = $2 returning *)
insert into discarded
    (projection, service, league, version, unit, event_type, place, value, cause, parked_at)
select projection, service, league, version, unit, event_type, place, value, cause, parked_at
from gone
"""


class ParkedUnknown(Refusal):
    code = "parked-unknown"
    status = 404
    zh = "没有编号为 {parked} 的搁置事件,可能已重试成功或已丢弃。"
    en = "No parked event {parked}; it may have been retried or discarded already."


class StillFails(Refusal):
    code = "parked-event-still-fails"
    zh = "仍然无法应用:{cause}。修正原因后再重试,或丢弃该事件。"
    en = "It still cannot be applied: {cause}. Mend the cause and retry, or discard the event."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a unit's parked events; `cause` says why some still wait."""

    applied: int
    discarded: int
    still_parked: int
    cause: str = ""


class ParkedEvents:
    """The parked events of one projection."""

    def __init__(self, pool: Pool, projection: Projection, applier: Applier) -> None:
        self._pool = pool
        self._projection = projection
        self._applier = applier

    async def retry_unit(self, parked: int) -> Outcome:
        """Apply this event and all that wait with it, or StillFails and nothing is changed."""
        async with self._pool.acquire() as connection, connection.transaction():
            row = await self._row(connection, parked)
            if row["unit"] is not None:
                outcome = await self._apply_unit(connection, row["unit"])
                if outcome.still_parked:
                    raise StillFails(cause=outcome.cause)
                return outcome
        return await self._retry_record(row)

    async def discard(self, parked: int) -> Outcome:
        """Give this event up for the view; those that waited behind it are tried again. It is kept
        aside, so that a rebuild leaves it out as well.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            row = await self._row(connection, parked)
            log.warning("parked-discarded", projection=self._projection.name, place=row["place"])
            await connection.execute(_DISCARD, self._projection.name, parked)
            if row["unit"] is None:
                return Outcome(0, 1, 0)
            rest = await self._apply_unit(connection, row["unit"])
            return Outcome(rest.applied, 1, rest.still_parked, rest.cause)

    async def _row(self, connection: Connection, parked: int) -> asyncpg.Record:
        await connection.execute(_LOCK, f"parked-{self._projection.name}")
        row = await connection.fetchrow(_ROW, self._projection.name, parked)
        if row is None:
            raise ParkedUnknown(parked=parked)
        return row

    async def _apply_unit(self, connection: Connection, unit: str) -> Outcome:
        rows = await connection.fetch(_OF_UNIT, self._projection.name, unit)
        if not rows:
            return Outcome(0, 0, 0)
        envelopes = [msgspec.json.decode(row["value"], type=Envelope) for row in rows]
        try:
            async with connection.transaction():
                await self._projection.apply(connection, envelopes)
        except Exception as cause:  # the reach it was parked with: any fold's failure
            if is_trouble(cause):
                raise
            log.warning("parked-still-fails", unit=unit, error=repr(cause))
            return Outcome(0, 0, len(rows), repr(cause)[:500])
        await connection.execute(_DELETE, self._projection.name, [row["id"] for row in rows])
        return Outcome(len(rows), 0, 0)

    async def _retry_record(self, row: asyncpg.Record) -> Outcome:
        """A record that was no envelope: by its version it is applied, or was through the feed."""
        place = _PLACE.fullmatch(row["place"])
        topic, partition, offset = place.groups() if place else (row["place"], "0", "0")
        record = Record(topic, int(partition), int(offset), row["value"])
        try:
            envelope_in(record)
        except NotAnEvent as cause:
            raise StillFails(cause=str(cause)[:500]) from cause
        applied = await self._applier.apply([record])
        await self._pool.execute(_DELETE, self._projection.name, [row["id"]])
        return Outcome(applied, 0, 0)
