"""A token issuer for the local stack: demo accounts, one generated key, loopback only."""

import os
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypedDict, get_args

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

AUDIENCE: Final = "campaign"
Role = Literal["clerk", "leader", "supervisor", "auditor", "operations", "service"]
ROLES: tuple[str, ...] = get_args(Role)
WORKDAY_SECONDS = 8 * 3600
LONGEST_SECONDS = 24 * 3600
LARGEST_BODY_BYTES = 4096
ACCOUNT = re.compile(rf"({'|'.join(ROLES)})-(\d{{2,12}}(?:-[LDEWNF]\d{{2}})?)")
# Any other role and unit work too: these are the ones worth showing.
SHOWN_ACCOUNTS = (
    *(f"{role}-15" for role in ROLES),
    *(f"{role}-1502" for role in ("clerk", "leader", "supervisor", "auditor")),
    *(f"{role}-150202" for role in ("clerk", "leader", "supervisor")),
    "clerk-150202001",
)


class Grant(TypedDict):
    role: str
    unit: str


def mint(
    key: Ed25519PrivateKey,
    issuer: str,
    subject: str,
    grants: Sequence[Grant],
    ttl: timedelta,
    *,
    issued_at: datetime | None = None,
    audience: str = AUDIENCE,
) -> str:
    """Return a signed token; a negative ttl makes an expired one (for tests)."""
    at = issued_at or datetime.now(UTC)
    claims = {
        "iss": issuer,
        "aud": audience,
        "sub": subject,
        "iat": int(at.timestamp()),
        "exp": int((at + ttl).timestamp()),
        "grants": list(grants),
    }
    return jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": public_jwk(key)["kid"]})


def public_jwk(key: Ed25519PrivateKey) -> dict[str, str]:
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    x = _base64url(raw)
    # RFC 7638: the thumbprint names the key, so a new key has a new name.
    thumbprint = sha256(f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'.encode()).digest()
    return {
        "kty": "OKP", "crv": "Ed25519", "x": x, "kid": _base64url(thumbprint),
        "use": "sig", "alg": "EdDSA",
    }  # fmt: skip


def load_key(path: Path) -> Ed25519PrivateKey:
    """Read the key, or generate it on first use; only its owner may read the file."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        pem = Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        unfinished = path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
        unfinished.rename(path)
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path} holds no Ed25519 key")
    return key


class TokenRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    account: Annotated[str, Field(max_length=40, examples=["clerk-1502"])]
    ttl_seconds: Annotated[int, Field(ge=1, le=LONGEST_SECONDS)] = WORKDAY_SECONDS
    # Who it is, where that matters: somebody responsible for an item, a member of a team.
    person: Annotated[
        str | None, Field(pattern=r"^p-[0-9A-Za-z-]{1,40}$", examples=["p-1502-0007"])
    ] = None


class TokenAnswer(BaseModel):
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  the scheme, not a token
    expires_in: int


class ProblemAnswer(BaseModel):
    type: str
    title: str
    status: int
    code: str
    detail: str


class UnknownAccountError(Exception):
    """No such demo account."""


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemAnswer} for status in (404, 413, 422)
}


def create_app(key: Ed25519PrivateKey, issuer: str) -> FastAPI:
    app = FastAPI(title="Local token issuer", version="1")
    app.add_middleware(SmallBodies)

    @app.get("/jwks.json")
    async def jwks() -> dict[str, list[dict[str, str]]]:
        return {"keys": [public_jwk(key)]}

    @app.get("/accounts")
    async def accounts() -> dict[str, list[str]]:
        return {"accounts": list(SHOWN_ACCOUNTS)}

    @app.post("/token", responses=PROBLEMS)
    async def token(wanted: TokenRequest) -> TokenAnswer:
        named = ACCOUNT.fullmatch(wanted.account)
        if named is None:
            raise UnknownAccountError
        role, unit = named.groups()
        ttl = timedelta(seconds=wanted.ttl_seconds)
        person = wanted.person or f"p-{unit}-{role}"
        signed = mint(key, issuer, person, [Grant(role=role, unit=unit)], ttl)
        return TokenAnswer(access_token=signed, expires_in=wanted.ttl_seconds)

    app.add_exception_handler(UnknownAccountError, _unknown_account)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    return app


class SmallBodies:
    """Refuse a body that is large, or does not say how large it is, before reading it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in {"GET", "HEAD", "OPTIONS"}:
            length = dict(scope["headers"]).get(b"content-length", b"")
            if not length.isdigit() or int(length) > LARGEST_BODY_BYTES:
                detail = f"正文须注明长度且不超过 {LARGEST_BODY_BYTES} 字节。 Send at most {LARGEST_BODY_BYTES} bytes, with Content-Length."
                await _problem(413, "body-too-large", detail)(scope, receive, send)
                return
        await self.app(scope, receive, send)


async def _unknown_account(_request: Request, _problem_raised: Exception) -> JSONResponse:
    roles = ", ".join(ROLES)
    return _problem(
        404,
        "account-unknown",
        f"没有这个演示账号;账号为 角色-单位代码。 No such demo account: use ROLE-UNIT, such as "
        f"clerk-1502; roles are {roles}.",
    )


async def _invalid(_request: Request, invalid: Exception) -> JSONResponse:
    errors: Sequence[Mapping[str, object]] = (
        invalid.errors() if isinstance(invalid, RequestValidationError) else ()
    )
    where = "; ".join(f"{_place(each)}: {each['msg']}" for each in errors)
    detail = f"请求内容有误。 Mend the request body and send it again: {where}"
    return _problem(422, "request-invalid", detail)


async def _http(_request: Request, refused: Exception) -> JSONResponse:
    status = refused.status_code if isinstance(refused, HTTPException) else 400
    code = {404: "not-found", 405: "method-not-allowed"}.get(status, "request-refused")
    detail = "可用的地址为 The addresses are GET /jwks.json, GET /accounts, POST /token."
    return _problem(status, code, detail)


def _place(error: Mapping[str, object]) -> str:
    location = error.get("loc", ())
    return ".".join(str(part) for part in location) if isinstance(location, tuple) else ""


def _problem(status: int, code: str, detail: str) -> JSONResponse:
    content = {
        "type": f"urn:campaign:problem:{code}", "title": code.replace("-", " "),
        "status": status, "code": code, "detail": detail,
    }  # fmt: skip
    return JSONResponse(content, status, media_type="application/problem+json")


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def main() -> None:
    host = os.environ.get("HOST", "127.0.0.1")
    port = int(os.environ.get("PORT", "8100"))
    key = load_key(Path(os.environ["ISSUER_KEY_FILE"]))
    app = create_app(key, os.environ.get("ISSUER_URL", f"http://{host}:{port}"))
    uvicorn.run(app, host=host, port=port, log_level="warning")


if __name__ == "__main__":
    main()
