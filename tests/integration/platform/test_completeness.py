"""What a topic lost at its end is found without a further event, and only what it lost."""

import asyncio

import pytest
from structlog.testing import capture_logs

from shared.contracts.contract import Contract
from shared.kernel.envelope import Envelope
from shared.platform.commands import CommandHandler
from shared.platform.completeness import CompletenessAudit
from shared.platform.consuming import Applier
from shared.platform.eventstore import EventStore
from shared.platform.metrics import Metrics
from shared.platform.postgres import Pool
from tests.integration.platform.deliveries import Feed, checkpoints, records, recount, shown, write
from tests.integration.platform.tally import DECIDER, ORIGIN, Counting, hold
from tests.integration.platform.topics import until


class Sources(Feed):
    """The feed with its heads, which can be unreachable, and be looked at while it is asked."""

    def __init__(self, store: EventStore) -> None:
        super().__init__(store)
        self.down = False
        self.heads_asked = 0

    async def heads(self, service: str) -> dict[str, int]:
        self.heads_asked += 1
        if self.down:
            raise ConnectionRefusedError
        rows = await self._store.pool.fetch("select league, version from histories")
        return dict(rows)

    async def events(self, service: str, league: str, after: int, up_to: int) -> list[Envelope]:
        return await self(service, league, after, up_to)


class Desk:
    """A view behind its source, and the audit of it."""

    def __init__(self, pool: Pool, store: EventStore, tally: Contract) -> None:
        self.pool, self.store = pool, store
        self.sources, self.metrics, self.waiting = Sources(store), Metrics(), 0
        projection = Counting(tally)
        self.applier = Applier(pool, projection, self.sources)
        self.audit = CompletenessAudit(
            pool, projection, self.applier, self.sources, self.metrics, lambda: self.waiting,
            interval_seconds=0.05, patience_seconds=0.2,
        )  # fmt: skip

    async def bring(self, count: int, league: str = "1502") -> None:
        """The topic brings so many of a league's first events."""
        await self.applier.apply((await records(self.store, league))[:count])

    async def is_level(self) -> bool:
        return await shown(self.pool) == await recount(self.pool)

    async def asked_for_heads(self) -> bool:
        return self.sources.heads_asked > 0

    async def has_counted(self, outcome: str) -> bool:
        return bool(self.counted(outcome))

    def counted(self, outcome: str) -> float | None:
        return self.metrics.registry.get_sample_value(
            "campaign_completeness_audits_total", {"projection": "counting", "outcome": outcome}
        )


@pytest.fixture
def desk(pool: Pool, store: EventStore, tally: Contract) -> Desk:
    return Desk(pool, store, tally)


async def test_a_lost_end_is_filled_without_a_further_event(
    desk: Desk, handler: CommandHandler
) -> None:
    await write(handler, ["150201", "150301"], times=4)
    await desk.bring(2)
    await desk.bring(4, "1503")

    filled = await desk.audit.look()

    assert filled == 2
    assert await desk.is_level()
    assert desk.sources.asked == [("1502", 2, 4)]
    assert desk.metrics.registry.get_sample_value(
        "campaign_completeness_filled_events_total",
        {"projection": "counting", "service": desk.store.contract.service},
    ) == 2  # fmt: skip


async def test_a_league_the_topic_never_brought_is_filled_from_its_first_event(
    desk: Desk, handler: CommandHandler
) -> None:
    await write(handler, ["150201"], times=3)

    assert await desk.audit.look() == 3
    assert await desk.is_level()


async def test_a_complete_view_costs_one_question_and_no_wait(
    desk: Desk, handler: CommandHandler
) -> None:
    await write(handler, ["150201"], times=3)
    await desk.bring(3)

    assert await desk.audit.look() == 0
    assert (desk.sources.heads_asked, desk.sources.asked) == (1, [])


async def test_what_still_arrives_is_left_to_the_topic(desk: Desk, handler: CommandHandler) -> None:
    """The league moves while the audit waits: the topic is only slow."""
    await write(handler, ["150201"], times=4)
    await desk.bring(1)

    looking = asyncio.create_task(desk.audit.look())
    await until(desk.asked_for_heads)
    await desk.bring(2)

    assert await looking == 0
    assert desk.sources.asked == []


async def test_records_known_to_wait_in_the_topic_are_left_to_it_for_one_look(
    desk: Desk, handler: CommandHandler
) -> None:
    await write(handler, ["150201"], times=4)
    await desk.bring(1)
    desk.waiting = 3

    assert await desk.audit.look() == 0
    assert await desk.audit.look() == 3
    assert await desk.is_level()


async def test_a_poison_event_at_the_end_is_parked_as_any_other(
    desk: Desk, handler: CommandHandler, pool: Pool
) -> None:
    """The transaction's rules are the topic's: what comes later from there is skipped."""
    await write(handler, ["150201"], times=2)
    await handler.one(DECIDER, hold("poison", "150202"), ORIGIN)
    await desk.bring(1)

    await desk.audit.look()
    await desk.bring(3)

    assert await pool.fetchval("select count(*) from parked") == 1
    assert await checkpoints(pool) == {"1502": 3}
    assert [row[:2] for row in await shown(pool)] == [("150201", 2)]


async def test_a_feed_that_gives_nothing_ends_the_look_and_not_the_worker(
    desk: Desk, handler: CommandHandler
) -> None:
    await write(handler, ["150201"], times=3)
    await desk.bring(1)
    desk.sources.forgets = {2, 3}

    assert await desk.audit.look() == 0
    assert await checkpoints(desk.pool) == {"1502": 1}


async def test_a_source_that_is_down_is_asked_again(desk: Desk, handler: CommandHandler) -> None:
    await write(handler, ["150201"], times=3)
    desk.sources.down = True
    auditing = asyncio.create_task(desk.audit.run())
    await until(lambda: desk.has_counted("failed"))
    desk.sources.down = False
    await until(lambda: desk.has_counted("complete"))
    auditing.cancel()

    assert await desk.is_level()
    assert desk.counted("filled") == 1


def ahead(desk: Desk) -> float | None:
    return desk.metrics.registry.get_sample_value(
        "campaign_view_ahead_histories", {"projection": "counting"}
    )


async def test_a_view_that_has_seen_what_its_source_no_longer_holds_is_told_of(
    handler: CommandHandler, desk: Desk
) -> None:
    await write(handler, ["150201", "150301"], times=3)
    await desk.bring(3, "1502")
    await desk.bring(3, "1503")
    await desk.pool.execute("delete from events where league = '1502' and version > 1")
    await desk.pool.execute("update histories set version = 1 where league = '1502'")

    with capture_logs() as told:
        assert await desk.audit.look() == 0

    (said,) = [each for each in told if each["log_level"] == "error"]
    assert (said["event"], said["league"], said["view"], said["source"]) == (
        "view-ahead-of-source", "1502", 3, 1,
    )  # fmt: skip
    assert ahead(desk) == 1


async def test_what_is_recorded_while_the_audit_looks_puts_no_view_ahead(
    handler: CommandHandler, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(handler, ["150201"], times=2)
    asked = desk.sources.heads

    async def late(service: str) -> dict[str, int]:
        """The heads of a moment ago, at the first time of asking."""
        heads = await asked(service)
        return {"1502": 1} if desk.sources.heads_asked == 1 else heads

    monkeypatch.setattr(desk.sources, "heads", late)
    await desk.bring(2)

    await desk.audit.look()

    assert ahead(desk) == 0
