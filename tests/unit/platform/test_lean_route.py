"""Lean routes answer what FastAPI's own would, whatever is sent."""

from datetime import date
from typing import Annotated, Any, Literal

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.routing import APIRoute

from shared.platform.asking import Ask
from shared.platform.auth import Authenticator
from shared.platform.fields import Body, CodeInPath, Count, LocalDate, Name
from shared.platform.http import create_app
from shared.platform.lean_route import LeanQueryRoute, LeanRoute
from shared.platform.metrics import Metrics
from tests.support.access import ISSUER_URL, bearer, issuer_client


class Renaming(Body):
    name: Name
    on: LocalDate
    count: Count = 0


def app_with(route_class: type[APIRoute]) -> FastAPI:
    router = APIRouter(route_class=route_class)

    @router.post("/units/{code}/name", status_code=201)
    async def rename(code: CodeInPath, body: Renaming, request: Request, ask: Ask) -> Response:
        told = f"{code} {body.name} {body.on} {body.count} {ask.caller.subject} {request.method}"
        return Response(told, 201, {"ETag": str(ask.expected_version)})

    @router.post("/units/{code}/find")
    async def find(
        code: CodeInPath, body: Renaming, ask: Ask, limit: Annotated[int, Query(le=9)] = 5
    ) -> Response:
        return Response(f"{code} {body.name} {limit}")

    async def ready() -> dict[str, str]:
        return {}

    app = create_app("Test", "", [router], Metrics(), ready)
    app.state.authenticator = Authenticator(ISSUER_URL, issuer_client())
    return app


async def answer(app: FastAPI, path: str, **request: Any) -> tuple[int, dict[str, str], bytes]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        headers = {**bearer("clerk", "15"), "X-Correlation-Id": "c-1", **request.pop("headers", {})}
        got = await client.post(path, headers=headers, **request)
    return got.status_code, dict(got.headers), got.content


GOOD = {"name": " 旗委 ", "on": "2014-02-18", "count": 3}
JSON = {"Content-Type": "application/json"}
REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "good": ("/units/1502/name", {"json": GOOD}),
    "with a version": ("/units/1502/name", {"json": GOOD, "headers": {"If-Match": '"7"'}}),
    "with a charset": (
        "/units/1502/name",
        {
            "content": b'{"name": "x", "on": "2014-02-18"}',
            "headers": {"Content-Type": "application/json; charset=utf-8"},
        },
    ),
    "default left out": ("/units/1502/name", {"json": {"name": "x", "on": "2014-02-18"}}),
    "a field too many": ("/units/1502/name", {"json": GOOD | {"who": "x"}}),
    "a field missing": ("/units/1502/name", {"json": {"name": "x"}}),
    "a wrong type": ("/units/1502/name", {"json": GOOD | {"count": "3"}}),
    "a blank name": ("/units/1502/name", {"json": GOOD | {"name": " "}}),
    "a wrong code": ("/units/-1502/name", {"json": GOOD}),
    "code and field wrong": ("/units/-1502/name", {"json": GOOD | {"on": 0}}),
    "no JSON": ("/units/1502/name", {"content": b"{name", "headers": JSON}),
    "no body": ("/units/1502/name", {"headers": JSON}),
    "not UTF-8": ("/units/1502/name", {"content": b'{"name": "\xff"}', "headers": JSON}),
    "half a surrogate pair": (
        "/units/1502/name",
        {"content": b'{"name": "\\ud800", "on": "2014-02-18"}', "headers": JSON},
    ),
    "a number too large": (
        "/units/1502/name",
        {"content": b'{"name": "x", "on": "2014-02-18", "count": 1e999}', "headers": JSON},
    ),
    "a list": ("/units/1502/name", {"json": [GOOD]}),
    "another type": (
        "/units/1502/name",
        {"content": b"name=x", "headers": {"Content-Type": "text/plain"}},
    ),
    "no type": ("/units/1502/name", {"content": b"{}"}),
    "no token": ("/units/1502/name", {"json": GOOD, "headers": {"Authorization": ""}}),
    "no token and no JSON": (
        "/units/1502/name",
        {"content": b"{", "headers": JSON | {"Authorization": ""}},
    ),
    "a malformed version": ("/units/1502/name", {"json": GOOD, "headers": {"If-Match": "x"}}),
    "a query": ("/units/1502/find?limit=7", {"json": GOOD}),
    "a wrong query": ("/units/1502/find?limit=10", {"json": GOOD}),
}


@pytest.mark.parametrize("name", REQUESTS)
async def test_it_answers_as_the_ordinary_route_does(name: str) -> None:
    path, request = REQUESTS[name]

    lean = await answer(app_with(LeanRoute), path, **dict(request))
    ordinary = await answer(app_with(APIRoute), path, **dict(request))

    assert lean == ordinary


async def test_a_sound_request_reaches_the_endpoint_with_all_it_asks_for() -> None:
    status, headers, body = await answer(
        app_with(LeanRoute), "/units/1502/name", json=GOOD, headers={"If-Match": '"7"'}
    )

    assert (status, headers["etag"]) == (201, "7")
    assert body.decode() == "1502 旗委 2014-02-18 3 p-15-clerk POST"


def test_it_is_documented_as_the_ordinary_route_is() -> None:
    assert app_with(LeanRoute).openapi() == app_with(APIRoute).openapi()


def listing_with(route_class: type[APIRoute]) -> FastAPI:
    router = APIRouter(route_class=route_class)

    @router.get("/units/{code}/items")
    async def items(
        code: CodeInPath,
        request: Request,
        ask: Ask,
        since: LocalDate,
        state: Annotated[list[Literal["open", "closed"]] | None, Query(max_length=2)] = None,
        late: bool | None = None,
        q: Annotated[str | None, Query(min_length=2)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        sort: Literal["due_on", "-due_on"] | None = None,
    ) -> Response:
        told = [code, ask.caller.subject, since, state, late, q, limit, sort, request.method]
        return Response(repr(told))

    async def ready() -> dict[str, str]:
        return {}

    app = create_app("Test", "", [router], Metrics(), ready)
    app.state.authenticator = Authenticator(ISSUER_URL, issuer_client())
    return app


async def got(app: FastAPI, query: str, token: bool = True) -> tuple[int, dict[str, str], str]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        headers = {**(bearer("clerk", "15") if token else {}), "X-Correlation-Id": "c-1"}
        answered = await client.get(f"/units/{query}", headers=headers)
    return answered.status_code, dict(answered.headers), answered.text


QUERIES = {
    "all there is": "1502/items?since=2014-02-18&state=open&state=closed&late=yes&q=校车&limit=7"
    "&sort=-due_on",
    "only what is needed": "1502/items?since=2014-02-18",
    "what is needed left out": "1502/items?late=true",
    "one of several": "1502/items?since=2014-02-18&state=open",
    "one twice": "1502/items?since=2014-02-18&limit=7&limit=8",
    "what nobody asked for": "1502/items?since=2014-02-18&who=me&_=1",
    "empty": "1502/items?since=2014-02-18&late=&q=&state=",
    "too many": "1502/items?since=2014-02-18&state=open&state=open&state=open",
    "a wrong word": "1502/items?since=2014-02-18&state=ajar&sort=title",
    "no day": "1502/items?since=2014-02-30",
    "out of range": "1502/items?since=2014-02-18&limit=501",
    "a wrong code": "-1502/items?since=2014-02-18",
    "code and query wrong": "-1502/items?since=x&limit=0",
    "no text": "1502/items?since=2014-02-18&q=%ff%fe",
}


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("token", [True, False])
async def test_a_list_answers_as_the_ordinary_route_does(name: str, token: bool) -> None:
    lean = await got(listing_with(LeanQueryRoute), QUERIES[name], token)
    ordinary = await got(listing_with(APIRoute), QUERIES[name], token)

    assert lean == ordinary


async def test_a_list_is_given_what_was_asked_and_the_rest_as_declared() -> None:
    status, _, told = await got(listing_with(LeanQueryRoute), QUERIES["one of several"])

    assert status == 200
    assert told == repr(
        ["1502", "p-15-clerk", date(2014, 2, 18), ["open"], None, None, 100, None, "GET"]
    )


def test_a_list_is_documented_as_the_ordinary_route_is() -> None:
    assert listing_with(LeanQueryRoute).openapi() == listing_with(APIRoute).openapi()
