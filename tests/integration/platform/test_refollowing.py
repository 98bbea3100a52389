"""A copy of another service filled again: what was void is gone, what is there is there once."""

import asyncio
from collections.abc import Mapping

import pytest

from shared.contracts.contract import Contract
from shared.kernel.envelope import Envelope
from shared.platform.commands import CommandHandler
from shared.platform.consuming import Applier
from shared.platform.eventstore import EventStore
from shared.platform.postgres import Pool
from shared.platform.refollowing import refollow
from tests.integration.platform.deliveries import (
    Feed,
    checkpoints,
    envelopes,
    records,
    recount,
    shown,
    write,
)
from tests.integration.platform.tally import Counting

UNITS = ("150201", "150202", "150301")


class Tallied(Counting):
    """The counting projection, with the table that is its own."""

    tables = ("counted",)


class Feeds:
    """What the source says of itself, and how often it was asked."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self.down = False

    async def heads(self, _service: str) -> Mapping[str, int]:
        return dict(await self._store.pool.fetch("select league, version from histories"))

    async def events(self, _service: str, league: str, after: int, up_to: int) -> list[Envelope]:
        if self.down:
            raise ConnectionRefusedError
        return await envelopes(self._store, league, after, up_to)


def untold(_stage: str, _done: int, _total: int) -> None:
    """Nobody watches."""


@pytest.fixture
async def counting(tally: Contract, handler: CommandHandler, store: EventStore) -> Tallied:
    """It has seen three events of each unit; then the last of one league were declared void."""
    counting = Tallied(tally)
    await write(handler, UNITS)
    await Applier(store.pool, counting, Feed(store)).apply(await records(store, "1502", "1503"))
    await store.pool.execute("delete from events where league = '1502' and version > 4")
    await store.pool.execute("update histories set version = 4 where league = '1502'")
    return counting


async def test_it_becomes_what_the_source_holds(
    counting: Tallied, store: EventStore, pool: Pool
) -> None:
    assert await shown(pool) != await recount(pool)

    counts = await refollow(pool, counting, Feeds(store), untold)

    assert await shown(pool) == await recount(pool)
    assert counts == {store.contract.service: 7}
    assert await checkpoints(pool) == {"1502": 4, "1503": 3}


async def test_what_topics_bring_meanwhile_is_applied_once(
    counting: Tallied, handler: CommandHandler, store: EventStore, pool: Pool
) -> None:
    await write(handler, ["150401"], times=2)
    applier = Applier(pool, counting, Feed(store))
    brought = await records(store, "1502", "1503", "1504")

    await asyncio.gather(refollow(pool, counting, Feeds(store), untold), applier.apply(brought))
    await applier.apply(brought)

    assert await shown(pool) == await recount(pool)


async def test_a_source_that_is_gone_leaves_the_view_as_it_was(
    counting: Tallied, store: EventStore, pool: Pool
) -> None:
    before = await shown(pool), await checkpoints(pool)
    feeds = Feeds(store)
    feeds.down = True

    with pytest.raises(ConnectionRefusedError):
        await refollow(pool, counting, feeds, untold)

    assert (await shown(pool), await checkpoints(pool)) == before
