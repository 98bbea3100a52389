"""RFC 9457 problem documents: every refusal in Chinese and English, with its code."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
import msgspec
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from shared.kernel.refusals import Refusal

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"

_OF_STATUS = {
    400: ("bad-request", "请求无法识别。", "The request cannot be read."),
    404: (
        "not-found",
        "没有这个地址,请核对接口文档。",
        "There is nothing at this address; see the API's documents.",
    ),
    405: ("method-not-allowed", "此地址不支持该方法。", "This address does not take that method."),
    413: ("body-too-large", "内容过大,请拆分后上传。", "The body is too large; split it."),
    415: ("media-type-unsupported", "不支持的内容类型。", "This media type is not taken here."),
}


def problem(
    status: int,
    code: str,
    zh: str,
    en: str,
    *,
    language: str = "zh",
    headers: Mapping[str, str] | None = None,
    **members: Any,
) -> Response:
    """A problem document; `detail` is in the asked language, both stand beside it."""
    body = {
        "type": f"urn:campaign:problem:{code}",
        "title": code.replace("-", " "),
        "status": status,
        "code": code,
        "detail": en if language == "en" else zh,
        "detail_zh": zh,
        "detail_en": en,
    } | members
    return Response(_encoded(body), status, dict(headers or {}), media_type=MEDIA_TYPE)


def _encoded(body: object) -> bytes:
    try:
        return msgspec.json.encode(body, enc_hook=str)
    except UnicodeEncodeError:  # half a surrogate pair, in a name that somebody made up
        return json.dumps(body, ensure_ascii=False, default=str).encode(errors="replace")


_UNAVAILABLE = (
    "database-unavailable",
    "数据库暂时不可用,请稍后用同一个 Idempotency-Key 重试。",
    "The database is not available; try again shortly, under the same Idempotency-Key.",
)
_FULL = (
    "database-full",
    "数据库磁盘已满;请联系运维人员,腾出空间后用同一个 Idempotency-Key 重试。",
    "The database's disk is full: tell operations; repeat it, with its Idempotency-Key, once there is room.",
)


def _is_full(error: Exception) -> bool:
    """Whether nothing more can be written. PostgreSQL has a code for a full disk, and only a hint
    where its files may grow no further (a quota).
    """
    hint = str(getattr(error, "hint", ""))
    return isinstance(error, asyncpg.DiskFullError) or "free disk space" in hint


def language_of(request: Request) -> str:
    """Chinese unless the caller prefers English."""
    asked = request.headers.get("accept-language", "").lower()
    return "en" if asked.startswith("en") else "zh"


def refused(request: Request, refusal: Refusal, **members: Any) -> Response:
    headers = {}
    if refusal.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if refusal.status == 503:
        headers["Retry-After"] = "1"
    return problem(
        refusal.status,
        refusal.code,
        refusal.message_zh,
        refusal.message_en,
        language=language_of(request),
        headers=headers,
        context=dict(refusal.context),
        **members,
    )


def install(app: FastAPI) -> None:
    """Answer every failure we foresee with a problem document."""

    # Starlette passes each handler just the exceptions it was added for: hence Any.
    async def on_refusal(request: Request, refusal: Any) -> Response:
        return refused(request, refusal)

    async def on_invalid(request: Request, error: Any) -> Response:
        return _invalid(request, error.errors())

    async def on_http(request: Request, error: Any) -> Response:
        fallback = ("refused", "请求被拒绝。", "The request was refused.")
        code, zh, en = _OF_STATUS.get(error.status_code, fallback)
        return problem(
            error.status_code, code, zh, en, language=language_of(request), headers=error.headers
        )

    async def on_database(request: Request, error: Exception) -> Response:
        # asyncpg says with an InterfaceError, too, that a value cannot be sent.
        if isinstance(error, asyncpg.InterfaceError) and isinstance(error, ValueError):
            return await on_unstorable(request, error)
        code, zh, en = _FULL if _is_full(error) else _UNAVAILABLE
        log.error(code, error=repr(error))
        return problem(
            503,
            code,
            zh,
            en,
            language=language_of(request),
            headers={"Retry-After": "2"},
        )

    async def on_unstorable(request: Request, error: Exception) -> Response:
        log.warning("value-not-storable", path=request.url.path, error=type(error).__name__)
        return problem(
            422,
            "value-not-storable",
            "请求中有无法保存的字符或数值,请改正后重试。",
            "The request holds a character or a number that cannot be kept; correct it.",
            language=language_of(request),
        )

    app.add_exception_handler(Refusal, on_refusal)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    for trouble in (
        asyncpg.PostgresConnectionError,
        asyncpg.InterfaceError,
        asyncpg.InternalClientError,
        asyncpg.OperatorInterventionError,
        asyncpg.InsufficientResourcesError,
        asyncpg.TransactionRollbackError,
        asyncpg.InvalidTransactionStateError,
        asyncpg.PostgresSystemError,
        asyncpg.InternalServerError,
        OSError,
    ):
        app.add_exception_handler(trouble, on_database)
    app.add_exception_handler(asyncpg.DataError, on_unstorable)


def unforeseen(request: Request) -> Response:
    """What is told of a failure nobody foresaw; its cause is for the log alone."""
    return problem(
        500,
        "internal-error",
        "系统内部错误,已记录。",
        "Something went wrong inside; it has been recorded.",
        language=language_of(request),
    )


def _invalid(request: Request, errors: Sequence[Any]) -> Response:
    if any(e["type"] == "json_invalid" for e in errors):
        return problem(
            400,
            "malformed-json",
            "请求正文不是合法的 JSON。",
            "The body is not well-formed JSON.",
            language=language_of(request),
        )
    return problem(
        422,
        "invalid-request",
        "请求中有不符合要求的字段,见 errors。",
        "Some fields are not as required; see errors.",
        language=language_of(request),
        errors=[
            {
                "where": ".".join(str(part) for part in e["loc"]),
                "code": e["type"],
                "reason": e["msg"],
            }
            for e in errors
        ],
    )
