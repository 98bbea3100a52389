"""An archive taken into an empty store makes it the store the archive was written from."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from shared.contracts.contract import Contract
from shared.kernel.refusals import Refusal
from shared.platform.archiving.manifest import ArchiveChainBroken, ManifestWrong
from shared.platform.archiving.reading import open_archive
from shared.platform.archiving.taking_in import NotInArchive, StoreNotEmpty, take_in
from shared.platform.archiving.writing import writing
from shared.platform.commands import CommandHandler
from shared.platform.epochs import Deciding, epochs
from shared.platform.eventstore import EventStore
from shared.platform.lives import Life
from shared.platform.postgres import Connection, Pool, open_pool
from shared.platform.publishing import COLUMNS, envelope_of
from shared.platform.rebuilding import refill_lives
from shared.platform.restoring import NotStorable, StreamParted
from tests.integration.platform.deliveries import write
from tests.integration.platform.tally import DECIDER, ORIGIN, SHOWN, contract, hold, new_schema
from tests.support.archives import members, resealed

DECIDING = Deciding("p-15-operations", "moved to a new machine")
LIFE = Life("meeting", DECIDER, SHOWN)
UNITS = ("150201", "150202", "150301")
_OF_LEAGUE = f"select {COLUMNS} from events where league = $1 order by version"  # noqa: S608 - a constant
_TABLES = ("events", "histories", "shown")


@pytest.fixture
async def empty(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, await new_schema(database_url), size=4)
    yield opened
    await opened.close()


@pytest.fixture
async def archive(tmp_path: Path, handler: CommandHandler, store: EventStore) -> Path:
    """Two leagues' histories, a stream of each unit, some appended many at once."""
    await write(handler, UNITS)
    await handler.one(DECIDER, hold("礼堂", "150201", times=5), ORIGIN)
    path = tmp_path / "archive.zip"
    await archived(path, store, "1502", "1503")
    return path


async def archived(path: Path, store: EventStore, *leagues: str) -> None:
    service = store.contract.service
    with writing(path) as archive:
        for league in leagues:
            rows = await store.pool.fetch(_OF_LEAGUE, league)
            envelopes = [envelope_of(service, row) for row in rows]
            archive.add(service, league, envelopes[-1].hash, [envelopes])
        archive.finish()


async def taken(
    pool: Pool, tally: Contract, path: Path, *, dry_run: bool = False
) -> Mapping[str, int]:
    async def refill(connection: Connection) -> Mapping[str, int]:
        return await refill_lives(connection, tally, (LIFE,))

    with open_archive(path) as archive:
        return await take_in(
            pool, tally, refill, archive, DECIDING, lambda *_: None, dry_run=dry_run
        )


async def held(pool: Pool) -> dict[str, list[str]]:
    return {
        table: [row[0] for row in await pool.fetch(f"select t::text from {table} t order by 1")]  # noqa: S608
        for table in (*_TABLES, "store_epochs", "relay_cursors")
    }


async def test_store_and_views_become_those_it_was_written_from(
    archive: Path, handler: CommandHandler, pool: Pool, empty: Pool, tally: Contract
) -> None:
    rebuilt = await held(pool)

    heads = await taken(empty, tally, archive)

    assert heads == {"1502": 11, "1503": 3}
    found = await held(empty)
    for table in ("events", "histories"):
        assert found[table] == rebuilt[table]
    assert len(found["shown"]) == len(UNITS)
    (epoch,) = await epochs(empty)
    assert (epoch.epoch, epoch.decision, epoch.decided_by) == (1, "imported", "p-15-operations")
    assert epoch.details == {"heads": heads}


async def test_the_store_goes_on_where_it_was(archive: Path, empty: Pool, tally: Contract) -> None:
    await taken(empty, tally, archive)

    await CommandHandler(EventStore(empty, tally)).one(DECIDER, hold("新址", "150202"), ORIGIN)

    last = await empty.fetchrow("select * from events where league = '1502' and version = 12")
    assert last is not None
    assert last["stream_version"] == 4


async def test_a_dry_run_leaves_nothing(archive: Path, empty: Pool, tally: Contract) -> None:
    before = await held(empty)

    assert await taken(empty, tally, archive, dry_run=True) == {"1502": 11, "1503": 3}
    assert await held(empty) == before


async def test_a_store_that_holds_something_is_left_alone(
    archive: Path, pool: Pool, tally: Contract
) -> None:
    before = await held(pool)

    with pytest.raises(StoreNotEmpty):
        await taken(pool, tally, archive)

    assert await held(pool) == before


async def test_of_another_services_archive_nothing_is_taken(archive: Path, empty: Pool) -> None:
    with pytest.raises(NotInArchive):
        await taken(empty, contract(), archive)


async def test_a_league_may_come_alone_when_its_lives_are_whole(
    tmp_path: Path, archive: Path, store: EventStore, empty: Pool, tally: Contract
) -> None:
    await archived(tmp_path / "one.zip", store, "1503")

    assert await taken(empty, tally, tmp_path / "one.zip") == {"1503": 3}


async def test_a_life_whose_beginning_is_in_another_league_is_refused(
    tmp_path: Path, handler: CommandHandler, store: EventStore, empty: Pool, tally: Contract
) -> None:
    await handler.one(DECIDER, hold("一", "150201"), ORIGIN)
    work = hold("二", "150201")
    await handler.one(DECIDER, type(work)(work.stream, work.campaign, "150201", "15.1503.150201", work.command), ORIGIN)  # fmt: skip
    await archived(tmp_path / "half.zip", store, "1503")

    with pytest.raises(StreamParted):
        await taken(empty, tally, tmp_path / "half.zip")

    assert (await held(empty))["events"] == []


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda body: body.replace(b"p-1502-clerk", b"p-1502-other", 1), ArchiveChainBroken),
        (lambda body: b"".join(body.splitlines(keepends=True)[:-1]), ManifestWrong),
    ],
    ids=["altered", "cut"],
)
async def test_what_the_last_part_lacks_undoes_the_first(
    change: Any, refusal: type[Refusal], archive: Path, empty: Pool, tally: Contract
) -> None:
    found = members(archive)
    name = f"{tally.service}/1503.jsonl.gz"
    found[name] = change(found[name])
    resealed(archive, found, lambda _: None)
    before = await held(empty)

    with pytest.raises(refusal):
        await taken(empty, tally, archive)

    assert await held(empty) == before


async def test_events_this_program_does_not_know_are_refused(
    archive: Path, empty: Pool, tally: Contract
) -> None:
    stranger = Contract(tally.service, {})

    with pytest.raises(NotStorable, match="MobilizationHeld"):
        await taken(empty, stranger, archive)

    assert (await held(empty))["events"] == []


async def test_a_view_that_cannot_be_filled_undoes_the_import(
    archive: Path, empty: Pool, tally: Contract
) -> None:
    await empty.execute("alter table shown add check (times < 3)")

    with pytest.raises(asyncpg.CheckViolationError):
        await taken(empty, tally, archive)

    assert (await held(empty))["events"] == []
