"""Delivering: what is queued for a channel goes out, is put on record, or waits and is parked."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog

from services.rectification.domain.urging import Deliver
from services.rectification.urging.channels import Channel
from services.rectification.urging.taking import nothing_to_report, stream_of
from services.rectification.urging.wording import Notice
from services.rectification.views.urging import OF_STEP
from shared.platform.commands import Change, CommandHandler, Work
from shared.platform.postgres import Connection, Pool
from shared.platform.recording import Origin

log = structlog.get_logger()

MOST_ATTEMPTS: Final = 8
_FIRST_WAIT: Final = timedelta(minutes=1)
_LONGEST_WAIT: Final = timedelta(hours=6)
_AT_ONCE: Final = 2_000
_FAILURES_IN_A_ROW: Final = 3

# The page is cut before it is joined: what waits may be tens of thousands.
_WAITING: Final = """
with page as (
    select * from urging_deliveries
    where channel = $1 and parked_at is null and next_at <= $2
    order by next_at limit $3
)
select q.campaign, q.subject, q.thing, q.due_on, q.step, q.channel, q.unit, d.path,
       coalesce(d.name, q.unit) as unit_name, coalesce(i.summary, '') as summary,
       s.addressee, s.taken_on, q.attempts
from page q
join urging_steps s using (campaign, subject, thing, due_on, step)
join unit_directory d on d.campaign = q.campaign and d.code = q.unit and d.path is not null
left join items i on q.subject = 'item' and i.campaign = q.campaign and i.item = q.thing
order by q.next_at, q.campaign, q.unit, q.subject, q.thing, q.due_on,
    array_position(array['reminder', 'notice', 'bulletin', 'interview'], q.step)
"""
_PLACES: Final = """
unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::text[], $6::text[])
    as u(campaign, subject, thing, due_on, step, channel)
"""
_SAME: Final = """
q.campaign = u.campaign and q.subject = u.subject and q.thing = u.thing and q.due_on = u.due_on
    and q.step = u.step and q.channel = u.channel
"""
_DONE: Final = f"delete from urging_deliveries q using {_PLACES} where {_SAME}"  # noqa: S608
_FAILED: Final = f"""
update urging_deliveries q set attempts = q.attempts + 1, next_at = u.next_at, error = $8,
    parked_at = case when q.attempts + 1 >= $9 then now() end
from unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::text[], $6::text[],
            $7::timestamptz[])
    as u(campaign, subject, thing, due_on, step, channel, next_at)
where {_SAME}
"""  # noqa: S608 - no value is in it


@dataclass(frozen=True, slots=True)
class Delivering:
    """Sends what waits; a channel that fails keeps no other channel waiting."""

    handler: CommandHandler
    channels: Sequence[Channel]

    async def run(self, origin: Origin) -> dict[str, int]:
        """How many notices each channel took now."""
        told = await asyncio.gather(*(self._empty(channel, origin) for channel in self.channels))
        return {channel.name: count for channel, count in zip(self.channels, told, strict=True)}

    async def _empty(self, channel: Channel, origin: Origin) -> int:
        """Deliver page after page, until nothing waits or the channel fails time and again."""
        delivered = failures = 0
        since = datetime.now(UTC)
        while failures < _FAILURES_IN_A_ROW:
            notices = await waiting(self._pool, channel.name, since)
            if not notices:
                break
            for batch in channel.batches(notices):
                if await self._send(channel, batch, origin):
                    delivered, failures = delivered + len(batch), 0
                else:
                    failures += 1
                    if failures == _FAILURES_IN_A_ROW:
                        break
        return delivered

    async def _send(self, channel: Channel, batch: Sequence[Notice], origin: Origin) -> bool:
        try:
            await channel.send(batch)
        except Exception as error:  # noqa: BLE001 - whatever a channel raises, the others go on
            log.warning("notices-refused", channel=channel.name, error=repr(error))
            await self._postpone(batch, repr(error))
            return False
        await self._record(channel.name, batch, origin)
        return True

    async def _record(self, channel: str, batch: Sequence[Notice], origin: Origin) -> None:
        now = datetime.now(UTC)
        works = [
            Work(
                stream_of(n.campaign, n.subject, n.thing, n.due_on, n.step),
                n.campaign, n.unit, n.path, Deliver(channel, now), row=row,
            )
            for row, n in enumerate(batch)
        ]  # fmt: skip
        places = _columns(batch)

        async def shown(connection: Connection, changes: Sequence[Change[Any, Any]]) -> None:
            await OF_STEP.view(connection, changes)
            await connection.execute(_DONE, *places)

        outcome = await self.handler.many(
            OF_STEP.decider, works, origin, nothing_to_report, view=shown
        )
        if not outcome.recorded:
            # Delivered and recorded before, by a process that ended in between.
            await self._pool.execute(_DONE, *places)

    async def _postpone(self, batch: Sequence[Notice], error: str) -> None:
        now = datetime.now(UTC)
        times = [now + wait_after(notice.attempts) for notice in batch]
        await self._pool.execute(_FAILED, *_columns(batch), times, error[:500], MOST_ATTEMPTS)

    @property
    def _pool(self) -> Pool:
        return self.handler.store.pool


async def waiting(pool: Pool, channel: str, until: datetime) -> list[Notice]:
    """What a channel is to be given next, the longest waiting first."""
    return [Notice(*row) for row in await pool.fetch(_WAITING, channel, until, _AT_ONCE)]


def wait_after(attempts: int) -> timedelta:
    """How long until the next try, when `attempts` failed before this one."""
    return min(_FIRST_WAIT * (1 << attempts), _LONGEST_WAIT)


def _columns(batch: Sequence[Notice]) -> list[list[object]]:
    places = [(n.campaign, n.subject, n.thing, n.due_on, n.step, n.channel) for n in batch]
    return [list(column) for column in zip(*places, strict=True)]
