"""docs/restore.md, done as it is written: back to an instant from a base backup and the archive."""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from deploy.embedded import SUPERUSER, Cluster
from deploy.layout import ROOT
from deploy.processes import Child
from shared.contracts.contract import Contract
from shared.platform.commands import CommandHandler
from shared.platform.epochs import Deciding
from shared.platform.eventstore import EventStore
from shared.platform.kafka import KafkaAddress
from shared.platform.postgres import Connection, Pool
from shared.platform.recovering import Undecided
from tests.contract.outsider import head_of_chain
from tests.faults.servers import as_server, folder_of_server, opened, postgres
from tests.integration.platform.deliveries import envelopes, write
from tests.integration.platform.tally import contract, new_schema
from tests.integration.platform.topics import new_relay, running, until, versions

pytestmark = pytest.mark.kafka

UNITS = ("150201", "150301", "150401")
DATABASE = "restored"
ARCHIVE = "/srv/campaign/wal"
_, ARCHIVING, BACKING_UP, RESTORING, *_ = re.split(
    r"^```(?:ini|sh)\n", (ROOT / "docs/restore.md").read_text("utf-8"), flags=re.MULTILINE
)
DECIDING = Deciding("p-15-operations", "restored to an instant")
OWN_TIMELINE = "recovery_target_timeline = 'current'"

Heads = dict[str, tuple[int, str]]


@dataclass(frozen=True)
class Lost:
    """A server that is gone, what is left of it, and how its histories stood on the way."""

    folder: Path
    schema: str
    tally: Contract
    instant: datetime
    then: Heads
    last: Heads

    @property
    def archive(self) -> Path:
        return self.folder / "archive"


def block(documented: str, archive: Path) -> str:
    return documented.partition("```")[0].replace(ARCHIVE, str(archive))


def archiving(archive: Path) -> dict[str, str]:
    lines = block(ARCHIVING, archive).splitlines()
    return {key: value.strip("'") for key, _, value in (line.partition(" = ") for line in lines)}


def run_documented(documented: str, lost: Path, cluster: Cluster, **more: str) -> None:
    environment = {
        "PATH": f"{cluster.programs}:/usr/bin:/bin",
        "PGHOST": str(cluster.socket_dir),
        "PGUSER": SUPERUSER,
        "BACKUP": str(lost / "kept" / "backup"),
        **more,
    }
    done = as_server(("sh", "-euc", block(documented, lost / "archive")), environment)
    assert done.returncode == 0, done.stdout + done.stderr


async def heads(pool: Pool) -> Heads:
    rows = await pool.fetch("select league, version, head_hash from histories")
    return {row["league"]: (row["version"], row["head_hash"].hex()) for row in rows}


async def promoted(pool: Pool) -> None:
    """Wait until the server has replayed what it was told to, and takes writes."""

    async def recovered() -> bool:
        return not await pool.fetchval("select pg_is_in_recovery()")

    await until(recovered)


async def archived(pool: Pool) -> None:
    """Close the segment that is written, and wait until the archive has got it."""
    segment = await pool.fetchval("select pg_walfile_name(pg_switch_wal())")

    async def there() -> bool:
        last = await pool.fetchval("select last_archived_wal from pg_stat_archiver")
        return bool(last and last >= segment)

    await until(there)


async def written_and_lost(
    folder: Path, cluster: Cluster, server: Child, address: KafkaAddress
) -> Lost:
    """Events before the backup, after it, and after the instant; all on the topic; then no server."""
    url = cluster.url(DATABASE)
    schema, tally = await new_schema(url), contract()
    async with opened(url, schema) as pool:
        handler = CommandHandler(EventStore(pool, tally))
        async with running(new_relay(url, schema, tally, address)):
            await write(handler, UNITS, times=4)
            await asyncio.to_thread(run_documented, BACKING_UP, folder, cluster)
            await write(handler, UNITS, times=3)
            then, instant = await heads(pool), await pool.fetchval("select clock_timestamp()")
            await asyncio.sleep(0.1)
            await write(handler, UNITS, times=2)
            last = await heads(pool)

            async def published() -> bool:
                found = await versions(address, tally.topic)
                return {each: max(found.get(each, [0])) for each in last} == {
                    each: version for each, (version, _) in last.items()
                }

            await until(published)
        await archived(pool)
    await asyncio.to_thread(server.kill)
    return Lost(folder, schema, tally, instant, then, last)


@pytest.fixture(scope="module")
def lost(folder: Path, kafka_address: KafkaAddress) -> Iterator[Lost]:
    folder_of_server(folder / "archive")
    folder_of_server(folder / "kept")
    with postgres(folder / "first", archiving(folder / "archive")) as (cluster, server):
        cluster.create_database(DATABASE)
        yield asyncio.run(written_and_lost(folder, cluster, server, kafka_address))


def restored(lost: Lost, home: Path, documented: str) -> None:
    """A data folder made by the document's commands, ready to be started."""
    cluster, made = Cluster(home / "postgres"), lost.folder / "kept" / home.name
    run_documented(documented, lost.folder, cluster, PGDATA=str(made), UNTIL=str(lost.instant))
    cluster.home.mkdir(parents=True)
    made.rename(cluster.folder)


async def without_views(_: Connection) -> dict[str, int]:
    """This service has no inline views to be filled again."""
    return {}


async def test_an_instant_comes_back_whole_and_nothing_after_it(
    lost: Lost, kafka_address: KafkaAddress
) -> None:
    """The relay says that its topic is ahead, and publishes nothing; what is lost comes back from it."""
    home = lost.folder / "instant"
    await asyncio.to_thread(restored, lost, home, RESTORING)
    before = await versions(kafka_address, lost.tally.topic)
    with postgres(home, archiving(lost.archive)) as (cluster, _):
        url = cluster.url(DATABASE)
        async with opened(url, lost.schema) as pool:
            await promoted(pool)
            found, chains = await heads(pool), await recomputed(pool, lost.tally)
        relay = new_relay(url, lost.schema, lost.tally, kafka_address)

        async def stopped() -> bool:
            return relay.state == "store-behind-topic"

        with capture_logs() as said:
            async with running(relay):
                await until(stopped)
        assert await versions(kafka_address, lost.tally.topic) == before
        async with opened(url, lost.schema) as pool:
            undecided = Undecided(pool, lost.schema, lost.tally, kafka_address)
            await undecided.recover(without_views, DECIDING, lambda *_: None)
            recovered, whole = await heads(pool), await recomputed(pool, lost.tally)

    assert found == lost.then
    assert chains == {league: head for league, (_, head) in lost.then.items()}
    (told,) = [each for each in said if each["event"] == "relay-stopped"]
    assert told["log_level"] == "critical"
    assert f"campaign epoch recover --service {lost.tally.service}" in told["reason"]
    assert recovered == lost.last
    assert whole == {league: head for league, (_, head) in lost.last.items()}


async def test_all_that_was_archived_comes_back_and_is_published_from(
    lost: Lost, kafka_address: KafkaAddress
) -> None:
    """The history the backup was taken in, though another restore has begun a timeline since."""
    home = lost.folder / "everything"
    to_its_end = re.sub(r"recovery_target_time = .*", OWN_TIMELINE, RESTORING)
    await asyncio.to_thread(restored, lost, home, to_its_end)
    with postgres(home, archiving(lost.archive)) as (cluster, _):
        url = cluster.url(DATABASE)
        async with opened(url, lost.schema) as pool:
            await promoted(pool)
            found, chains = await heads(pool), await recomputed(pool, lost.tally)
            async with running(new_relay(url, lost.schema, lost.tally, kafka_address)):
                await write(CommandHandler(EventStore(pool, lost.tally)), UNITS, times=1)
                expected = {league: version for league, (version, _) in (await heads(pool)).items()}

                async def published() -> bool:
                    topic = await versions(kafka_address, lost.tally.topic)
                    return {league: max(each) for league, each in topic.items()} == expected

                await until(published)

    assert found == lost.last
    assert chains == {league: head for league, (_, head) in lost.last.items()}


async def recomputed(pool: Pool, tally: Contract) -> dict[str, str]:
    """Each league's head as an outsider computes it from the feed."""
    store = EventStore(pool, tally)
    found: dict[str, str] = {}
    for league in await heads(pool):
        told: Any = json.loads(msgspec.json.encode(await envelopes(store, league, 0, 2**62)))
        found[league] = head_of_chain(told).hex()
    return found
