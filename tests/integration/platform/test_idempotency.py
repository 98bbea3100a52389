"""Keys are remembered for a time: then they are forgotten, a few at once, oldest first."""

import asyncio
from datetime import timedelta

from shared.contracts.contract import Contract
from shared.platform.commands import CommandHandler
from shared.platform.idempotency import KeyExpiry
from shared.platform.metrics import Metrics
from shared.platform.postgres import Pool
from shared.platform.recording import Answer, IdempotencyKey
from tests.integration.platform.tally import DECIDER, ORIGIN, SHOWN, hold
from tests.integration.platform.topics import until

MONTH = timedelta(days=30)


def key(name: str) -> IdempotencyKey:
    return IdempotencyKey("p-1502-clerk", name, b"\1" * 32)


async def held(handler: CommandHandler, place: str, name: str) -> Answer:
    return await handler.one(DECIDER, hold(place), ORIGIN, key=key(name), view=SHOWN)


async def aged(pool: Pool, name: str, days: float) -> None:
    await pool.execute(
        "update idempotency_keys set stored_at = now() - $2::interval where key = $1",
        name, timedelta(days=days),
    )  # fmt: skip


async def kept(pool: Pool) -> set[str]:
    return {row["key"] for row in await pool.fetch("select key from idempotency_keys")}


async def test_only_what_is_past_the_age_is_forgotten(handler: CommandHandler, pool: Pool) -> None:
    for name in ("old", "nearly", "new"):
        await held(handler, f"会场 {name}", name)
    await aged(pool, "old", 30.1)
    await aged(pool, "nearly", 29.9)
    metrics = Metrics()

    forgotten = await KeyExpiry(pool, "tally", metrics, MONTH).forget_some()

    assert forgotten == 1
    assert await kept(pool) == {"nearly", "new"}
    expired = metrics.registry.get_sample_value(
        "campaign_idempotency_keys_expired_total", {"service": "tally"}
    )
    assert expired == 1


async def test_the_same_key_after_its_time_is_a_new_command(
    handler: CommandHandler, pool: Pool
) -> None:
    first = await held(handler, "甲", "k")
    replayed = await held(handler, "甲", "k")
    await aged(pool, "k", 31)
    await KeyExpiry(pool, "tally", Metrics(), MONTH).forget_some()
    await held(handler, "乙", "between")

    again = await held(handler, "甲", "k")

    assert (first.replayed, replayed.replayed, again.replayed) == (False, True, False)
    assert await pool.fetchval("select times from shown") == 3


async def test_many_are_forgotten_a_set_at_a_time_oldest_first(
    handler: CommandHandler, pool: Pool
) -> None:
    for day in range(5):
        await held(handler, f"会场 {day}", f"k{day}")
        await aged(pool, f"k{day}", 40 - day)
    expiry = KeyExpiry(pool, "tally", Metrics(), MONTH, at_once=2)

    assert await expiry.forget_some() == 2
    assert await kept(pool) == {"k2", "k3", "k4"}
    assert [await expiry.forget_some() for _ in range(3)] == [2, 1, 0]


async def test_a_key_somebody_holds_is_not_waited_for(handler: CommandHandler, pool: Pool) -> None:
    for name in ("held", "free"):
        await held(handler, f"会场 {name}", name)
        await aged(pool, name, 31)

    async with pool.acquire() as other, other.transaction():
        await other.execute("select 1 from idempotency_keys where key = 'held' for update")
        async with asyncio.timeout(5):
            forgotten = await KeyExpiry(pool, "tally", Metrics(), MONTH).forget_some()

    assert forgotten == 1
    assert await kept(pool) == {"held"}


async def test_the_oldest_are_found_without_reading_the_others(pool: Pool) -> None:
    await pool.execute(
        "insert into idempotency_keys select 'p', 'k' || n, '', 200, '', '',"
        " now() - n * interval '1 minute' from generate_series(1, 50000) n"
    )
    await pool.execute("analyze idempotency_keys")
    plan = await pool.fetch(
        "explain select caller, key from idempotency_keys"
        " where stored_at < now() - interval '34 days' order by stored_at limit 100"
    )

    assert "idempotency_keys_stored" in "\n".join(row[0] for row in plan)


async def test_a_worker_forgets_by_itself_and_stops_when_told(
    handler: CommandHandler, pool: Pool, tally: Contract
) -> None:
    await held(handler, "甲", "k")
    await aged(pool, "k", 31)
    stop = asyncio.Event()
    running = asyncio.create_task(KeyExpiry(pool, tally.service, Metrics(), MONTH).run(stop))

    async def forgotten() -> bool:
        return await kept(pool) == set()

    await until(forgotten)
    stop.set()

    async with asyncio.timeout(5):
        await running
