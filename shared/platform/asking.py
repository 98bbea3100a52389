"""What every request brings: its caller, correlation, idempotency key and expected version."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Request, Response
from structlog.contextvars import bind_contextvars, get_contextvars

from shared.kernel.access import Caller
from shared.kernel.positions import parse_positions
from shared.kernel.refusals import Refusal
from shared.platform.auth import Authenticator
from shared.platform.consistency import Checkpoints
from shared.platform.http import plain
from shared.platform.recording import Answer, IdempotencyKey, Origin

_WAIT_SECONDS = 10.0
_READ = frozenset(
    (
        b"authorization",
        b"consistency-token",
        b"idempotency-key",
        b"if-match",
        b"traceparent",
        b"x-causation-id",
    )
)


class MalformedKey(Refusal):
    code = "malformed-idempotency-key"
    status = 400
    zh = "Idempotency-Key 须为 1 至 200 个可见 ASCII 字符。"
    en = "An Idempotency-Key is 1 to 200 visible ASCII characters."


class MalformedETag(Refusal):
    code = "malformed-if-match"
    status = 400
    zh = "If-Match 须原样传回读取时得到的 ETag。"
    en = "If-Match must be the ETag exactly as it was read."


@dataclass(frozen=True, slots=True)
class Asking:
    """One request: who asks, under which key, expecting which version."""

    caller: Caller
    origin: Origin
    key: IdempotencyKey | None
    expected_version: int | None


async def asking(request: Request) -> Asking:
    """What this request brings; waits for what its consistency token says."""
    headers = _first_of(request.scope["headers"])
    authenticator: Authenticator = request.app.state.authenticator
    caller = await authenticator.caller(headers.get(b"authorization"))
    correlation_id: str = get_contextvars()["correlation_id"]
    bind_contextvars(actor=caller.subject)
    token = headers.get(b"consistency-token")
    if token:
        await _settle(request, token)
    return Asking(
        caller,
        Origin(
            caller.subject,
            correlation_id,
            causation_id=plain(headers.get(b"x-causation-id", "")),
            traceparent=plain(headers.get(b"traceparent", "")),
        ),
        await _key(request, caller, headers.get(b"idempotency-key")),
        _expected_version(headers.get(b"if-match")),
    )


def _first_of(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, str]:
    """Each header that is asked for below, read in one pass."""
    found: dict[bytes, str] = {}
    for name, value in headers:
        if name in _READ and name not in found:
            found[name] = value.decode("latin-1")
    return found


async def _settle(request: Request, token: str) -> None:
    """Wait for other services' writes; our own are in our own store already."""
    wanted = parse_positions(token)
    checkpoints: Checkpoints | None = getattr(request.app.state, "checkpoints", None)
    follows: frozenset[str] = getattr(request.app.state, "follows", frozenset())
    others = {key: version for key, version in wanted.items() if key[0] in follows}
    if checkpoints is not None and others:
        await checkpoints.wait_for(others, _WAIT_SECONDS)


async def _key(request: Request, caller: Caller, key: str | None) -> IdempotencyKey | None:
    if key is None or request.method == "GET":
        return None
    if not 1 <= len(key) <= 200 or not key.isascii() or not key.isprintable():
        raise MalformedKey
    scope = request.scope
    target = f"{scope['method']} {scope['path']}?".encode() + scope["query_string"] + b"\n"
    return IdempotencyKey(caller.subject, key, sha256(target + await request.body()).digest())


def _expected_version(if_match: str | None) -> int | None:
    if if_match is None or if_match == "*":
        return None
    text = if_match.removeprefix("W/").strip('"')
    if not text.isdecimal() or not text.isascii() or len(text) > 9:
        raise MalformedETag
    return int(text)


Ask = Annotated[Asking, Depends(asking)]


def answered(answer: Answer, version: int | None = None) -> Response:
    """A write's answer over HTTP: the receipt, its consistency token, its ETag."""
    headers = {"Consistency-Token": answer.positions} if answer.positions else {}
    if answer.replayed:
        headers["Idempotent-Replay"] = "true"
    if version is not None:
        headers["ETag"] = f'"{version}"'
    return Response(answer.body, answer.status, headers, media_type="application/json")
