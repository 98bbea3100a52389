"""A league in which nothing was recorded has no history, however it was named in an upload."""

import asyncio

from shared.platform.commands import CommandHandler, Outcome
from shared.platform.eventstore import EventStore
from shared.platform.postgres import Pool
from shared.platform.recording import IdempotencyKey
from tests.integration.platform.tally import DECIDER, ORIGIN, Held, Hold, hold

KEY = IdempotencyKey("p-1502-clerk", "upload", b"\1" * 32)
ACCEPTED, REFUSED = hold("会场", "150201", row=1), hold("", "150301", row=2)


def report(outcome: Outcome[Hold, Held]) -> tuple[int, bytes]:
    return 200, b"{}"


async def histories(pool: Pool) -> dict[str, int]:
    rows = await pool.fetch("select league, version from histories order by league")
    return {row["league"]: row["version"] for row in rows}


async def test_a_refused_row_leaves_no_history_beside_the_accepted_ones(
    handler: CommandHandler, pool: Pool
) -> None:
    await handler.many(DECIDER, [ACCEPTED, REFUSED], ORIGIN, report, key=KEY, accept_valid=True)

    assert await histories(pool) == {"1502": 1}


async def test_an_upload_of_refused_rows_alone_leaves_its_answer_and_no_history(
    handler: CommandHandler, pool: Pool
) -> None:
    await handler.many(DECIDER, [REFUSED], ORIGIN, report, key=KEY, accept_valid=True)

    assert await histories(pool) == {}
    assert await pool.fetchval("select count(*) from idempotency_keys") == 1


async def test_a_dry_run_leaves_no_history(handler: CommandHandler, pool: Pool) -> None:
    await handler.many(DECIDER, [ACCEPTED], ORIGIN, report, dry_run=True)

    assert await histories(pool) == {}


async def test_a_history_others_have_begun_is_kept(handler: CommandHandler, pool: Pool) -> None:
    """Somebody may be waiting for its lock: only what nobody else can have seen is removed."""
    await pool.execute("insert into histories (league) values ('1503')")

    await handler.many(DECIDER, [ACCEPTED, REFUSED], ORIGIN, report, key=KEY, accept_valid=True)

    assert await histories(pool) == {"1502": 1, "1503": 0}


async def test_who_waited_for_a_history_that_was_not_begun_begins_it(
    handler: CommandHandler, store: EventStore, pool: Pool
) -> None:
    async with store.session(["1503"], []):
        waiting = asyncio.create_task(
            handler.many(DECIDER, [hold("会场", "150301")], ORIGIN, report)
        )
        await asyncio.sleep(0.3)
        assert not waiting.done()
    await waiting

    assert await histories(pool) == {"1503": 1}
