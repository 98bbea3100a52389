"""What the OpenAPI documents say of answers: problem documents, JSON bodies, headers."""

from collections.abc import Mapping
from typing import Any

import msgspec

from shared.platform.problems import MEDIA_TYPE

_MEANING = {
    400: "Malformed request 请求无法识别",
    401: "No valid token 未登录或令牌无效",
    403: "Not within the caller's rights 权限不足",
    404: "Not known 不存在",
    405: "Method not taken here 不支持该方法",
    409: "Refused by the rules 按规则不能办理",
    412: "Changed since it was read 版本已变",
    413: "Too large 内容过大",
    415: "Media type not taken 不支持的内容类型",
    422: "Fields or rows not as required 内容有误",
    503: "Not available at the moment 暂时不可用",
}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "detail_zh", "detail_en"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable, kebab-case"},
        "detail": {"type": "string"},
        "detail_zh": {"type": "string"},
        "detail_en": {"type": "string"},
    },
}
_WRITTEN_HEADERS = {
    "Consistency-Token": {
        "description": "Send it with a read to wait until that read shows this write.",
        "schema": {"type": "string"},
    },
    "Idempotent-Replay": {
        "description": "`true` when this is the answer kept for the Idempotency-Key.",
        "schema": {"type": "string"},
    },
}
_WRITE_HEADERS = [
    {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "1 to 200 visible ASCII characters; a retry with the same key and body is"
        " answered the same and done once.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    },
]
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag as read; the write is refused when it has changed since.",
    "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
}

Responses = dict[int | str, dict[str, Any]]


def problem_responses(*statuses: int) -> Responses:
    """Problem documents of these statuses, beside 401 and 503, which any endpoint may answer."""
    return {
        status: {
            "description": _MEANING[status],
            "content": {MEDIA_TYPE: {"schema": _PROBLEM}},
        }
        for status in sorted({401, 503, *statuses})
    }


def read_responses(answer: Any, *statuses: int) -> Responses:
    """A read: 200 with the JSON of a msgspec type, else a problem."""
    return {200: _json("Found 查询结果", answer)} | problem_responses(400, 403, 422, *statuses)


def write_responses(answer: Any, *statuses: int) -> Responses:
    """A command: 201 when something was recorded, 200 when it was so already, else a problem."""
    return {
        200: _json("Already so; nothing changed 无变化", answer) | {"headers": _WRITTEN_HEADERS},
        201: _json("Recorded 已记录", answer) | {"headers": _WRITTEN_HEADERS},
    } | problem_responses(400, 403, 404, 409, 412, 413, 422, *statuses)


def write_headers(*, if_match: bool = False) -> dict[str, Any]:
    """`openapi_extra` of a command: the headers that are read by hand."""
    return {"parameters": [*_WRITE_HEADERS, _IF_MATCH] if if_match else _WRITE_HEADERS}


def written(answer: Any, *, if_match: bool = True) -> dict[str, Any]:
    """What the endpoint of a command that answers so is declared with."""
    return {
        "status_code": 201,
        "responses": write_responses(answer),
        "openapi_extra": write_headers(if_match=if_match),
    }


def _json(description: str, answer: Any) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/json": {"schema": schema_of(answer)}},
    }


def schema_of(answer: Any) -> dict[str, Any]:
    """The JSON schema of a msgspec type, with what it refers to put in place."""
    schema = msgspec.json.schema(answer)
    definitions = schema.pop("$defs", {})
    inlined: dict[str, Any] = _inlined(schema, definitions)
    return inlined


def _inlined(node: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str):
            return _inlined(definitions[reference.rpartition("/")[2]], definitions)
        return {key: _inlined(value, definitions) for key, value in node.items()}
    if isinstance(node, list):
        return [_inlined(value, definitions) for value in node]
    return node
