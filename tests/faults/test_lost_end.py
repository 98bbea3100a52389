"""A topic whose last event was lost: the view becomes whole though nothing is recorded after it."""

import asyncio

import httpx
import pytest

from shared.platform.auth import Authenticator
from shared.platform.commands import CommandHandler
from shared.platform.eventstore import EventStore
from shared.platform.feeds import feed_router
from shared.platform.following import Following
from shared.platform.http import create_app
from shared.platform.kafka import KafkaAddress
from shared.platform.metrics import Metrics
from shared.platform.postgres import Pool, open_pool
from shared.platform.settings import Settings
from tests.integration.platform.deliveries import checkpoints, recount, shown, write
from tests.integration.platform.tally import Counting, contract, new_schema
from tests.integration.platform.topics import new_relay, running, until
from tests.support.access import ISSUER_URL, issuer_client

pytestmark = pytest.mark.kafka

SOURCE_URL = "http://tally.test"
UNITS = ("150201", "150301", "150401")


class TallySettings(Settings):
    """Settings that know where the test's own source is."""

    source: str

    @property
    def service_urls(self) -> dict[str, str]:
        return {self.source: SOURCE_URL}


def source(store: EventStore, issuer: httpx.AsyncClient) -> httpx.AsyncClient:
    """A way to the source's real feed, and to the issuer for the token it wants."""

    async def ready() -> dict[str, str]:
        return {}

    app = create_app("Tally", "", [feed_router(store)], Metrics(), ready)
    app.state.authenticator = Authenticator(ISSUER_URL, issuer)
    return httpx.AsyncClient(
        transport=issuer._transport, mounts={SOURCE_URL: httpx.ASGITransport(app)}
    )


async def level(pool: Pool) -> bool:
    return await shown(pool) == await recount(pool)


async def test_a_view_becomes_whole_after_the_topic_lost_its_end(
    database_url: str, kafka_address: KafkaAddress
) -> None:
    schema, tally, stop = await new_schema(database_url), contract(), asyncio.Event()
    settings = TallySettings(
        database_url=database_url, kafka_bootstrap_servers=kafka_address.bootstrap_servers,
        kafka_idempotence=kafka_address.idempotence, issuer_url=ISSUER_URL, port=1, metrics_port=1,
        completeness_seconds=1, source=tally.service,
    )  # fmt: skip
    pool = await open_pool(database_url, schema, size=6)
    store, metrics = EventStore(pool, tally), Metrics()
    handler = CommandHandler(store)
    async with issuer_client() as issuer, source(store, issuer) as http:
        following = Following(settings, pool, Counting(tally), "lost-end", metrics, http)
        worker = asyncio.create_task(following.run(stop))
        async with running(new_relay(database_url, schema, tally, kafka_address)):
            await write(handler, UNITS, times=3)
            await until(lambda: level(pool))
        # Without the relay these never reach the topic, as if it had lost them.
        await write(handler, UNITS[:2], times=2)
        assert await checkpoints(pool) == {"1502": 3, "1503": 3, "1504": 3}
        await until(lambda: level(pool))
        stop.set()
        await asyncio.wait_for(worker, 30)
    filled = metrics.registry.get_sample_value(
        "campaign_completeness_filled_events_total",
        {"projection": "counting", "service": tally.service},
    )
    await pool.close()

    assert filled == 4
