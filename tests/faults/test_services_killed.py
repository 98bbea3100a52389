"""Services and servers killed while all four services are written to: nothing lost, nothing twice."""

import asyncio
import logging
import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.clean import forget
from deploy.kafka.server import ApacheKafka
from deploy.layout import Ports, data_dir_from_environment
from deploy.local import Stack
from services.status.schema import SCHEMA as STATUS
from shared.platform.kafka import KafkaAddress
from tests.faults.load import BANNERS, Load
from tests.faults.recounting import Recount
from tests.faults.servers import opened
from tests.integration.platform.topics import until
from tests.integration.status.tables import empty

# Other nights each time; FAULTS_SEED brings back those that failed, whose log names it.
SEED = int(os.environ.get("FAULTS_SEED") or random.randrange(10_000))
NIGHTS = 3
ONE_ON_KAFKA = [pytest.param(0, marks=pytest.mark.kafka), *range(1, NIGHTS)]
LINKS_EACH = 5
LEVEL_SECONDS = 120.0


@pytest.fixture(scope="module")
def kafka(
    real_broker: bool, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ApacheKafka | None]:
    """On Apache Kafka, one of this module's own: nobody else's may be killed."""
    if not real_broker:
        yield None
        return
    folder = tmp_path_factory.mktemp("nights")
    with ApacheKafka.fetched(folder, data_dir_from_environment()) as running:
        yield running


@pytest.fixture(scope="module")
def own_stack(kafka: ApacheKafka | None) -> Iterator[Stack]:
    """A whole system of this module's own."""
    folder = Path(tempfile.mkdtemp(prefix="campaign-nights-"))
    folder.chmod(0o755)
    given = None if kafka is None else kafka.bootstrap
    try:
        with Stack(folder, Ports.free(), bootstrap=given) as running:
            yield running
    finally:
        forget(folder)
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def load(own_stack: Stack) -> Load:
    return Load.on(own_stack)


@pytest.fixture(scope="module")
def recount(own_stack: Stack, real_broker: bool) -> Recount:
    return Recount(own_stack, KafkaAddress(own_stack.bootstrap, idempotence=real_broker))


def victims(stack: Stack, night: int) -> list[str]:
    """A third of all processes: whoever is killed tonight; in three nights everybody is."""
    everybody = sorted(set(stack.pids) - {"issuer"})
    random.Random(SEED).shuffle(everybody)
    return everybody[night::NIGHTS]


async def kill_some(stack: Stack, night: int) -> None:
    """Kill each at a moment of its own, and start it again; servers first, others need them."""
    chance = random.Random(f"{SEED}-{night}")
    tonight = victims(stack, night)
    for name in tonight:
        await asyncio.sleep(chance.uniform(0.05, 0.6))
        await asyncio.to_thread(stack.kill, name)
    for name in sorted(tonight, key=lambda name: name not in {"postgres", "broker"}):
        await asyncio.to_thread(stack.restart, name)


async def kill_kafka(kafka: ApacheKafka | None) -> None:
    """Where the stack has no broker to kill, the one it was given is killed, too."""
    if kafka is not None:
        await asyncio.sleep(1)
        await asyncio.to_thread(kafka.kill, 1)
        await asyncio.to_thread(kafka.restart, 1)


@pytest.mark.parametrize("night", ONE_ON_KAFKA)
async def test_a_night_of_kills_loses_and_doubles_nothing(
    night: int, own_stack: Stack, kafka: ApacheKafka | None, load: Load, recount: Recount
) -> None:
    logging.getLogger(__name__).warning("FAULTS_SEED=%d", SEED)
    await asyncio.gather(load.keep(LINKS_EACH), kill_some(own_stack, night), kill_kafka(kafka))
    await until(recount.shown, LEVEL_SECONDS)
    towns = set(load.townships)

    assert len(towns) == len(BANNERS) * LINKS_EACH * (night + 1)
    assert set(load.statuses) <= {200, 201, 502, 503, 504}
    for service, event, of, prefix in (
        ("schedule", "MobilizationHeld", "unit", ""),
        ("supervision", "PublicityIssued", "issue", "news-"),
        ("supervision", "FindingReported", "finding", "found-"),
        ("rectification", "PetitionsReceived", "reception", "day-"),
        ("rectification", "ItemRaised", "origin", "found-"),
    ):
        expected = {f"{prefix}{town}": 1 for town in towns}
        assert await recount.counted(service, event, of) == expected
    assert await recount.lost_or_doubled() == {}
    assert await recount.views_shown() == await recount.views_recounted()
    assert await recount.inline_views_that_differ() == []


@pytest.mark.kafka
async def test_views_that_were_lost_are_filled_by_a_worker_though_it_is_killed_on_the_way(
    own_stack: Stack, load: Load, recount: Recount, monkeypatch: pytest.MonkeyPatch
) -> None:
    await load.keep(1)
    await until(recount.shown, LEVEL_SECONDS)
    shown = await recount.views_shown()
    monkeypatch.setenv("FILL_AT_LEAST", "1")
    await asyncio.to_thread(own_stack.kill, "status-worker")
    async with opened(own_stack.database_url, STATUS) as pool:
        await empty(pool)

    for _ in range(2):
        await asyncio.to_thread(own_stack.restart, "status-worker")
        await asyncio.to_thread(own_stack.kill, "status-worker")
    await asyncio.to_thread(own_stack.restart, "status-worker")
    await until(recount.shown, LEVEL_SECONDS)

    assert '"views-filled"' in own_stack.log("status-worker").read_text("utf-8")
    assert await recount.lost_or_doubled() == {}
    assert await recount.views_shown() == shown == await recount.views_recounted()
