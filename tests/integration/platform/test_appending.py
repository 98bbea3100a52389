"""Commands of the same moment share transactions, and none pays for another's trouble."""

import asyncio

import asyncpg
import pytest

from shared.platform.commands import CommandHandler
from shared.platform.postgres import Pool
from shared.platform.recording import Answer, IdempotencyKey
from tests.integration.platform.tally import DECIDER, LEAGUES, ORIGIN, SHOWN, hold

MANY = 30


def key_of(number: int) -> IdempotencyKey:
    return IdempotencyKey("p-1502-clerk", f"key-{number}", b"fingerprint")


async def give(handler: CommandHandler, unit: str, place: str = "礼堂", times: int = 1) -> Answer:
    return await handler.one(DECIDER, hold(place, unit, times=times), ORIGIN, view=SHOWN)


async def test_commands_of_one_moment_share_transactions_and_each_league_has_no_gap(
    handler: CommandHandler, pool: Pool
) -> None:
    units = [f"{LEAGUES[n % 5]}{n:02}" for n in range(MANY)]

    answers = await asyncio.gather(*(give(handler, unit, times=2) for unit in units))

    assert [answer.status for answer in answers] == [201] * MANY
    transactions = await pool.fetchval("select count(distinct xmin::text) from events")
    assert transactions <= MANY / 3
    for league in LEAGUES:
        rows = await pool.fetch(
            "select version from events where league = $1 order by version", league
        )
        assert [row["version"] for row in rows] == list(range(1, 2 * MANY // 5 + 1))


async def test_each_answer_names_its_own_place_in_its_league(
    handler: CommandHandler, pool: Pool
) -> None:
    units = [f"1502{n:02}" for n in range(MANY)]

    answers = await asyncio.gather(*(give(handler, unit) for unit in units))

    rows = await pool.fetch("select stream, version from events")
    places = {row["stream"]: row["version"] for row in rows}
    service = handler.store.contract.service
    assert [answer.positions for answer in answers] == [
        f"{service}@1502:{places[f'meeting/{unit}']}" for unit in units
    ]
    assert await pool.fetchval("select count(*) from shown where times = 1") == MANY


async def test_each_key_keeps_the_answer_that_its_own_command_was_given(
    handler: CommandHandler,
) -> None:
    async def once(number: int) -> Answer:
        work = hold("礼堂", f"{LEAGUES[number % 5]}{number:02}")
        return await handler.one(DECIDER, work, ORIGIN, key=key_of(number), view=SHOWN)

    first = await asyncio.gather(*map(once, range(MANY)))
    again = await asyncio.gather(*map(once, range(MANY)))

    assert all(answer.replayed for answer in again)
    assert [(a.status, a.body, a.positions) for a in again] == [
        (a.status, a.body, a.positions) for a in first
    ]


async def test_a_league_that_is_locked_holds_up_nobody_elses_commands(
    handler: CommandHandler, pool: Pool
) -> None:
    await give(handler, "150101")
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("select 1 from histories where league = '1501' for update")
        waiting = asyncio.create_task(give(handler, "150102"))
        others = await asyncio.wait_for(
            asyncio.gather(*(give(handler, f"1502{n:02}") for n in range(10))), 10
        )
        assert [answer.status for answer in others] == [201] * 10
        assert not waiting.done()

    assert (await asyncio.wait_for(waiting, 10)).status == 201


async def test_one_whose_view_cannot_be_written_fails_alone_and_leaves_nothing(
    handler: CommandHandler, pool: Pool
) -> None:
    answers = await asyncio.gather(
        *(give(handler, f"1502{n:02}", "unshowable" if n == 4 else "礼堂") for n in range(10)),
        return_exceptions=True,
    )

    failed = [answer for answer in answers if isinstance(answer, Exception)]
    assert [type(error) for error in failed] == [asyncpg.CheckViolationError]
    assert await pool.fetchval("select count(*) from events") == 9
    assert await pool.fetchval("select count(*) from events where stream = 'meeting/150204'") == 0


async def test_commands_for_one_stream_at_one_moment_follow_one_another(
    handler: CommandHandler, pool: Pool
) -> None:
    places = [f"会场 {n}" for n in range(10)]

    answers = await asyncio.gather(*(give(handler, "150202", place) for place in places))

    assert [answer.status for answer in answers] == [201] * 10
    rows = await pool.fetch("select data->>'place' as place from events order by stream_version")
    assert sorted(row["place"] for row in rows) == places
    assert await pool.fetchval("select place from shown") == rows[-1]["place"]


async def test_the_database_gone_is_told_to_everyone_who_waits(
    handler: CommandHandler, pool: Pool
) -> None:
    await give(handler, "150202")
    await pool.close()

    outcomes = await asyncio.wait_for(
        asyncio.gather(*(give(handler, f"1502{n:02}") for n in range(5)), return_exceptions=True),
        10,
    )

    assert all(isinstance(outcome, asyncpg.InterfaceError) for outcome in outcomes)


@pytest.mark.parametrize("places", [("礼堂", "礼堂"), ("礼堂", "广场")])
async def test_a_key_stands_for_one_command_also_when_its_repeat_comes_at_once(
    places: tuple[str, str], handler: CommandHandler, pool: Pool
) -> None:
    answers = await asyncio.gather(
        *(handler.one(DECIDER, hold(place), ORIGIN, key=key_of(0), view=SHOWN) for place in places)
    )

    assert sorted(answer.replayed for answer in answers) == [False, True]
    assert answers[0].body == answers[1].body
    assert await pool.fetchval("select count(*) from events") == 1
