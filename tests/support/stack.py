"""Real servers that tests share; a test that breaks one makes a Stack of its own instead."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.clean import forget
from deploy.embedded import Cluster, broker_program, postgres_home, start_postgres
from deploy.layout import LOOPBACK, Ports, free_ports
from deploy.local import Stack
from deploy.processes import Child, stop_all
from shared.platform.kafka import KafkaAddress

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server_dir() -> Iterator[Path]:
    """A folder that the database server's user can reach, also when root runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="campaign-tests-"))
    folder.chmod(0o755)
    yield folder
    forget(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres(server_dir: Path) -> Iterator[Cluster]:
    """A running embedded PostgreSQL, without databases of ours."""
    cluster = Cluster(postgres_home(server_dir))
    cluster.prepare(durable=False)
    child = Child(cluster.program(), server_dir / "logs" / "postgres.log")
    try:
        start_postgres(cluster, child)
        yield cluster
    finally:
        stop_all([child])


@pytest.fixture(scope="module")
def database_url(postgres: Cluster) -> Iterator[str]:
    """An empty database for one test module."""
    name = f"test_{next(_numbers)}"
    postgres.create_database(name)
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def bootstrap(server_dir: Path) -> Iterator[str]:
    """The broker named by KAFKA_BOOTSTRAP_SERVERS, else a running embedded one."""
    given = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if given:
        yield given
        return
    port = free_ports(1)[0]
    child = Child(broker_program(port), server_dir / "logs" / "broker.log")
    try:
        child.start()
        child.wait_ready()
        yield f"{LOOPBACK}:{port}"
    finally:
        stop_all([child])


@pytest.fixture(scope="session")
def kafka_address(bootstrap: str) -> KafkaAddress:
    """The same broker as the services are told of it: the embedded one has its limits."""
    return KafkaAddress(bootstrap, idempotence="KAFKA_BOOTSTRAP_SERVERS" in os.environ)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The whole system, as make demo starts it, on free ports and with a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="campaign-stack-"))
    folder.chmod(0o755)
    given = os.environ.get("KAFKA_BOOTSTRAP_SERVERS") or None
    try:
        with Stack(folder, Ports.free(), bootstrap=given) as running:
            yield running
    finally:
        forget(folder)
        shutil.rmtree(folder)
