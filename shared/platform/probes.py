"""A worker's small door: /livez, /readyz and /metrics, without the weight of a web framework."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus

import structlog

from shared.platform.metrics import Metrics, exposition
from shared.platform.starting import Ready

log = structlog.get_logger()

_PATIENCE_SECONDS = 10.0
_HEAD_BYTES = 16 * 1024
_JSON = "application/json"
_PROBLEM = "application/problem+json"

_Answer = tuple[HTTPStatus, str, bytes]


class Probes:
    """Answers one request a connection: what probes and collectors send, and no more."""

    def __init__(self, metrics: Metrics, ready: Ready) -> None:
        self._metrics = metrics
        self._ready = ready
        self._talks: set[asyncio.Task[None]] = set()

    async def run(self, host: str, port: int, stop: asyncio.Event) -> None:
        """Serve until told to stop."""
        server = await asyncio.start_server(self._accept, host, port, limit=_HEAD_BYTES)
        async with server:
            await stop.wait()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.create_task(self._converse(reader, writer))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Who is slow, sends too much or goes away is not waited for.
        with suppress(
            TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError
        ):
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    method, path = _asked(await reader.readuntil(b"\r\n\r\n"))
                    answer = await self._answer(method, path)
                    writer.write(_written(*answer, bodiless=method == "HEAD"))
                    await writer.drain()
            finally:
                writer.close()
                await writer.wait_closed()

    async def _answer(self, method: str, path: str) -> _Answer:
        if path not in {"/livez", "/readyz", "/metrics"}:
            return _problem(
                HTTPStatus.NOT_FOUND,
                "not-found",
                "可用的地址为 The addresses are /livez, /readyz, /metrics.",
            )
        if method not in {"GET", "HEAD"}:
            return _problem(
                HTTPStatus.METHOD_NOT_ALLOWED, "method-not-allowed", "请用 GET。 Ask with GET."
            )
        if path == "/livez":
            return HTTPStatus.OK, _JSON, b'{"status":"ok"}'
        if path == "/metrics":
            body, content_type = exposition(self._metrics.registry)
            return HTTPStatus.OK, content_type, body
        return await self._readiness()

    async def _readiness(self) -> _Answer:
        try:
            missing: Mapping[str, str] = await self._ready()
        except Exception as trouble:  # whatever it is, a worker that cannot tell is not ready
            log.exception("readiness-unknown")
            missing = {"readiness": type(trouble).__name__}
        status = HTTPStatus.SERVICE_UNAVAILABLE if missing else HTTPStatus.OK
        told = {"status": "not-ready" if missing else "ok", "missing": missing}
        return status, _JSON, json.dumps(told, ensure_ascii=False).encode()


def _asked(head: bytes) -> tuple[str, str]:
    """Method and path; of what is no request, nothing that is known here."""
    words = head.partition(b"\r\n")[0].decode("latin-1").split(" ")
    if len(words) != 3:
        return "", ""
    return words[0], words[1].partition("?")[0]


def _problem(status: HTTPStatus, code: str, detail: str) -> _Answer:
    content = {
        "type": f"urn:campaign:problem:{code}", "title": code.replace("-", " "),
        "status": status.value, "code": code, "detail": detail,
    }  # fmt: skip
    return status, _PROBLEM, json.dumps(content, ensure_ascii=False).encode()


def _written(status: HTTPStatus, content_type: str, body: bytes, *, bodiless: bool) -> bytes:
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        f"content-type: {content_type}\r\n"
        f"content-length: {len(body)}\r\n"
        "connection: close\r\n\r\n"
    )
    return head.encode("latin-1") + (b"" if bodiless else body)
