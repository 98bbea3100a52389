"""What is kept between starts, and what is refused or mended before one."""

import os
from pathlib import Path

import asyncpg
import pytest

from deploy.clean import forget
from deploy.embedded import Cluster
from deploy.layout import Ports
from deploy.local import Stack
from deploy.lock import take_lock
from deploy.problems import CannotRun
from tests.support.children import living


def test_a_server_that_a_killed_stack_left_is_ended_first(data_dir: Path) -> None:
    with Stack(data_dir, Ports.free(), services=()) as stack:
        assert stack.cluster is not None
        before = stack.pids["postgres"]
        stack.cluster.prepare()
        left = living([before])
        stack.restart("postgres")
        stack.check()

    assert left == []


async def test_data_outlives_a_clean_stop_and_a_killed_server(data_dir: Path) -> None:
    with Stack(data_dir, Ports.free(), services=()) as stack:
        await execute(stack.database_url, "CREATE TABLE kept (n int)")
        stack.kill("postgres")
        stack.restart("postgres")
        await execute(stack.database_url, "INSERT INTO kept VALUES (1)")
    with Stack(data_dir, Ports.free(), services=()) as stack:
        found = await execute(stack.database_url, "SELECT count(*) FROM kept")

    assert found == 1


async def execute(url: str, statement: str) -> int | None:
    connection = await asyncpg.connect(url)
    try:
        value: int | None = await connection.fetchval(statement)
    finally:
        await connection.close()
    return value


def test_forgetting_is_refused_while_a_stack_runs(data_dir: Path) -> None:
    with take_lock(data_dir), pytest.raises(CannotRun):
        forget(data_dir)

    forget(data_dir)

    assert not (data_dir / "lock").exists()


@pytest.mark.parametrize(
    ("found", "said"),
    [("17\n", "belongs to PostgreSQL 17"), (None, "is not a whole one")],
)
def test_a_foreign_or_broken_data_folder_is_refused(
    tmp_path: Path, found: str | None, said: str
) -> None:
    cluster = Cluster(tmp_path)
    cluster.folder.mkdir()
    if found:
        (cluster.folder / "PG_VERSION").write_text(found, "ascii")

    with pytest.raises(CannotRun) as told:
        cluster.prepare()

    assert said in told.value.en
    assert "make clean-data" in told.value.zh


def test_a_stale_pid_file_whose_number_now_means_another_is_dropped(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path)
    cluster.folder.mkdir()
    (cluster.folder / "PG_VERSION").write_text("18\n", "ascii")
    pid_file = cluster.folder / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n", "ascii")

    cluster.prepare()

    assert not pid_file.exists()
