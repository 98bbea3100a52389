"""Which broker the faults meet, and servers of a test's own to be broken."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.clean import forget
from deploy.embedded import Cluster, broker_program
from deploy.layout import LOOPBACK, free_ports
from deploy.processes import Child
from shared.platform.kafka import KafkaAddress
from tests.faults.servers import postgres, started


@pytest.fixture(scope="session")
def real_broker() -> bool:
    return "KAFKA_BOOTSTRAP_SERVERS" in os.environ


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that the database server's user can reach, also when root runs the tests."""
    found = Path(tempfile.mkdtemp(prefix="campaign-faults-"))
    found.chmod(0o755)
    yield found
    forget(found)
    shutil.rmtree(found)


@pytest.fixture
def broker(folder: Path) -> Iterator[Child]:
    """An embedded broker of our own, to be killed."""
    with started(broker_program(free_ports(1)[0]), folder / "broker.log") as child:
        yield child


@pytest.fixture
def own_address(broker: Child) -> KafkaAddress:
    return KafkaAddress(f"{LOOPBACK}:{broker.program.port}", idempotence=False)


@pytest.fixture
def own_postgres(folder: Path) -> Iterator[tuple[Cluster, Child]]:
    """A database server of our own, to be killed; database `killed`."""
    with postgres(folder) as (cluster, child):
        cluster.create_database("killed")
        yield cluster, child
