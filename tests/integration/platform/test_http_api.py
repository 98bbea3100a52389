"""A service's API from outside: keys, versions, tokens to wait for, and the feed with its rights."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import APIRouter, FastAPI, Response

from deploy.issuer import create_app as create_issuer
from deploy.issuer import mint
from shared.contracts.contract import Contract
from shared.kernel.envelope import Envelope
from shared.platform import asking
from shared.platform.asking import Ask, answered
from shared.platform.auth import Authenticator
from shared.platform.client import FeedClients, ServiceClient, ServiceToken
from shared.platform.commands import CommandHandler
from shared.platform.consistency import Checkpoints
from shared.platform.consuming import Applier
from shared.platform.eventstore import EventStore
from shared.platform.feeds import feed_router
from shared.platform.fields import Body, Code, Name
from shared.platform.http import create_app
from shared.platform.metrics import Metrics
from shared.platform.postgres import Pool
from shared.platform.recording import Answer, Pending
from tests.contract.outsider import head_of_chain
from tests.integration.platform.deliveries import Feed, records, write
from tests.integration.platform.tally import DECIDER, ORIGIN, SHOWN, Counting, hold, meeting

ISSUER = "http://issuer.test"
Caller = Callable[..., httpx.AsyncClient]


class Holding(Body):
    unit: Code
    place: Name


def _meetings(handler: CommandHandler) -> APIRouter:
    router = APIRouter()

    @router.post("/meetings")
    async def held(body: Holding, ask: Ask) -> Response:
        work = hold(body.place, body.unit, expected=ask.expected_version)
        answer = await handler.one(DECIDER, work, ask.origin, key=ask.key, view=SHOWN)
        return answered(answer)

    return router


@pytest.fixture(scope="module")
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture
async def app(
    store: EventStore, handler: CommandHandler, pool: Pool, key: Ed25519PrivateKey
) -> AsyncIterator[FastAPI]:
    async def ready() -> dict[str, str]:
        return {}

    app = create_app("Tally", "", [feed_router(store), _meetings(handler)], Metrics(), ready)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_issuer(key, ISSUER))
    ) as issuer:
        app.state.authenticator = Authenticator(ISSUER, issuer)
        app.state.checkpoints = Checkpoints(pool, "counting")
        app.state.follows = frozenset({store.contract.service})
        yield app


@pytest.fixture
def caller(app: FastAPI, key: Ed25519PrivateKey) -> Caller:
    """A client that holds a role for a unit."""

    def client(role: str = "clerk", unit: str = "15") -> httpx.AsyncClient:
        token = mint(
            key, ISSUER, f"p-{unit}-{role}", [{"role": role, "unit": unit}], timedelta(hours=1)
        )
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://tally.test",
            headers={"Authorization": f"Bearer {token}"},
        )

    return client


MEETING = {"unit": "150202", "place": "礼堂"}


async def test_a_retry_under_its_key_is_answered_byte_for_byte_and_done_once(
    caller: Caller, pool: Pool
) -> None:
    async with caller() as http:
        key = {"Idempotency-Key": "a-1"}
        first = await http.post("/meetings", json=MEETING, headers=key)
        again = await http.post("/meetings", json=MEETING, headers=key)
        other = await http.post("/meetings", json=MEETING | {"place": "广场"}, headers=key)
        query = await http.post("/meetings?x=1", json=MEETING, headers=key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert first.headers["consistency-token"] == again.headers["consistency-token"]
    assert "idempotent-replay" not in first.headers
    assert again.headers["idempotent-replay"] == "true"
    for reused in (other, query):
        assert (reused.status_code, reused.json()["code"]) == (422, "idempotency-key-reused")
    assert await pool.fetchval("select count(*) from events") == 1


@pytest.mark.parametrize("sent", [b"", b"x" * 201, "键".encode(), b"tab\there"])
async def test_a_malformed_key_is_refused(sent: bytes, caller: Caller, pool: Pool) -> None:
    async with caller() as http:
        answer = await http.post("/meetings", json=MEETING, headers={b"Idempotency-Key": sent})

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-idempotency-key")
    assert await pool.fetchval("select count(*) from events") == 0


@pytest.mark.parametrize(
    ("if_match", "status", "code"),
    [
        ('"1"', 201, None),
        ('W/"1"', 201, None),
        ("*", 201, None),
        ('"0"', 412, "stale-version"),
        ('"2"', 412, "stale-version"),
        ('"one"', 400, "malformed-if-match"),
        ('"-1"', 400, "malformed-if-match"),
        ('"99999999999"', 400, "malformed-if-match"),
        ('"١"', 400, "malformed-if-match"),
    ],
)
async def test_a_command_says_which_version_it_saw(
    if_match: str, status: int, code: str | None, caller: Caller
) -> None:
    async with caller() as http:
        await http.post("/meetings", json=MEETING)
        answer = await http.post(
            "/meetings",
            json=MEETING | {"place": "广场"},
            headers={b"If-Match": if_match.encode()},
        )

    assert answer.status_code == status
    assert answer.json().get("code") == code


async def test_headers_that_cannot_be_kept_are_left_out_of_the_events(
    caller: Caller, pool: Pool
) -> None:
    async with caller() as http:
        await http.post(
            "/meetings",
            json=MEETING,
            headers={b"X-Causation-Id": b"caf\xe9", b"traceparent": b"00-" + b"a" * 300},
        )

    meta = msgspec.json.decode(await pool.fetchval("select meta::text from events"))
    assert "causation" not in meta
    assert meta["traceparent"] == ("00-" + "a" * 300)[:100]
    assert meta["actor"] == "p-15-clerk"


async def test_a_token_waits_until_the_view_shows_the_write(
    caller: Caller, store: EventStore, pool: Pool, tally: Contract, handler: CommandHandler
) -> None:
    applier = Applier(pool, Counting(tally), Feed(store))
    async with caller() as http:
        written = await http.post("/meetings", json=MEETING)
        token = written.headers["consistency-token"]
        assert token == f"{tally.service}@1502:1"
        await applier.apply(await records(store))
        seen = await http.post(
            "/meetings", json=MEETING, headers={"Consistency-Token": f"{token},elsewhere@15:9"}
        )

    assert seen.status_code == 200


async def test_a_view_that_does_not_catch_up_in_time_says_so(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_WAIT_SECONDS", 0.1)
    async with caller() as http:
        written = await http.post("/meetings", json=MEETING)
        token = written.headers["consistency-token"]
        late = await http.post("/meetings", json=MEETING, headers={"Consistency-Token": token})

    assert (late.status_code, late.json()["code"]) == (503, "view-behind")
    assert late.headers["retry-after"] == "1"


@pytest.mark.parametrize(
    "token", ["x", "units@15", "units@15:-1", "units@15:1;drop", "units@1\x7f:1", "单位@15:1", "units@15:" + "9" * 30]
)  # fmt: skip
async def test_a_token_that_is_none_is_refused(token: str, caller: Caller) -> None:
    async with caller() as http:
        answer = await http.post(
            "/meetings", json=MEETING, headers={b"Consistency-Token": token.encode()}
        )

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-consistency-token")


async def test_the_feed_gives_a_league_in_pages_that_an_outsider_can_check(
    caller: Caller, handler: CommandHandler
) -> None:
    await write(handler, ["150201", "150202", "150301"], times=4)
    async with caller("auditor", "1502") as http:
        heads = {h["league"]: h for h in (await http.get("/streams/heads")).json()}
        pages = [
            (await http.get("/streams/1502/events", params={"after": after, "limit": 3})).json()
            for after in (0, 3, 6, 9)
        ]
        between = await http.get("/streams/1502/events", params={"after": 2, "up_to": 5})

    envelopes = [envelope for page in pages for envelope in page]
    assert [len(page) for page in pages] == [3, 3, 2, 0]
    assert head_of_chain(envelopes).hex() == heads["1502"]["hash"]
    assert heads["1503"]["version"] == 4, "heads hold no content: every auditor sees all of them"
    assert [e["version"] for e in between.json()] == [3, 4, 5]


@pytest.mark.parametrize(
    ("role", "unit", "league", "status", "code"),
    [
        ("auditor", "15", "1502", 200, None),
        ("auditor", "1502", "1502", 200, None),
        ("auditor", "1502", "1503", 403, "outside-subtree"),
        ("auditor", "150202", "1502", 403, "outside-subtree"),
        ("operations", "15", "1503", 200, None),
        ("service", "15", "1503", 200, None),
        ("clerk", "15", "1502", 403, "action-not-allowed"),
        ("leader", "1502", "1502", 403, "action-not-allowed"),
        ("clerk", "15", "1599", 403, "action-not-allowed"),
        ("auditor", "1502", "1599", 200, None),
    ],
)
async def test_a_league_is_read_by_who_holds_it_or_what_stands_above(
    role: str, unit: str, league: str, status: int, code: str | None, caller: Caller,
    handler: CommandHandler,
) -> None:  # fmt: skip
    await write(handler, ["150201", "150301"], times=1)
    async with caller(role, unit) as http:
        answer = await http.get(f"/streams/{league}/events")

    assert answer.status_code == status
    if status == 200:
        assert len(answer.json()) == (0 if league == "1599" else 1)
    else:
        assert answer.json()["code"] == code


async def test_a_unit_that_left_takes_no_rights_to_its_old_league_along(
    caller: Caller, handler: CommandHandler, pool: Pool
) -> None:
    """The old league's record of the move carries the unit's new path."""
    await write(handler, ["150201"], times=2)
    await pool.execute(
        "update events set meta = jsonb_set(meta, '{path}', '\"15.1503.150201\"') where version = 1"
    )

    async with caller("auditor", "1503") as other, caller("auditor", "1502") as own:
        assert (await other.get("/streams/1502/events")).status_code == 403
        assert (await own.get("/streams/1502/events")).status_code == 200


async def test_an_auditor_of_the_root_reads_the_roots_own_history(
    caller: Caller, handler: CommandHandler, pool: Pool
) -> None:
    async with handler.store.session(["15"], ["meeting/15"]) as session:
        await session.append(
            [Pending("meeting/15", "nmg-2014", "15", "15", meeting("礼堂", "15"))],
            ORIGIN,
            lambda _: Answer(201, b"{}", ""),
        )

    async with caller("auditor", "15") as root, caller("auditor", "1502") as league:
        assert len((await root.get("/streams/15/events")).json()) == 1
        assert (await league.get("/streams/15/events")).status_code == 403


@pytest.mark.parametrize(
    "path", ["/streams/%00/events", "/streams/15%2F02/events", "/streams/(/events",
             "/streams/1502/events?limit=0", "/streams/1502/events?limit=5001",
             "/streams/1502/events?after=-1", "/streams/1502/events?after=99999999999999999999"],
)  # fmt: skip
async def test_a_feed_asked_wrong_says_so(path: str, caller: Caller) -> None:
    async with caller("auditor") as http:
        answer = await http.get(path)

    assert answer.status_code in {404, 422}
    assert answer.json()["code"] in {"not-found", "invalid-request"}


async def test_a_feed_client_reads_across_pages(
    app: FastAPI, key: Ed25519PrivateKey, handler: CommandHandler, tally: Contract,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("shared.platform.client._FEED_PAGE", 3)
    await write(handler, ["150201"], times=8)
    issuer = httpx.ASGITransport(create_issuer(key, ISSUER))
    async with (
        httpx.AsyncClient(transport=issuer) as to_issuer,
        httpx.AsyncClient(transport=httpx.ASGITransport(app)) as to_app,
    ):
        token = ServiceToken(ISSUER, "service-15", to_issuer)
        service = ServiceClient("http://tally.test", token, to_app)
        feeds = FeedClients({tally.service: service})
        found: list[Envelope] = await feeds.events(tally.service, "1502", 1, 8)
        beyond = await feeds.events(tally.service, "1502", 6, 20)
        nothing: list[Any] = await feeds.events(tally.service, "1599", 0, 3)

    assert [e.version for e in found] == [2, 3, 4, 5, 6, 7, 8]
    assert [e.version for e in beyond] == [7, 8]
    assert nothing == []
