"""The HTTP side of a service: one app of one shape, with health, metrics and limits."""

import time
from collections.abc import Sequence
from inspect import iscoroutinefunction
from typing import Any
from uuid import uuid4

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Lifespan, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, clear_contextvars

from shared.platform import problems
from shared.platform.metrics import Metrics, exposition
from shared.platform.starting import Ready

log = structlog.get_logger()

MAX_BODY_BYTES = 16 * 1024 * 1024

# `Observed` measures and `logs` tells, without what a request may say of people.
_OUR_OWN: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}


def create_app(
    title: str,
    description: str,
    routers: Sequence[APIRouter],
    metrics: Metrics,
    ready: Ready,
    lifespan: Lifespan[FastAPI] | None = None,
    *,
    body_limit: int = MAX_BODY_BYTES,
) -> FastAPI:
    """A service's app; `ready` is asked by /readyz, `body_limit` is in bytes.

    TypeError where an endpoint or what it depends on is no coroutine: FastAPI would run it in a
    thread, which takes longer than most of what is asked.
    """
    app = FastAPI(
        title=title, description=description, version="1", lifespan=lifespan, telemetry=_OUR_OWN
    )
    problems.install(app)
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute) and (called := _in_a_thread(route.dependant)):
                raise TypeError(f"{route.path} would run {called} in a thread")
        app.include_router(router)
    app.include_router(health_router(metrics, ready))
    app.add_middleware(BodyLimit, limit=body_limit)
    app.add_middleware(Observed, metrics=metrics)
    return app


def _in_a_thread(wanted: Dependant) -> Any:
    """Whatever of these FastAPI would not call itself."""
    if not iscoroutinefunction(wanted.call):
        return wanted.call
    return next(filter(None, map(_in_a_thread, wanted.dependencies)), None)


def health_router(metrics: Metrics, ready: Ready) -> APIRouter:
    """/livez, /readyz and /metrics, without a token: for probes on the inner network."""
    router = APIRouter(tags=["health 运行状况"])

    @router.get("/livez", summary="Alive 存活")
    async def livez() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz", summary="Ready to serve 就绪")
    async def readyz(response: Response) -> dict[str, Any]:
        missing = await ready()
        response.status_code = 503 if missing else 200
        return {"status": "not-ready" if missing else "ok", "missing": missing}

    @router.get("/metrics", summary="Prometheus metrics 指标", response_class=Response)
    async def exposed() -> Response:
        body, content_type = exposition(metrics.registry)
        return Response(body, media_type=content_type)

    return router


class BodyLimit:
    """Refuses bodies over the limit, announced or not, before they fill memory."""

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self._limit:
            await _too_large(self._limit)(scope, receive, send)
            return
        size = 0

        async def limited() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self._limit:
                raise BodyTooLarge
            return message

        await self._app(scope, limited, send)


class BodyTooLarge(HTTPException):
    """More came than was announced, or than a body may hold."""

    def __init__(self) -> None:
        super().__init__(413)


def _too_large(limit: int) -> Response:
    return problems.problem(
        413,
        "body-too-large",
        f"内容超过 {limit // 1024 // 1024} MiB,请拆分后上传。",
        f"The body is over {limit // 1024 // 1024} MiB; split it and send the parts.",
    )


class Observed:
    """Gives each request a clean log context and measures it by route, not by address."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        clear_contextvars()
        correlation_id = _header(scope, b"x-correlation-id") or str(uuid4())
        bind_contextvars(correlation_id=correlation_id)
        started = time.perf_counter()
        status, answering = 500, False

        async def observed(message: Message) -> None:
            nonlocal status, answering
            if message["type"] == "http.response.start":
                status, answering = message["status"], True
                message["headers"] = [
                    *message["headers"],
                    (b"x-correlation-id", correlation_id.encode()),
                ]
            await send(message)

        try:
            await self._app(scope, receive, observed)
        except Exception:
            log.exception("unforeseen", path=scope["path"])
            if answering:
                raise  # too late for an answer: the connection is cut
            await problems.unforeseen(Request(scope))(scope, receive, observed)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            self._metrics.http_seconds.labels(scope["method"], route, str(status)).observe(
                time.perf_counter() - started
            )


def _header(scope: Scope, name: bytes) -> str:
    return next(
        (plain(value.decode("latin-1")) for key, value in scope["headers"] if key == name), ""
    )


def plain(header: str) -> str:
    """A header fit to be kept: the first 100 characters, or nothing where any is not visible ASCII."""
    return header[:100] if header.isascii() and header.isprintable() else ""
