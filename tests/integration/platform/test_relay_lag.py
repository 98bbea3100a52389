"""The relay's lag is the worst league's, whichever was published last and whether a relay runs."""

import asyncio

import pytest

from shared.contracts.contract import Contract
from shared.platform.commands import CommandHandler
from shared.platform.kafka import KafkaAddress
from shared.platform.metrics import Metrics
from shared.platform.postgres import Pool
from shared.platform.relay_lag import RelayLag
from tests.integration.platform.deliveries import write
from tests.integration.platform.topics import new_relay, running, until


class Measured:
    """What was measured of one service."""

    def __init__(self, pool: Pool, service: str) -> None:
        self._registry = (metrics := Metrics()).registry
        self._service = service
        self.lag = RelayLag(pool, service, metrics)

    def events(self, league: str) -> float | None:
        labels = {"service": self._service, "league": league}
        return self._registry.get_sample_value("campaign_relay_lag_events", labels)

    @property
    def seconds(self) -> float | None:
        labels = {"service": self._service}
        return self._registry.get_sample_value("campaign_relay_lag_seconds", labels)


@pytest.fixture
def measured(pool: Pool, tally: Contract) -> Measured:
    return Measured(pool, tally.service)


async def test_the_league_that_waits_longest_is_told(
    handler: CommandHandler, pool: Pool, measured: Measured
) -> None:
    """Its oldest event not yet published counts, not its newest, nor one already published."""
    await write(handler, ["150201", "150301", "150401"], times=3)
    for league, published, seconds in (("1502", 1, 500), ("1503", 3, 9000), ("1504", 0, 20)):
        await pool.execute("insert into relay_cursors values ($1, $2, 0)", league, published)
        await pool.execute(
            "update events set recorded_at = now() - $2 * interval '1 second' * (4 - version)"
            " where league = $1",
            league, seconds,
        )  # fmt: skip

    await measured.lag.measure()

    assert [measured.events(league) for league in ("1502", "1503", "1504")] == [2, 0, 3]
    assert measured.seconds == pytest.approx(1000, abs=30)


async def test_when_all_is_published_nothing_waits(
    handler: CommandHandler, pool: Pool, measured: Measured
) -> None:
    await write(handler, ["150201"], times=2)
    await measured.lag.measure()
    before = measured.events("1502")
    await pool.execute("insert into relay_cursors values ('1502', 2, 0)")

    await measured.lag.measure()

    assert (before, measured.events("1502"), measured.seconds) == (2, 0, 0)


async def test_an_empty_store_has_no_lag(measured: Measured) -> None:
    await measured.lag.measure()

    assert measured.seconds == 0


@pytest.mark.kafka
async def test_a_running_relay_brings_the_lag_to_nothing(
    handler: CommandHandler, measured: Measured, database_url: str, schema: str, tally: Contract,
    address: KafkaAddress,
) -> None:  # fmt: skip
    await write(handler, ["150201", "150301"], times=3)
    stop = asyncio.Event()
    measuring = asyncio.create_task(measured.lag.run(stop))

    async def told(events: float) -> bool:
        return measured.events("1502") == events

    await until(lambda: told(3))
    async with running(new_relay(database_url, schema, tally, address)):
        await until(lambda: told(0))
    stop.set()
    await measuring

    assert measured.seconds == 0
