"""A schema, store and handler of its own for each test."""

import itertools
import os
from collections.abc import AsyncIterator

import pytest

from shared.contracts.contract import Contract
from shared.platform.commands import CommandHandler
from shared.platform.eventstore import EventStore
from shared.platform.kafka import KafkaAddress
from shared.platform.postgres import CONSUMING, EVENT_STORE, Pool, migrate, migrations_in, open_pool
from tests.integration.platform.tally import TALLY_TABLES, contract

_numbers = itertools.count(1)


@pytest.fixture
async def schema(database_url: str) -> str:
    """A fresh schema with the tables of a service that writes and consumes."""
    name = f"tally_{next(_numbers)}"
    migrations = [
        *migrations_in(*EVENT_STORE),
        *migrations_in(*CONSUMING),
        *migrations_in("shared.platform.sql", "directory.sql"),
        TALLY_TABLES,
    ]
    await migrate(database_url, name, migrations)
    return name


@pytest.fixture
async def pool(database_url: str, schema: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, schema, size=14)
    yield opened
    await opened.close()


@pytest.fixture
def tally() -> Contract:
    return contract()


@pytest.fixture
def store(pool: Pool, tally: Contract) -> EventStore:
    return EventStore(pool, tally)


@pytest.fixture
def handler(store: EventStore) -> CommandHandler:
    return CommandHandler(store)


@pytest.fixture
def address(bootstrap: str) -> KafkaAddress:
    """The embedded broker has no idempotent producer; a real one is used with it."""
    return KafkaAddress(bootstrap, idempotence="KAFKA_BOOTSTRAP_SERVERS" in os.environ)
