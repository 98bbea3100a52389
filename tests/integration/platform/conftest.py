"""A schema, store and handler of its own for each test."""

import os
from collections.abc import AsyncIterator

import pytest

from shared.contracts.contract import Contract
from shared.platform.commands import CommandHandler
from shared.platform.eventstore import EventStore
from shared.platform.kafka import KafkaAddress
from shared.platform.postgres import Pool, open_pool
from tests.integration.platform.tally import contract, new_schema


@pytest.fixture
async def schema(database_url: str) -> str:
    return await new_schema(database_url)


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
