"""`campaign parked` against a running service: an operator's way from list to settled."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.types import ASGIApp
from structlog.testing import capture_logs
from typer.testing import CliRunner, Result

from deploy.cli import app
from deploy.issuer import create_app as create_issuer
from deploy.layout import LOOPBACK, free_ports
from shared.contracts.contract import Contract
from shared.platform.auth import Authenticator
from shared.platform.client import FeedClients
from shared.platform.commands import CommandHandler
from shared.platform.consuming import Applier, Record
from shared.platform.eventstore import EventStore
from shared.platform.http import create_app
from shared.platform.metrics import Metrics
from shared.platform.parked import Parked, router
from shared.platform.postgres import Pool
from tests.integration.platform.deliveries import Feed, records, write
from tests.integration.platform.tally import DECIDER, ORIGIN, Counting, hold
from tests.integration.platform.topics import until

SERVICE = ("--service", "status")
run = CliRunner()


@asynccontextmanager
async def listening(application: ASGIApp, port: int) -> AsyncIterator[None]:
    server = uvicorn.Server(
        uvicorn.Config(application, host=LOOPBACK, port=port, log_config=None, lifespan="off")
    )
    serving = asyncio.create_task(server.serve())
    await until(lambda: _started(server))
    try:
        yield
    finally:
        server.should_exit = True
        await serving


async def _started(server: uvicorn.Server) -> bool:
    return server.started


@pytest.fixture
async def counting(
    tally: Contract, handler: CommandHandler, store: EventStore, pool: Pool,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Counting]:  # fmt: skip
    """A service, reached as `status`, with poison of one unit parked and a record that is none."""
    counting = Counting(tally)
    await handler.one(DECIDER, hold("poison"), ORIGIN)
    await write(handler, ["150202", "150203"], times=1)
    broken = Record(tally.topic, 3, 99, b"no event")
    await Applier(pool, counting, Feed(store)).apply([*await records(store), broken])

    async def ready() -> dict[str, str]:
        return {}

    issuer_port, port = free_ports(2)
    issuer_url = f"http://{LOOPBACK}:{issuer_port}"
    monkeypatch.setenv("ISSUER_URL", issuer_url)
    monkeypatch.setenv("STATUS_URL", f"http://{LOOPBACK}:{port}")
    service = create_app("Tally", "", [router], Metrics(), ready)
    service.state.parked = Parked(pool, (counting,), FeedClients({}))
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
        service.state.authenticator = Authenticator(issuer_url, http)
        issuer = create_issuer(Ed25519PrivateKey.generate(), issuer_url)
        await stack.enter_async_context(listening(issuer, issuer_port))
        await stack.enter_async_context(listening(service, port))
        yield counting


async def campaign(*arguments: str, answer: str = "") -> Result:
    """The command as a person runs it, in a thread of its own; the service's log is not its."""
    with capture_logs():
        return await asyncio.to_thread(
            run.invoke, app, ["parked", *arguments, *SERVICE], input=answer
        )


async def listed() -> list[dict[str, Any]]:
    ended = await campaign("list", "--json")
    found: list[dict[str, Any]] = json.loads(ended.stdout)
    assert ended.exit_code == (3 if found else 0)
    return found


@pytest.mark.usefixtures("counting")
async def test_what_is_parked_is_listed_and_shown() -> None:
    record, poison, behind = await listed()
    table = await campaign("list")
    event = json.loads((await campaign("show", str(poison["id"]), "--json")).stdout)
    bytes_ = await campaign("show", str(record["id"]))

    assert (record["unit"], poison["unit"], behind["unit"]) == (None, *["nmg-2014/150202"] * 2)
    assert "搁置的事件" in table.stdout
    assert "poison" in table.stdout
    assert event["envelope"]["data"]["place"] == "poison"
    assert "bm8gZXZlbnQ=" in bytes_.stdout


async def test_retried_all_go_in_order_once_the_cause_is_mended(
    counting: Counting, pool: Pool
) -> None:
    refused = await campaign("retry", "--all", "--json")
    counting.cured = True
    done = await campaign("retry", "--all", "--json")

    assert refused.exit_code == done.exit_code == 3  # the record that is no event stays
    assert [each["applied"] for each in json.loads(refused.stdout)] == [0, 0]
    assert sorted(each["applied"] for each in json.loads(done.stdout)) == [0, 2]
    assert [each["unit"] for each in await listed()] == [None]
    places = await pool.fetchval("select places from counted where unit = '150202'")
    assert places == ["1502:1", "1502:2"]


@pytest.mark.usefixtures("counting")
async def test_nothing_is_discarded_before_it_is_confirmed() -> None:
    _, poison, _ = await listed()

    refused = await campaign("discard", str(poison["id"]), answer="n\n")
    assert len(await listed()) == 3
    done = await campaign("discard", str(poison["id"]), answer="y\n")

    assert (refused.exit_code, done.exit_code) == (1, 0)
    assert "MobilizationHeld" in refused.stderr
    assert "applied 1" in done.stdout
    assert len(await listed()) == 1


@pytest.mark.usefixtures("counting")
async def test_an_unknown_number_is_told() -> None:
    for command in ("show", "retry", "discard"):
        ended = await campaign(command, "999999")
        assert ended.exit_code == 1
        assert "parked-unknown" in ended.stderr.replace("\n", "")
