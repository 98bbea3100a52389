"""Every answer has one shape: problems with codes, a correlation id, limits that hold."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import asyncpg
import httpx
import pytest
from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from structlog.contextvars import get_contextvars
from structlog.testing import capture_logs

from shared.kernel.refusals import Refusal, UnknownUnit
from shared.platform.auth import TokenMissing
from shared.platform.consistency import ViewBehind
from shared.platform.fields import Body, Name
from shared.platform.http import MAX_BODY_BYTES, create_app
from shared.platform.metrics import Metrics

PROBLEM = "application/problem+json"


class Renaming(Body):
    name: Name
    count: int = 0


def client(
    metrics: Metrics | None = None, *routers: APIRouter, ready: Any = None
) -> httpx.AsyncClient:
    async def all_ready() -> dict[str, str]:
        return {}

    app = create_app("Test", "", [_router(), *routers], metrics or Metrics(), ready or all_ready)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


RAISED: dict[str, Exception] = {}


def _router() -> APIRouter:
    router = APIRouter()

    @router.put("/units/{code}")
    async def rename(code: str, body: Renaming) -> dict[str, str]:
        return {"code": code, "name": body.name}

    @router.post("/upload")
    async def upload(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @router.get("/raise/{name}")
    async def fail(name: str) -> None:
        raise RAISED[name]

    @router.get("/half")
    async def half() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"half an answer"
            raise RuntimeError("the other half is lost")

        return StreamingResponse(parts())

    @router.get("/context")
    async def context() -> dict[str, Any]:
        return dict(get_contextvars())

    return router


async def test_the_problem_of_an_unknown_address_or_method_is_a_problem_document() -> None:
    async with client() as http:
        missing = await http.get("/nowhere")
        wrong = await http.delete("/units/1502")

    assert (missing.status_code, missing.json()["code"]) == (404, "not-found")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method-not-allowed")
    assert wrong.headers["allow"] == "PUT"
    for answer in (missing, wrong):
        body = answer.json()
        assert answer.headers["content-type"] == PROBLEM
        assert body["type"] == f"urn:campaign:problem:{body['code']}"
        assert body["status"] == answer.status_code
        assert body["detail"] == body["detail_zh"] != body["detail_en"]


async def test_the_detail_is_in_the_language_asked_for_and_both_stand_beside_it() -> None:
    RAISED["unknown"] = UnknownUnit(unit="1599")
    async with client() as http:
        english = (await http.get("/raise/unknown", headers={"Accept-Language": "en-GB"})).json()
        chinese = (await http.get("/raise/unknown", headers={"Accept-Language": "zh-CN"})).json()

    assert english["detail"] == english["detail_en"] == chinese["detail_en"]
    assert chinese["detail"] == "单位 1599 不存在,请核对单位代码,或先登记该单位。"
    assert chinese["context"] == {"unit": "1599"}


@pytest.mark.parametrize(
    ("refusal", "header", "value"),
    [(TokenMissing(), "www-authenticate", "Bearer"), (ViewBehind(), "retry-after", "1")],
)
async def test_a_refusal_tells_what_http_clients_look_for(
    refusal: Refusal, header: str, value: str
) -> None:
    RAISED["refusal"] = refusal
    async with client() as http:
        answer = await http.get("/raise/refusal")

    assert (answer.status_code, answer.json()["code"]) == (refusal.status, refusal.code)
    assert answer.headers[header] == value


BAD_BODIES: dict[str, tuple[bytes, int, str]] = {
    "cut off": (b'{"name": "\xe5\x98', 400, "bad-request"),
    "malformed": (b'{"name": ', 400, "malformed-json"),
    "invalid UTF-8": (b'{"name": "\xff\xfe"}', 400, "bad-request"),
    "endless brackets": (b'{"name": ' + b"[" * 200_000, 400, "bad-request"),
    "endless digits": (b'{"name": "a", "count": ' + b"9" * 6000 + b"}", 400, "bad-request"),
    "not a number": (b'{"name": "a", "count": NaN}', 422, "invalid-request"),
    "NUL": (b'{"name": "a\\u0000b"}', 422, "invalid-request"),
    "bidirectional override": ('{"name": "a\u202eb"}'.encode(), 422, "invalid-request"),
    "half a surrogate pair": (b'{"name": "\\ud83d"}', 422, "invalid-request"),
    "half a pair in a made-up key": (b'{"name": "a", "\\ud83d": 1}', 422, "invalid-request"),
    "unknown field": (b'{"name": "a", "nmae": "b"}', 422, "invalid-request"),
    "a list": (b"[]", 422, "invalid-request"),
    "null": (b"null", 422, "invalid-request"),
    "empty": (b"", 422, "invalid-request"),
    "blank name": (b'{"name": "  "}', 422, "invalid-request"),
}


@pytest.mark.parametrize("name", BAD_BODIES)
async def test_a_bad_body_is_told_from_the_callers_side(name: str) -> None:
    content, status, code = BAD_BODIES[name]
    async with client() as http:
        answer = await http.put(
            "/units/1502", content=content, headers={"Content-Type": "application/json"}
        )

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == PROBLEM


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", ""])
async def test_json_under_another_name_is_refused(content_type: str) -> None:
    async with client() as http:
        answer = await http.put(
            "/units/1502", content=b'{"name": "a"}', headers={"Content-Type": content_type}
        )

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


async def test_the_errors_of_a_body_say_where_and_why() -> None:
    async with client() as http:
        answer = await http.put("/units/1502", json={"count": "three"})

    errors = {error["where"]: error["code"] for error in answer.json()["errors"]}
    assert errors == {"body.name": "missing", "body.count": "int_parsing"}


async def endless(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 65_536 + 1):
        yield b'"' + b"x" * 65_535


@pytest.mark.parametrize(("method", "path"), [("POST", "/upload"), ("PUT", "/units/1502")])
@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_over_the_limit_is_refused_announced_or_not(
    method: str, path: str, announced: bool
) -> None:
    headers = {"Content-Type": "application/json"}
    if announced:
        headers["Content-Length"] = str(MAX_BODY_BYTES + 1)
    async with client() as http:
        answer = await http.request(
            method, path, content=endless(MAX_BODY_BYTES + 1), headers=headers
        )

    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")
    assert answer.headers["x-correlation-id"]


async def test_a_body_at_the_limit_is_taken() -> None:
    async with client() as http:
        answer = await http.post("/upload", content=b"x" * MAX_BODY_BYTES)

    assert answer.json() == {"bytes": MAX_BODY_BYTES}


async def test_a_failure_nobody_foresaw_is_logged_whole_and_told_without_its_inside() -> None:
    RAISED["secret"] = RuntimeError("the password is swordfish")
    async with client() as http:
        with capture_logs() as logs:
            answer = await http.get("/raise/secret", headers={"X-Correlation-ID": "c-1"})

    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert answer.headers["x-correlation-id"] == "c-1"
    assert "swordfish" not in answer.text
    assert "RuntimeError" not in answer.text
    (logged,) = [entry for entry in logs if entry["event"] == "unforeseen"]
    assert logged["exc_info"]
    assert logged["path"] == "/raise/secret"


async def test_a_failure_in_the_middle_of_an_answer_cuts_it_off() -> None:
    async with client() as http:
        with capture_logs() as logs, pytest.raises(RuntimeError):
            await http.get("/half")

    assert [entry["event"] for entry in logs] == ["unforeseen"]


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        FileNotFoundError("the socket is gone"),
        OSError("Multiple exceptions: [Errno 111], [Errno 111]"),
        TimeoutError(),
        asyncpg.CannotConnectNowError("starting up"),
        asyncpg.ConnectionDoesNotExistError("closed in the middle"),
        asyncpg.AdminShutdownError("terminated"),
        asyncpg.TooManyConnectionsError("too many"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InternalClientError("another operation is in progress"),
        asyncpg.DeadlockDetectedError("again and again"),
        asyncpg.ReadOnlySQLTransactionError("a standby"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_database_that_is_away_is_no_fault_of_ours_or_the_callers(error: Exception) -> None:
    RAISED["database"] = error
    async with client() as http:
        answer = await http.get("/raise/database")

    assert (answer.status_code, answer.json()["code"]) == (503, "database-unavailable")
    assert answer.headers["retry-after"] == "2"


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.CharacterNotInRepertoireError("invalid byte sequence: 0x00"),
        asyncpg.UntranslatableCharacterError("\\u0000 cannot be converted"),
        asyncpg.NumericValueOutOfRangeError("out of range"),
        type("Unsendable", (asyncpg.InterfaceError, ValueError), {})("invalid input for $1"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_value_no_database_can_keep_is_the_callers(error: Exception) -> None:
    RAISED["value"] = error
    async with client() as http:
        answer = await http.get("/raise/value")

    assert (answer.status_code, answer.json()["code"]) == (422, "value-not-storable")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("c-1", "c-1"),
        ("visible ASCII, spaces too", "visible ASCII, spaces too"),
        ("x" * 150, "x" * 100),
        ("活动", None),
        ("tab\there", None),
        ("", None),
        (None, None),
    ],
)
async def test_the_correlation_id_is_echoed_when_fit_to_be_kept_else_made(
    sent: str | None, kept: str | None
) -> None:
    headers = {} if sent is None else {b"X-Correlation-ID": sent.encode()}
    async with client() as http:
        answer = await http.get("/context", headers=headers)
        missing = await http.get("/nowhere", headers=headers)

    echoed = answer.headers["x-correlation-id"]
    assert answer.json() == {"correlation_id": echoed}
    assert echoed == kept if kept else len(echoed) == 36
    assert missing.headers["x-correlation-id"]


async def test_requests_are_measured_by_route_not_by_address() -> None:
    metrics = Metrics()
    RAISED["broken"] = RuntimeError()
    async with client(metrics) as http:
        for code in ("1501", "1502"):
            await http.put(f"/units/{code}", json={"name": "a"})
        await http.put("/units/1503", json={})
        await http.get("/raise/broken")
        await http.get("/no/such/path")

    def count(method: str, route: str, status: str) -> float | None:
        labels = {"method": method, "route": route, "status": status}
        return metrics.registry.get_sample_value("campaign_http_seconds_count", labels)

    assert count("PUT", "/units/{code}", "200") == 2
    assert count("PUT", "/units/{code}", "422") == 1
    assert count("GET", "/raise/{name}", "500") == 1
    assert count("GET", "unmatched", "404") == 1


async def test_probes_and_metrics_need_no_token() -> None:
    missing: dict[str, str] = {}

    async def ready() -> dict[str, str]:
        return missing

    async with client(ready=ready) as http:
        assert (await http.get("/livez")).json() == {"status": "ok"}
        assert (await http.get("/readyz")).json() == {"status": "ok", "missing": {}}
        missing["relay"] = "store-behind-topic"
        answer = await http.get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {"status": "not-ready", "missing": missing}
        assert "campaign_http_seconds" in (await http.get("/metrics")).text


async def test_a_readiness_check_that_fails_is_a_503_not_a_500() -> None:
    async def ready() -> dict[str, str]:
        raise ConnectionRefusedError

    async with client(ready=ready) as http:
        assert (await http.get("/readyz")).status_code == 503


def test_what_would_run_in_a_thread_is_told_when_the_app_is_made() -> None:
    by_itself, depending = APIRouter(), APIRouter()

    def place(request: Request) -> str:
        return request.url.path

    @by_itself.get("/endpoint")
    def endpoint() -> None:
        """No coroutine."""

    @depending.get("/place")
    async def told(where: Annotated[str, Depends(place)]) -> str:
        return where

    for router, name in ((by_itself, "endpoint"), (depending, "place")):
        with pytest.raises(TypeError, match=f"/{name} would run .*{name}"):
            client(None, router)
