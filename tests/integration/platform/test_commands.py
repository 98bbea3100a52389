"""Commands: repeats, keys, refusals and uploads leave either everything or nothing."""

import asyncio
from typing import Any

import asyncpg
import pytest

from shared.kernel.refusals import KeyReused, StaleVersion
from shared.platform.commands import CommandHandler, Outcome, RowsRefused
from shared.platform.postgres import Pool
from shared.platform.recording import Answer, IdempotencyKey
from tests.integration.platform.tally import DECIDER, ORIGIN, SHOWN, NoPlace, hold

KEY = IdempotencyKey("p-1502-clerk", "key-1", b"fingerprint")
OTHER_BODY = IdempotencyKey("p-1502-clerk", "key-1", b"another")


def report(outcome: Outcome[Any, Any]) -> tuple[int, bytes]:
    return 200, f'{{"accepted": {len(outcome.accepted_rows)}}}'.encode()


async def counts(pool: Pool) -> tuple[int, int, int]:
    """Events, rows of the inline view, idempotency keys."""
    row = await pool.fetchrow(
        "select (select count(*) from events), (select count(*) from shown),"
        " (select count(*) from idempotency_keys)"
    )
    assert row is not None
    return row[0], row[1], row[2]


async def test_a_command_repeated_changes_nothing_and_is_still_answered_with_a_token(
    handler: CommandHandler, pool: Pool
) -> None:
    first = await handler.one(DECIDER, hold("礼堂"), ORIGIN, view=SHOWN)
    again = await handler.one(DECIDER, hold("礼堂"), ORIGIN, view=SHOWN)

    assert (first.status, again.status) == (201, 200)
    assert first.positions == again.positions
    assert await counts(pool) == (1, 1, 0)


async def test_the_same_key_and_body_get_the_same_answer_byte_for_byte(
    handler: CommandHandler, pool: Pool
) -> None:
    first = await handler.one(DECIDER, hold("礼堂"), ORIGIN, key=KEY, view=SHOWN)
    await handler.one(DECIDER, hold("广场"), ORIGIN, view=SHOWN)
    again = await handler.one(DECIDER, hold("礼堂"), ORIGIN, key=KEY, view=SHOWN)

    assert again == Answer(first.status, first.body, first.positions, replayed=True)
    assert not first.replayed
    assert await counts(pool) == (2, 1, 1)
    assert await pool.fetchval("select place from shown") == "广场"


async def test_a_key_also_stands_for_an_answer_that_changed_nothing(
    handler: CommandHandler,
) -> None:
    await handler.one(DECIDER, hold("礼堂"), ORIGIN)
    unchanged = await handler.one(DECIDER, hold("礼堂"), ORIGIN, key=KEY)
    await handler.one(DECIDER, hold("广场"), ORIGIN)

    again = await handler.one(DECIDER, hold("礼堂"), ORIGIN, key=KEY)

    assert (again.status, again.body, again.replayed) == (200, unchanged.body, True)


async def test_the_same_key_with_another_body_is_refused_and_another_callers_key_is_not(
    handler: CommandHandler, pool: Pool
) -> None:
    await handler.one(DECIDER, hold("礼堂"), ORIGIN, key=KEY)

    with pytest.raises(KeyReused):
        await handler.one(DECIDER, hold("广场"), ORIGIN, key=OTHER_BODY)
    with pytest.raises(KeyReused):
        await handler.many(DECIDER, [hold("广场")], ORIGIN, report, key=OTHER_BODY)
    assert await pool.fetchval("select count(*) from events") == 1

    someone = IdempotencyKey("p-1503-clerk", "key-1", b"another")
    assert (await handler.one(DECIDER, hold("广场"), ORIGIN, key=someone)).status == 201


@pytest.mark.parametrize("units", [("150202", "150202"), ("150202", "150302")])
async def test_the_same_key_at_the_same_moment_does_it_once(
    units: tuple[str, str], handler: CommandHandler, pool: Pool
) -> None:
    """Also where the two go to different leagues, so that no lock makes them wait."""
    answers = await asyncio.gather(
        *(
            handler.one(DECIDER, hold("礼堂", unit), ORIGIN, key=KEY, view=SHOWN)
            for unit in units * 4
        )
    )

    assert await counts(pool) == (1, 1, 1)
    assert len({a.body for a in answers}) == 1
    assert sum(not a.replayed for a in answers) == 1


async def test_a_refused_command_keeps_no_key(handler: CommandHandler, pool: Pool) -> None:
    with pytest.raises(NoPlace):
        await handler.one(DECIDER, hold(""), ORIGIN, key=KEY, view=SHOWN)
    with pytest.raises(StaleVersion):
        await handler.one(DECIDER, hold("礼堂", expected=4), ORIGIN, key=KEY, view=SHOWN)

    assert await counts(pool) == (0, 0, 0)
    assert (await handler.one(DECIDER, hold("礼堂"), ORIGIN, key=KEY)).status == 201


async def test_a_view_that_cannot_be_written_leaves_neither_event_nor_key(
    handler: CommandHandler, pool: Pool
) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await handler.one(DECIDER, hold("unshowable"), ORIGIN, key=KEY, view=SHOWN)
    works = [hold("礼堂"), hold("unshowable", "150303")]
    with pytest.raises(asyncpg.CheckViolationError):
        await handler.many(DECIDER, works, ORIGIN, report, key=KEY, view=SHOWN)

    assert await counts(pool) == (0, 0, 0)
    assert await pool.fetch("select * from histories where version > 0") == []


async def test_an_upload_is_all_or_nothing(handler: CommandHandler, pool: Pool) -> None:
    works = [hold("礼堂", row=1), hold("", "150203", row=2), hold("广场", "150302", row=3)]

    with pytest.raises(RowsRefused) as refused:
        await handler.many(DECIDER, works, ORIGIN, report, key=KEY, view=SHOWN)

    outcome = refused.value.outcome
    assert [(row, type(refusal)) for row, refusal in outcome.refused] == [(2, NoPlace)]
    assert outcome.accepted_rows == [1, 3]
    assert await counts(pool) == (0, 0, 0)


async def test_an_upload_may_take_what_is_valid(handler: CommandHandler, pool: Pool) -> None:
    works = [hold("礼堂", row=1), hold("", "150203", row=2), hold("广场", "150302", row=3)]

    outcome = await handler.many(
        DECIDER, works, ORIGIN, report, key=KEY, view=SHOWN, accept_valid=True
    )

    assert outcome.accepted_rows == [1, 3]
    assert [row for row, _ in outcome.refused] == [2]
    assert outcome.answer is not None
    assert outcome.answer.body == b'{"accepted": 2}'
    service = handler.store.contract.service
    assert outcome.answer.positions == f"{service}@1502:1,{service}@1503:1"
    assert await counts(pool) == (2, 2, 1)


async def test_a_dry_run_decides_everything_and_writes_nothing(
    handler: CommandHandler, pool: Pool
) -> None:
    works = [hold("礼堂", row=1), hold("", "150203", row=2)]

    outcome = await handler.many(
        DECIDER, works, ORIGIN, report, key=KEY, view=SHOWN, accept_valid=True, dry_run=True
    )

    assert outcome.accepted_rows == [1]
    assert [row for row, _ in outcome.refused] == [2]
    assert outcome.answer is None
    assert await counts(pool) == (0, 0, 0)
    assert (await handler.one(DECIDER, hold("礼堂"), ORIGIN, key=KEY)).status == 201


async def test_rows_of_one_upload_follow_one_another_on_their_stream(
    handler: CommandHandler, pool: Pool
) -> None:
    await handler.one(DECIDER, hold("甲"), ORIGIN, view=SHOWN)
    works = [
        hold("甲", row=1),  # already so
        hold("乙", row=2, expected=1),
        hold("乙", row=3),  # said by the row before
        hold("甲", row=4, times=2),
        hold("丙", row=5, expected=1),  # was so before this upload
    ]

    outcome = await handler.many(DECIDER, works, ORIGIN, report, view=SHOWN, accept_valid=True)

    assert outcome.accepted_rows == [2, 4]
    assert outcome.unchanged_rows == [1, 3]
    assert [(row, refusal.context) for row, refusal in outcome.refused] == [
        (5, {"expected": 1, "actual": 4})
    ]
    assert [tuple(r) for r in await pool.fetch("select place, times from shown")] == [("甲", 4)]
    versions = await pool.fetch("select stream_version, version from events order by version")
    assert [tuple(r) for r in versions] == [(n, n) for n in (1, 2, 3, 4)]


async def test_an_upload_answered_once_is_answered_the_same_again(
    handler: CommandHandler, pool: Pool
) -> None:
    works = [hold(f"会场 {n}", f"1502{n:02}", row=n) for n in range(1, 40)]

    first = await handler.many(DECIDER, works, ORIGIN, report, key=KEY, view=SHOWN)
    again = await handler.many(DECIDER, works, ORIGIN, report, key=KEY, view=SHOWN)
    without_key = await handler.many(DECIDER, works, ORIGIN, report, view=SHOWN)

    assert again.answer is not None
    assert first.answer is not None
    assert (again.answer.body, again.answer.replayed) == (first.answer.body, True)
    assert len(without_key.unchanged_rows) == 39
    assert await counts(pool) == (39, 39, 1)


async def test_uploads_and_commands_that_cross_end_in_one_gapless_history(
    handler: CommandHandler, pool: Pool
) -> None:
    uploads = (
        handler.many(
            DECIDER,
            [hold(f"会场 {n}", f"{league}{unit:02}") for league in ("1501", "1502") for unit in range(20)],
            ORIGIN, report, view=SHOWN,
        )
        for n in range(4)
    )  # fmt: skip
    singles = (
        handler.one(DECIDER, hold(f"单 {n}", f"1502{n:02}"), ORIGIN, view=SHOWN) for n in range(20)
    )

    await asyncio.gather(*uploads, *singles)

    for league, count in await pool.fetch("select league, count(*) from events group by league"):
        versions = await pool.fetch(
            "select version from events where league = $1 order by version", league
        )
        assert [r["version"] for r in versions] == list(range(1, count + 1))
    wrong = await pool.fetch(
        "select s.stream from shown s where s.times <> (select count(*) from events e where e.stream = s.stream)"
        " or s.place <> (select e.data->>'place' from events e where e.stream = s.stream"
        "                order by e.stream_version desc limit 1)"
    )
    assert wrong == []
