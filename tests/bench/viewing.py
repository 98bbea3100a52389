"""Viewing: status answers under load, and how soon a command shows in the views."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime

import asyncpg
import msgspec

from tests.bench.client import Call, Taken, send
from tests.bench.report import Figure, Report, percentile
from tests.bench.world import Unit, World
from tests.bench.writing import command

PER_SECOND = 100
WRITTEN_PER_SECOND = 20
SECONDS = 15
ROUNDS = 3
CONNECTIONS = 16
LOOK_SECONDS = 0.004


async def status_answers(
    world: World, campaign: str, units: list[Unit], report: Report, scale: str
) -> None:
    """Any unit's status at a steady pace; every tenth call is for the region or a league. Of each
    percentile the middle of the rounds: others of the host take their time in bursts.

    Answers about those are kept until an event is applied: the first of each is timed by itself.
    """
    upper = [u for u in units if u.level <= 2]
    headers = world.headers(f"clerk-{units[0].code}")
    first = await send(
        world.stack.urls["status"], [_asking(campaign, u, headers) for u in upper], 1
    )
    rounds = [
        await send(world.stack.urls["status"], _mixed(campaign, units, upper, headers), CONNECTIONS)
        for _ in range(ROUNDS)
    ]
    await _root(world, campaign, units[0], report, scale)
    report.add(
        Figure(f"bare request p99, at the same pace, {scale}", await _bare(world), "ms"),
        Figure(
            f"status of region and leagues, first, at most, {scale}",
            max(first.seconds) * 1000,
            "ms",
        ),
        Figure(f"status p50, {scale}", _middle(rounds, 0.5), "ms"),
        Figure(f"status p99, {scale}", _middle(rounds, 0.99), "ms", "under", 25),
    )


async def status_while_written(
    world: World, campaign: str, writing: str, units: list[Unit], report: Report
) -> None:
    """The same while commands arrive, in another campaign of the same views: nothing is kept long."""
    upper = [u for u in units if u.level <= 2]
    headers = world.headers(f"clerk-{units[0].code}")
    chosen = [u for u in units if u.level == 4][: WRITTEN_PER_SECOND * SECONDS]
    commands = [
        msgspec.structs.replace(
            command(unit, writing, world.headers()), due_seconds=n / WRITTEN_PER_SECOND
        )
        for n, unit in enumerate(chosen)
    ]
    _, taken = await asyncio.gather(
        send(world.stack.urls["schedule"], commands, CONNECTIONS),
        send(world.stack.urls["status"], _mixed(campaign, units, upper, headers), CONNECTIONS),
    )
    name = f"while {WRITTEN_PER_SECOND} commands/s arrive"
    report.add(
        Figure(f"status p50 {name}", percentile(taken.seconds, 0.5) * 1000, "ms"),
        Figure(f"status p99 {name}", percentile(taken.seconds, 0.99) * 1000, "ms"),
    )


def _mixed(
    campaign: str, units: list[Unit], upper: list[Unit], headers: dict[str, str]
) -> list[Call]:
    return [
        _asking(
            campaign,
            upper[n // 10 % len(upper)] if n % 10 == 0 else units[n * 7919 % len(units)],
            headers,
            n / PER_SECOND,
        )
        for n in range(PER_SECOND * SECONDS)
    ]


def _asking(campaign: str, unit: Unit, headers: dict[str, str], due_seconds: float = 0.0) -> Call:
    path = f"/campaigns/{campaign}/units/{unit.code}/status?as_of=2014-03-04"
    return Call("GET", path, headers=headers, due_seconds=due_seconds)


async def _root(world: World, campaign: str, root: Unit, report: Report, scale: str) -> None:
    headers = world.headers(f"clerk-{root.code}")
    calls = [_asking(campaign, root, headers, n / PER_SECOND) for n in range(500)]
    rounds = [await send(world.stack.urls["status"], calls, CONNECTIONS) for _ in range(ROUNDS)]
    p99 = _middle(rounds, 0.99)
    report.add(Figure(f"status of the root p99, {scale}", p99, "ms", "under", 25))


async def _bare(world: World) -> float:
    """What a request for nothing takes on this machine, in milliseconds."""
    calls = [Call("GET", "/livez", due_seconds=n / PER_SECOND) for n in range(500)]
    rounds = [await send(world.stack.urls["status"], calls, CONNECTIONS) for _ in range(ROUNDS)]
    return _middle(rounds, 0.99)


def _middle(rounds: Sequence[Taken], share: float) -> float:
    """The middle round's percentile, in milliseconds."""
    return percentile([percentile(taken.seconds, share) for taken in rounds], 0.5) * 1000


async def visible(
    world: World, campaign: str, units: list[Unit], report: Report, limit_seconds: float
) -> None:
    """From an event's recorded instant until the views' checkpoint has passed it."""
    chosen = [u for u in units if u.level == 5][-PER_SECOND * SECONDS :]
    calls = []
    for n, unit in enumerate(chosen):
        call = command(unit, campaign, world.headers())
        due = n / PER_SECOND
        calls.append(Call(call.method, call.path, call.body, call.headers, due))
    connection = await asyncpg.connect(world.stack.database_url)
    try:
        before = await _heads(connection)
        seen: dict[tuple[str, int], datetime] = {}
        watching = asyncio.create_task(_watch(connection, before, seen))
        await send(world.stack.urls["schedule"], calls, CONNECTIONS)
        await asyncio.sleep(3)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    finally:
        await connection.close()
    connection = await asyncpg.connect(world.stack.database_url)
    rows = await connection.fetch(
        "select league, version, recorded_at from schedule.events where meta->>'campaign' = $1"
        " order by recorded_at desc limit $2",
        campaign, len(chosen),
    )  # fmt: skip
    await connection.close()
    waits = [(seen[(r["league"], r["version"])] - r["recorded_at"]).total_seconds() for r in rows]
    report.add(
        Figure("command to visible p50", percentile(waits, 0.5) * 1000, "ms"),
        Figure(
            "command to visible p99", percentile(waits, 0.99) * 1000, "ms", "under",
            limit_seconds * 1000,
        ),
    )  # fmt: skip


_HEADS = "select league, version, clock_timestamp() as at from status.checkpoints where service = 'schedule'"


async def _heads(connection: "asyncpg.Connection[asyncpg.Record]") -> dict[str, int]:
    return {r["league"]: r["version"] for r in await connection.fetch(_HEADS)}


async def _watch(
    connection: "asyncpg.Connection[asyncpg.Record]",
    reached: dict[str, int],
    seen: dict[tuple[str, int], datetime],
) -> None:
    """Note when each version first showed; the database's clock on both sides."""
    while True:
        started = time.perf_counter()
        for league, version, at in await connection.fetch(_HEADS):
            for passed in range(reached.get(league, 0) + 1, version + 1):
                seen[(league, passed)] = at
            reached[league] = max(version, reached.get(league, 0))
        await asyncio.sleep(max(0.0, LOOK_SECONDS - (time.perf_counter() - started)))
