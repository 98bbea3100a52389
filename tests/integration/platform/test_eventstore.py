"""The event store under crossing writers: gapless, in order, chained, and told apart by version."""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import asyncpg
import msgspec
import pytest

from shared.contracts.contract import Contract
from shared.kernel.refusals import StaleVersion
from shared.platform.commands import CommandHandler
from shared.platform.eventstore import EventStore
from shared.platform.postgres import Pool
from shared.platform.publishing import COLUMNS, envelope_of
from shared.platform.recording import Answer, Pending
from tests.contract.outsider import head_of_chain
from tests.integration.platform.tally import DECIDER, LEAGUES, ORIGIN, hold, meeting

OK = Answer(200, b"{}", "")
WRITERS, EACH = 12, 25
_EVERY_EVENT = f"select {COLUMNS} from events order by league, version"  # noqa: S608 - a constant


class GivenUp(Exception):
    """A writer changed its mind: its transaction rolls back."""


async def histories(pool: Pool, contract: Contract) -> dict[str, list[dict[str, object]]]:
    """Every league's envelopes as the feed and the relay show them, read back from their JSON."""
    rows = await pool.fetch(_EVERY_EVENT)
    found: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        envelope = msgspec.json.encode(envelope_of(contract.service, row))
        found.setdefault(row["league"], []).append(msgspec.json.decode(envelope))
    return found


async def in_session(store: EventStore, units: Sequence[str], place: str, *, give_up: bool) -> None:
    """Append for these units in one transaction, which may take a while and may roll back."""
    works = [hold(place, unit) for unit in units]
    leagues, streams = [w.path.split(".")[1] for w in works], [w.stream for w in works]
    async with store.session(leagues, streams) as session:
        pending = [Pending(w.stream, w.campaign, w.unit, w.path, meeting(place)) for w in works]
        await session.append(pending, ORIGIN, lambda _: OK)
        await asyncio.sleep(random.choice((0, 0, 0.005)))
        if give_up:
            raise GivenUp


async def writer(number: int, store: EventStore, handler: CommandHandler) -> int:
    """Mix single commands, transactions over two leagues and rollbacks; events that stayed."""
    kept = 0
    for step in range(EACH):
        unit = f"{random.choice(LEAGUES)}{number:02}"
        place = f"会场 {number}/{step}"
        match random.randrange(3):
            case 0:
                await handler.one(DECIDER, hold(place, unit, times=2), ORIGIN)
                kept += 2
            case 1:
                other = f"{random.choice([league for league in LEAGUES if league != unit[:4]])}{number:02}"
                await in_session(store, [unit, other], place, give_up=False)
                kept += 2
            case _:
                with pytest.raises(GivenUp):
                    await in_session(store, [unit], place, give_up=True)
    return kept


async def follow(pool: Pool, done: asyncio.Event) -> dict[str, list[int]]:
    """Poll `version > last` as the relay does; what was seen, in the order it was seen."""
    seen: dict[str, list[int]] = {}
    while True:
        last_round = done.is_set()
        for league in LEAGUES:
            last = seen.setdefault(league, [])
            rows = await pool.fetch(
                "select version from events where league = $1 and version > $2 order by version",
                league,
                last[-1] if last else 0,
            )
            last += [row["version"] for row in rows]
        if last_round:
            return seen
        await asyncio.sleep(0.002)


async def test_crossing_writers_leave_gapless_chains_and_a_poller_misses_nothing(
    store: EventStore, handler: CommandHandler, pool: Pool, tally: Contract
) -> None:
    done = asyncio.Event()
    following = asyncio.create_task(follow(pool, done))

    kept = sum(await asyncio.gather(*(writer(n, store, handler) for n in range(WRITERS))))
    done.set()
    seen = await following

    heads = {r["league"]: r for r in await pool.fetch("select * from histories")}
    stored = await histories(pool, tally)
    assert sum(len(events) for events in stored.values()) == kept
    for league, events in stored.items():
        assert seen[league] == list(range(1, len(events) + 1))
        assert heads[league]["version"] == len(events)
        assert head_of_chain(events) == heads[league]["head_hash"]
        recorded = [datetime.fromisoformat(str(e["recordedat"])) for e in events]
        assert recorded == sorted(recorded)
        assert heads[league]["recorded_at"] == recorded[-1]


async def test_one_stream_takes_many_writers_at_once(handler: CommandHandler, pool: Pool) -> None:
    places = [f"会场 {n}" for n in range(30)]

    answers = await asyncio.gather(*(handler.one(DECIDER, hold(p), ORIGIN) for p in places))

    assert [a.status for a in answers] == [201] * 30
    versions = await pool.fetch("select stream_version from events order by version")
    assert [r["stream_version"] for r in versions] == list(range(1, 31))


async def test_of_two_commands_that_expect_one_version_one_is_refused(
    handler: CommandHandler, pool: Pool
) -> None:
    await handler.one(DECIDER, hold("甲"), ORIGIN)

    results = await asyncio.gather(
        *(handler.one(DECIDER, hold(place, expected=1), ORIGIN) for place in ("乙", "丙")),
        return_exceptions=True,
    )

    stale = [r for r in results if isinstance(r, StaleVersion)]
    assert [r.context for r in stale] == [{"expected": 1, "actual": 2}]
    assert await pool.fetchval("select count(*) from events") == 2


async def test_a_session_cannot_overwrite_a_stream_another_league_wrote(
    store: EventStore, pool: Pool
) -> None:
    """A stream whose unit moved is written under another league's lock: the versions collide."""
    moved = hold("乙", "150202")
    async with store.session(["1502"], [moved.stream]) as old:
        async with store.session(["1503"], [moved.stream]) as new:
            pending = Pending(moved.stream, "nmg-2014", "150202", "15.1503.150202", meeting("乙"))
            await new.append([pending], ORIGIN, lambda _: OK)
        with pytest.raises(asyncpg.UniqueViolationError):
            await old.append(
                [Pending(moved.stream, "nmg-2014", "150202", "15.1502.150202", meeting("丙"))],
                ORIGIN,
                lambda _: OK,
            )
        raise_free = await pool.fetch("select league, stream_version from events")

    assert [tuple(r) for r in raise_free] == [("1503", 1)]


@pytest.mark.parametrize("way", ["one", "session"])
async def test_a_clock_set_back_does_not_turn_a_history_round(
    way: str, store: EventStore, handler: CommandHandler, pool: Pool, tally: Contract
) -> None:
    await handler.one(DECIDER, hold("甲"), ORIGIN)
    ahead = datetime.now(UTC) + timedelta(hours=1)
    await pool.execute("update histories set recorded_at = $1", ahead)

    if way == "one":
        await handler.one(DECIDER, hold("乙"), ORIGIN)
    else:
        async with store.session(["1502"], [hold("乙").stream]) as session:
            pending = Pending(
                hold("乙").stream, "nmg-2014", "150202", "15.1502.150202", meeting("乙")
            )
            await session.append([pending], ORIGIN, lambda _: OK)

    assert await pool.fetchval("select recorded_at from events where version = 2") == ahead
    head_of_chain((await histories(pool, tally))["1502"])
