"""Tokens: only what this system's issuer signed for this system, and only while it lasts."""

import asyncio
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import new as hmac
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from deploy.issuer import Grant, create_app, mint, public_jwk
from shared.kernel import access
from shared.platform import auth
from shared.platform.auth import (
    Authenticator,
    IssuerUnavailable,
    TokenExpired,
    TokenMissing,
    TokenRefused,
)

ISSUER = "http://issuer.test"
HOUR = timedelta(hours=1)
GRANTS: list[Grant] = [{"role": "clerk", "unit": "1502"}]


class Issuer:
    """The issuer's own app behind a count of what was asked, and switched off at will."""

    def __init__(self, *keys: Ed25519PrivateKey) -> None:
        self.keys = list(keys)
        self.asked = 0
        self.down: Exception | httpx.Response | None = None

    async def answer(self, request: httpx.Request) -> httpx.Response:
        assert request.url == f"{ISSUER}/jwks.json"
        self.asked += 1
        await asyncio.sleep(0)
        if isinstance(self.down, Exception):
            raise self.down
        if self.down is not None:
            return self.down
        answers: list[dict[str, Any]] = []
        for key in self.keys:
            app = httpx.ASGITransport(create_app(key, ISSUER))
            async with httpx.AsyncClient(transport=app) as client:
                answers += (await client.get(str(request.url))).json()["keys"]
        return httpx.Response(200, json={"keys": answers})

    def authenticator(self) -> Authenticator:
        client = httpx.AsyncClient(transport=httpx.MockTransport(self.answer))
        return Authenticator(ISSUER, client)


@pytest.fixture(scope="module")
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture
def issuer(key: Ed25519PrivateKey) -> Issuer:
    return Issuer(key)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets time pass for the authenticator alone."""
    passed = [0.0]
    real_loop_time = auth._now

    def advance(seconds: float) -> None:
        passed[0] += seconds

    monkeypatch.setattr(auth, "_now", lambda: real_loop_time() + passed[0])
    monkeypatch.setattr(auth, "time", lambda: time.time() + passed[0])
    return advance


def bearer(key: Ed25519PrivateKey, ttl: timedelta = HOUR, **changed: Any) -> str:
    arguments: dict[str, Any] = {"issuer": ISSUER, "subject": "p-1502-clerk", "grants": GRANTS}
    return "Bearer " + mint(key, ttl=ttl, **(arguments | changed))


def signed(key: Ed25519PrivateKey, without: str = "", headers: Any = None, **claims: Any) -> str:
    """A token put together by hand, properly signed."""
    now = int(datetime.now(UTC).timestamp())
    body = {
        "iss": ISSUER, "aud": "campaign", "sub": "p-1", "iat": now, "exp": now + 60, "grants": [],
    } | claims  # fmt: skip
    body.pop(without, None)
    return "Bearer " + jwt.encode(
        body, key, algorithm="EdDSA", headers=headers or {"kid": public_jwk(key)["kid"]}
    )


async def test_a_token_of_the_issuer_makes_a_caller_with_its_grants(
    issuer: Issuer, key: Ed25519PrivateKey
) -> None:
    caller = await issuer.authenticator().caller(bearer(key))

    assert caller == access.Caller("p-1502-clerk", [access.Grant(access.Role.CLERK, "1502")])


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YTpi", "token"])
async def test_without_a_bearer_token_one_is_asked_for(header: str | None, issuer: Issuer) -> None:
    with pytest.raises(TokenMissing):
        await issuer.authenticator().caller(header)


async def test_an_expired_token_is_told_from_a_wrong_one(
    issuer: Issuer, key: Ed25519PrivateKey
) -> None:
    with pytest.raises(TokenExpired):
        await issuer.authenticator().caller(bearer(key, ttl=timedelta(seconds=-1)))


async def test_a_remembered_token_expires_too(
    issuer: Issuer, key: Ed25519PrivateKey, clock: Callable[[float], None]
) -> None:
    authenticator, token = issuer.authenticator(), bearer(key, ttl=timedelta(seconds=30))
    await authenticator.caller(token)
    clock(31)

    with pytest.raises(TokenExpired):
        await authenticator.caller(token)


def _unsigned(payload: dict[str, Any], header: dict[str, Any], secret: bytes | None) -> str:
    parts = [urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=") for p in (header, payload)]
    text = b".".join(parts)
    digest = hmac(secret, text, sha256).digest() if secret else b""
    return "Bearer " + (text + b"." + urlsafe_b64encode(digest).rstrip(b"=")).decode()


def forged(key: Ed25519PrivateKey) -> dict[str, str]:
    """Tokens that are almost good, each wrong in one way."""
    stranger = Ed25519PrivateKey.generate()
    kid = public_jwk(key)["kid"]
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    good = bearer(key)
    payload = jwt.decode(good.removeprefix("Bearer "), options={"verify_signature": False})
    rsa = generate_private_key(65537, 2048)
    return {
        "foreign issuer": bearer(key, issuer="http://elsewhere.test"),
        "foreign key": bearer(stranger),
        "foreign key under our key's name": signed(stranger, headers={"kid": kid}),
        "wrong audience": bearer(key, audience="another-system"),
        "no key named": signed(key, headers={"typ": "JWT"}),
        "key named by a number": _unsigned(payload, {"alg": "EdDSA", "kid": 7}, None),
        "alg none": _unsigned(payload, {"alg": "none", "kid": kid}, None),
        "HS256 with the public key": _unsigned(payload, {"alg": "HS256", "kid": kid}, raw),
        "HS256 with the public key as PEM": _unsigned(payload, {"alg": "HS256", "kid": kid}, pem),
        "RS256 under an EdDSA key's name": "Bearer "
        + jwt.encode(payload, rsa, algorithm="RS256", headers={"kid": kid}),
        "ES256 without an ES256 key": _unsigned(payload, {"alg": "ES256", "kid": kid}, b"x"),
        "changed after signing": good[:-6] + ("AAAAAA" if good[-6:] != "AAAAAA" else "BBBBBB"),
        "no expiry": signed(key, without="exp"),
        "no subject": signed(key, without="sub"),
        "no audience": signed(key, without="aud"),
        "no issuer": signed(key, without="iss"),
        "subject a number": signed(key, sub=7),
        "issued in the future": signed(key, iat=int(datetime.now(UTC).timestamp()) + 900),
        "unknown role": signed(key, grants=[{"role": "tsar", "unit": "15"}]),
        "grant without unit": signed(key, grants=[{"role": "clerk"}]),
        "grants in words": signed(key, grants="clerk"),
        "grants null": signed(key, grants=None),
        "not a token": "Bearer not.a.token",
        "not ASCII": "Bearer 令牌",
        "lone surrogate": "Bearer \ud800",
        "empty parts": "Bearer ..",
    }


@pytest.mark.parametrize("name", forged(Ed25519PrivateKey.generate()))
async def test_a_forged_token_is_refused_and_nothing_breaks(
    name: str, issuer: Issuer, key: Ed25519PrivateKey
) -> None:
    authenticator = issuer.authenticator()

    with pytest.raises(TokenRefused):
        await authenticator.caller(forged(key)[name])
    assert (await authenticator.caller(bearer(key))).subject == "p-1502-clerk"


async def test_unknown_keys_are_looked_up_at_most_every_ten_seconds(
    issuer: Issuer, key: Ed25519PrivateKey, clock: Callable[[float], None]
) -> None:
    authenticator = issuer.authenticator()
    await authenticator.caller(bearer(key))
    newer = Ed25519PrivateKey.generate()
    issuer.keys.append(newer)

    flood = [authenticator.caller(bearer(Ed25519PrivateKey.generate())) for _ in range(50)]
    refused = await asyncio.gather(*flood, return_exceptions=True)
    assert {type(each) for each in refused} == {TokenRefused}
    with pytest.raises(TokenRefused):
        await authenticator.caller(bearer(newer))
    assert issuer.asked == 1

    clock(10.5)
    assert (await authenticator.caller(bearer(newer))).subject == "p-1502-clerk"
    assert issuer.asked == 2


async def test_many_first_requests_fetch_the_keys_once(
    issuer: Issuer, key: Ed25519PrivateKey
) -> None:
    authenticator = issuer.authenticator()

    await asyncio.gather(*(authenticator.caller(bearer(key, subject=f"p-{n}")) for n in range(20)))

    assert issuer.asked == 1


DOWN: dict[str, Exception | httpx.Response] = {
    "refused": httpx.ConnectError("refused"),
    "slow": httpx.ReadTimeout("slow"),
    "error": httpx.Response(500),
    "no JSON": httpx.Response(200, text="<html>"),
    "a list": httpx.Response(200, json=[]),
    "no keys": httpx.Response(200, json={"keys": []}),
    "keys in words": httpx.Response(200, json={"keys": "many"}),
}


@pytest.mark.parametrize("how", DOWN)
async def test_an_issuer_that_is_down_is_unavailable_and_asked_again_a_second_later(
    how: str, issuer: Issuer, key: Ed25519PrivateKey, clock: Callable[[float], None]
) -> None:
    authenticator = issuer.authenticator()
    issuer.down = DOWN[how]

    waiting = [authenticator.caller(bearer(key, subject=f"p-{n}")) for n in range(10)]
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert [(type(a), a.status, a.code) for a in answers if isinstance(a, IssuerUnavailable)] == [
        (IssuerUnavailable, 503, "issuer-unavailable")
    ] * 10
    assert issuer.asked == 1, "ten that waited for one answer need not wait for ten"

    issuer.down = None
    clock(1.5)
    assert (await authenticator.caller(bearer(key))).subject == "p-1502-clerk"


async def test_known_keys_serve_on_while_the_issuer_is_down(
    issuer: Issuer, key: Ed25519PrivateKey, clock: Callable[[float], None]
) -> None:
    authenticator = issuer.authenticator()
    await authenticator.caller(bearer(key))
    issuer.down = httpx.ConnectError("refused")
    clock(601)

    assert (await authenticator.caller(bearer(key, subject="p-2"))).subject == "p-2"


async def test_a_withdrawn_key_is_forgotten_with_the_tokens_it_signed(
    issuer: Issuer, key: Ed25519PrivateKey, clock: Callable[[float], None]
) -> None:
    authenticator, token = issuer.authenticator(), bearer(key)
    await authenticator.caller(token)
    newer = Ed25519PrivateKey.generate()
    issuer.keys = [newer]
    clock(601)

    await authenticator.caller(bearer(newer))

    with pytest.raises(TokenRefused):
        await authenticator.caller(token)


async def test_a_symmetric_key_in_the_set_is_never_used(
    issuer: Issuer, key: Ed25519PrivateKey
) -> None:
    secret = b"0123456789abcdef0123456789abcdef"
    shared = {"kty": "oct", "kid": "s", "k": urlsafe_b64encode(secret).rstrip(b"=").decode()}
    issuer.down = httpx.Response(200, json={"keys": [public_jwk(key), shared]})
    payload = jwt.decode(bearer(key).removeprefix("Bearer "), options={"verify_signature": False})

    with pytest.raises(TokenRefused):
        await issuer.authenticator().caller(
            _unsigned(payload, {"alg": "HS256", "kid": "s"}, secret)
        )


async def test_remembering_is_bounded(
    issuer: Issuer, key: Ed25519PrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "_REMEMBERED", 5)
    authenticator = issuer.authenticator()

    for n in range(12):
        await authenticator.caller(bearer(key, subject=f"p-{n}"))

    assert len(authenticator._known) == 5
