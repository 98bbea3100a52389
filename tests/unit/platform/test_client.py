"""Calls to other services: tried again only when that is harmless and may help."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest

from shared.platform.client import FeedClients, ServiceClient, ServiceToken

Answers = list[httpx.Response | Exception]


class Server:
    """Gives prepared answers in turn, then 200 for ever; keeps what was asked."""

    def __init__(self, answers: Answers | None = None) -> None:
        self.answers = list(answers or [])
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if self.answers else httpx.Response(200, json=[])
        if isinstance(answer, Exception):
            raise answer
        return answer


class Issuer(Server):
    def __call__(self, request: httpx.Request) -> httpx.Response:
        if not self.answers:
            body = {"access_token": f"token-{len(self.asked) + 1}", "expires_in": 60}
            self.answers.append(httpx.Response(200, json=body))
        return super().__call__(request)


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between tries, which take no time here."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr("shared.platform.client.asyncio.sleep", sleep)
    return pauses


def http(server: Callable[[httpx.Request], httpx.Response]) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(server))


def service(server: Server, issuer: Issuer | None = None) -> ServiceClient:
    token = ServiceToken("http://issuer.test", "service-15", http(issuer or Issuer()))
    return ServiceClient("http://units.test", token, http(server))


def status(code: int) -> httpx.Response:
    return httpx.Response(code, json={})


@pytest.mark.parametrize(
    "answers",
    [
        [httpx.ConnectError("refused")],
        [httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut")],
        [status(503), status(502), status(504), status(429)],
    ],
)
async def test_trouble_that_may_pass_is_tried_through(answers: Answers, slept: list[float]) -> None:
    server = Server(answers)

    answer = await service(server).get("/units/15", {"x": 1})

    assert answer.status_code == 200
    assert len(server.asked) == len(answers) + 1
    assert len(slept) == len(answers)
    assert all(0.1 <= pause <= 6.4 for pause in slept)


async def test_after_five_tries_the_last_trouble_is_raised(slept: list[float]) -> None:
    server = Server([httpx.ConnectError(f"{n}") for n in range(9)])

    with pytest.raises(httpx.ConnectError, match="4"):
        await service(server).get("/units/15")

    assert len(server.asked) == 5
    assert len(slept) == 4


async def test_after_five_busy_answers_the_last_is_raised(slept: list[float]) -> None:
    server = Server([status(503) for _ in range(9)])

    with pytest.raises(httpx.HTTPStatusError) as raised:
        await service(server).get("/units/15")

    assert raised.value.response.status_code == 503
    assert len(server.asked) == 5


@pytest.mark.parametrize("code", [400, 403, 404, 409, 422, 500])
async def test_a_refusal_is_not_asked_again(code: int, slept: list[float]) -> None:
    server = Server([status(code)])

    with pytest.raises(httpx.HTTPStatusError):
        await service(server).get("/units/15")

    assert len(server.asked) == 1
    assert slept == []


async def test_a_post_is_tried_again_under_one_key(slept: list[float]) -> None:
    server = Server([httpx.ReadTimeout("was it done?"), status(503)])

    await service(server).post("/items", {"a": 1}, "finding-7")

    assert [request.headers["idempotency-key"] for request in server.asked] == ["finding-7"] * 3
    assert len({request.content for request in server.asked}) == 1


async def test_a_token_serves_until_half_its_life_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [1000.0]
    monkeypatch.setattr("shared.platform.client.time.monotonic", lambda: now[0])
    server, issuer = Server(), Issuer()
    client = service(server, issuer)

    for seconds in (0, 29, 2):
        now[0] += seconds
        await client.get("/")

    sent = [request.headers["authorization"] for request in server.asked]
    assert sent == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]


async def test_a_refused_token_is_replaced_once(slept: list[float]) -> None:
    """As when the issuer was started anew with another key."""
    server, issuer = Server([status(401)]), Issuer()

    await service(server, issuer).get("/")

    sent = [request.headers["authorization"] for request in server.asked]
    assert sent == ["Bearer token-1", "Bearer token-2"]


async def test_a_caller_without_rights_is_told_so_after_one_more_token(slept: list[float]) -> None:
    server, issuer = Server([status(401) for _ in range(9)]), Issuer()

    with pytest.raises(httpx.HTTPStatusError):
        await service(server, issuer).get("/")

    assert len(server.asked) == 2


async def test_an_issuer_that_is_starting_is_waited_for(slept: list[float]) -> None:
    issuer = Issuer([httpx.ConnectError("refused"), status(503)])

    assert (await service(Server(), issuer).get("/")).status_code == 200
    assert len(issuer.asked) == 3


async def test_a_feed_that_ends_early_gives_what_there_is() -> None:
    server = Server()

    found = await FeedClients({"units": service(server)}).events("units", "1502", 3, 9)

    assert found == []
    assert dict(server.asked[0].url.params) == {"after": "3", "up_to": "9", "limit": "5000"}


@pytest.mark.parametrize("body", [b"{}", b"[1]", b"<html>", b'[{"specversion":"1.0"}]'])
async def test_a_feed_that_answers_otherwise_is_an_error(body: bytes) -> None:
    server = Server([httpx.Response(200, content=body)])

    with pytest.raises(msgspec.DecodeError):
        await FeedClients({"units": service(server)}).events("units", "1502", 0, 1)


async def test_many_calls_at_once_all_carry_a_token() -> None:
    server = Server()
    client = service(server)

    await asyncio.gather(*(client.get(f"/{n}") for n in range(10)))

    assert all(
        request.headers["authorization"].startswith("Bearer token") for request in server.asked
    )
    paths: list[Any] = sorted(request.url.path for request in server.asked)
    assert paths == sorted(f"/{n}" for n in range(10))


async def test_heads_are_told_by_league() -> None:
    body = [{"league": "1502", "version": 7, "hash": "ab", "recorded_at": None}]
    server = Server([httpx.Response(200, json=body)])

    found = await FeedClients({"units": service(server)}).heads("units")

    assert found == {"1502": 7}
    assert server.asked[0].url.path == "/streams/heads"
