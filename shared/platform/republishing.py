"""Publishing again what a topic has had: consumers skip what they have seen."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.kernel.refusals import Refusal
from shared.platform.postgres import Connection, Pool

# What the relay has still to publish by itself is not counted.
_PUBLISHED = """
select h.league, h.version, coalesce(c.published_version, 0) as published
from histories h left join relay_cursors c using (league)
where h.version > 0 and ($1::text is null or h.league = $1) order by h.league
"""
_REWIND = """
update relay_cursors set published_version = least(published_version, $2) where league = any($1::text[])
"""
_LEFT = """
select coalesce(sum(greatest(u.version - coalesce(c.published_version, 0), 0)), 0)::bigint
from unnest($1::text[], $2::bigint[]) as u(league, version) left join relay_cursors c using (league)
"""
_LOOK_SECONDS: Final = 0.2
PATIENCE_SECONDS: Final = 30.0


class NoSuchHistory(Refusal):
    code = "no-such-history"
    status = 404
    zh = "服务 {service} 没有盟市 {league} 的历史,请核对代码。"
    en = "Service {service} has no history of league {league}; check the code."


class VersionBeyondHead(Refusal):
    code = "version-beyond-head"
    status = 422
    zh = "{league} 现有 {head} 版,没有第 {version} 版。"
    en = "{league} has {head} versions; there is no version {version}."


class RelayIdle(Refusal):
    code = "relay-idle"
    status = 503
    zh = "服务 {service} 的转发 {seconds} 秒没有进展,请查看其 worker 的 /readyz;它一工作就会补发余下的 {left} 个事件。"
    en = "The relay of {service} made no progress for {seconds} s: look at its worker's /readyz. It sends the other {left} events as soon as it works."


@dataclass(frozen=True, slots=True)
class Again:
    """What is asked for: one league or all (None), from this version on."""

    service: str
    league: str | None = None
    first: int = 1


async def republish(
    pool: Pool,
    again: Again,
    tell: Callable[[str, int, int], None],
    *,
    dry_run: bool = False,
    patience_seconds: float = PATIENCE_SECONDS,
) -> dict[str, Any]:
    """Rewind the relay's cursors, and wait until it has passed again where they stood."""
    async with pool.acquire() as connection, connection.transaction():
        reached = await _reached(connection, again)
        told = {
            league: {"from": again.first, "to": version, "events": version - again.first + 1}
            for league, version in reached.items()
            if version >= again.first
        }
        if not dry_run:
            # The offset stays: that its event is still there shows that the topic is.
            await connection.execute(_REWIND, list(told), again.first - 1)
    if not dry_run:
        await _passed(pool, again.service, {name: reached[name] for name in told}, tell, patience_seconds)  # fmt: skip
    return {"leagues": told}


async def _reached(connection: Connection, again: Again) -> dict[str, int]:
    """How far each league was published."""
    rows = await connection.fetch(_PUBLISHED, again.league)
    if not rows:
        raise NoSuchHistory(service=again.service, league=again.league or "*")
    for row in rows:
        if again.league is not None and again.first > row["version"]:
            raise VersionBeyondHead(league=again.league, head=row["version"], version=again.first)
    return {row["league"]: row["published"] for row in rows}


async def _passed(
    pool: Pool,
    service: str,
    reached: Mapping[str, int],
    tell: Callable[[str, int, int], None],
    patience_seconds: float,
) -> None:
    clock = asyncio.get_running_loop().time
    total = left = await pool.fetchval(_LEFT, list(reached), list(reached.values()))
    since = clock()
    while left:
        tell("events", total - left, total)
        if clock() - since > patience_seconds:
            raise RelayIdle(service=service, seconds=round(patience_seconds), left=left)
        await asyncio.sleep(_LOOK_SECONDS)
        now = await pool.fetchval(_LEFT, list(reached), list(reached.values()))
        since, left = (since if now == left else clock()), now
    tell("events", total, total)
