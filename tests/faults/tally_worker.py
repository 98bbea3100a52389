"""A worker as a program of its own, relay and consumer, to be killed from outside."""

import asyncio
import sys

from shared.contracts.contract import Contract
from shared.contracts.schedule import SCHEDULE
from shared.platform.consuming import Applier
from shared.platform.eventstore import EventStore
from shared.platform.kafka import KafkaAddress
from shared.platform.metrics import Metrics
from shared.platform.postgres import open_pool
from shared.platform.relay import Relay
from shared.platform.running import run
from shared.platform.worker import Consuming
from tests.integration.platform.deliveries import Feed
from tests.integration.platform.tally import Counting


async def main(database_url: str, schema: str, service: str, bootstrap: str, kind: str) -> None:
    contract = Contract(service, SCHEDULE.events)
    address = KafkaAddress(bootstrap, idempotence=kind == "real")
    pool = await open_pool(database_url, schema, size=4)
    projection, metrics = Counting(contract), Metrics()
    applier = Applier(pool, projection, Feed(EventStore(pool, contract)))
    consuming = Consuming(address, pool, projection, applier, f"group-{service}", metrics)
    never = asyncio.Event()
    relaying = asyncio.create_task(
        Relay(database_url, schema, contract, address, metrics).run(never)
    )
    await consuming.start()
    sys.stdout.write("started\n")
    sys.stdout.flush()
    await asyncio.gather(relaying, consuming.measure(never))


if __name__ == "__main__":
    run(main(*sys.argv[1:]))
