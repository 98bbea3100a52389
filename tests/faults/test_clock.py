"""A clock set back: said in log and metric, and no history runs backwards, whichever way it grows."""

from collections.abc import MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from shared.platform.commands import CommandHandler
from shared.platform.eventstore import EventStore
from shared.platform.kafka import KafkaAddress
from shared.platform.metrics import Metrics
from shared.platform.postgres import Pool
from shared.platform.relay_lag import RelayLag
from tests.faults.servers import level, opened, served
from tests.integration.platform.deliveries import write
from tests.integration.platform.tally import DECIDER, ORIGIN, contract, hold, new_schema
from tests.integration.platform.topics import until

UNITS = ("150201", "150301")
BACK = timedelta(hours=1)


async def set_back(pool: Pool) -> datetime:
    """As if the clock had been an hour ahead when the last events were recorded, and is right now."""
    ahead = datetime.now(UTC) + BACK
    await pool.execute("update events set recorded_at = $1 where version = 3", ahead)
    await pool.execute("update histories set recorded_at = $1", ahead)
    return ahead


def told(said: list[MutableMapping[str, Any]]) -> list[str]:
    return [each["event"] for each in said if each["log_level"] == "warning"]


async def test_events_go_on_in_order_at_the_last_instant_and_are_shown(
    database_url: str, kafka_address: KafkaAddress
) -> None:
    schema, tally = await new_schema(database_url), contract()
    async with opened(database_url, schema) as pool:
        handler = CommandHandler(EventStore(pool, tally))
        await write(handler, UNITS, times=3)
        ahead = await set_back(pool)
        async with served(database_url, schema, pool, tally, kafka_address):
            await write(handler, UNITS, times=1)
            works = [hold(f"会场 {unit}", unit) for unit in UNITS]
            await handler.many(DECIDER, works, ORIGIN, lambda _: (200, b"{}"))
            await until(lambda: level(pool))
        instants = await pool.fetch("select recorded_at from events where version > 3")

    assert [row["recorded_at"] for row in instants] == [ahead] * 4


async def test_it_is_said_once_and_measured_for_as_long_as_it_lasts(database_url: str) -> None:
    schema, tally, metrics = await new_schema(database_url), contract(), Metrics()
    async with opened(database_url, schema) as pool:
        await write(CommandHandler(EventStore(pool, tally)), UNITS, times=3)
        lag = RelayLag(pool, "tally", metrics)

        def behind() -> float | None:
            return metrics.registry.get_sample_value(
                "campaign_clock_behind_seconds", {"service": "tally"}
            )

        with capture_logs() as said:
            await lag.measure()
            right, quiet = behind(), told(said)
            await set_back(pool)
            await lag.measure()
            await lag.measure()
            wrong, loud = behind(), told(said)
            await pool.execute("update histories set recorded_at = now()")
            await lag.measure()

    assert (right, quiet) == (0, [])
    assert wrong == pytest.approx(BACK.total_seconds(), abs=60)
    assert loud == ["clock-set-back"]
    assert behind() == 0
    assert told(said) == loud
