"""Servers of a test's own, to be broken: PostgreSQL, the embedded broker, and what runs beside."""

import os
import resource
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import psutil

from deploy.embedded import Cluster, postgres_home, start_postgres
from deploy.processes import Child, Program, stop_all
from deploy.wheels import account
from shared.contracts.contract import Contract
from shared.platform.consuming import Applier
from shared.platform.eventstore import EventStore
from shared.platform.kafka import KafkaAddress
from shared.platform.metrics import Metrics
from shared.platform.postgres import Pool, open_pool
from shared.platform.worker import Consuming
from tests.integration.platform.deliveries import Feed, recount, shown
from tests.integration.platform.tally import Counting
from tests.integration.platform.topics import new_relay, running


@contextmanager
def postgres(
    folder: Path, settings: Mapping[str, str] | None = None
) -> Iterator[tuple[Cluster, Child]]:
    """A database server with its data in this folder (made if missing), and its process."""
    cluster = Cluster(postgres_home(folder))
    cluster.prepare(durable=False)
    child = Child(cluster.program(dict(settings or {})), folder / "postgres.log")
    try:
        start_postgres(cluster, child)
        yield cluster, child
    finally:
        stop_all([child])


def as_server(
    command: tuple[str, ...], environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command as the user that PostgreSQL runs as."""
    uid, gid = account() or (None, None)
    groups: list[int] | None = None if uid is None else []
    return subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=60, cwd="/",
        env={**os.environ, **(environment or {})}, user=uid, group=gid, extra_groups=groups,
    )  # fmt: skip


def folder_of_server(path: Path) -> Path:
    """A new folder that the server's user may write."""
    path.mkdir(mode=0o700)
    owner = account()
    if owner is not None:
        os.chown(path, *owner)
    return path


@contextmanager
def started(program: Program, log: Path) -> Iterator[Child]:
    child = Child(program, log)
    try:
        child.start()
        child.wait_ready()
        yield child
    finally:
        stop_all([child])


@asynccontextmanager
async def opened(database_url: str, schema: str) -> AsyncIterator[Pool]:
    pool = await open_pool(database_url, schema, size=6)
    try:
        yield pool
    finally:
        await pool.close()


@asynccontextmanager
async def served(
    database_url: str, schema: str, pool: Pool, tally: Contract, address: KafkaAddress
) -> AsyncIterator[None]:
    """A relay and a consumer in this process."""
    projection = Counting(tally)
    applier = Applier(pool, projection, Feed(EventStore(pool, tally)))
    consuming = Consuming(address, pool, projection, applier, tally.service, Metrics())
    async with running(new_relay(database_url, schema, tally, address)):
        await consuming.start()
        try:
            yield
        finally:
            await consuming.stop()


async def level(pool: Pool) -> bool:
    """Whether the view shows what a recount of the events gives."""
    return await shown(pool) == await recount(pool)


_LIMIT = """
import os, resource, sys
uid, gid, most, *pids = map(int, sys.argv[1:])
if uid:
    os.setgroups([]); os.setgid(gid); os.setuid(uid)
for pid in pids:
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most if most >= 0 else hard, hard))
"""


def fill_disk(server: Child, largest_file_bytes: int = resource.RLIM_INFINITY) -> None:
    """Let the server's files grow no further than this; without a number, as far as they like.

    PostgreSQL takes the limit for a full disk, and anybody may set it for processes of their own.
    """
    assert server.pid is not None
    postmaster = psutil.Process(server.pid)
    pids = [each.pid for each in (postmaster, *postmaster.children(recursive=True))]
    uid, gid = account() or (0, 0)
    arguments = map(str, (uid, gid, largest_file_bytes, *pids))
    subprocess.run([sys.executable, "-I", "-c", _LIMIT, *arguments], check=True, timeout=30)
