import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.issuer import (
    LONGEST_SECONDS,
    ROLES,
    SHOWN_ACCOUNTS,
    Grant,
    create_app,
    load_key,
    mint,
    public_jwk,
)

ISSUER = "http://127.0.0.1:8100"
KEY = Ed25519PrivateKey.generate()


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(KEY, ISSUER))
    async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as asking:
        yield asking


def claims(token: str, key: Ed25519PrivateKey = KEY) -> dict[str, object]:
    opened: dict[str, object] = jwt.decode(
        token, jwt.PyJWK(public_jwk(key)), algorithms=["EdDSA"], audience="campaign", issuer=ISSUER
    )
    return opened


def test_a_minted_token_carries_who_may_do_what_where() -> None:
    at = datetime.now(UTC).replace(microsecond=0)
    grants = [Grant(role="clerk", unit="1502"), Grant(role="auditor", unit="15")]

    token = mint(KEY, ISSUER, "p-1502-0007", grants, timedelta(minutes=5), issued_at=at)

    assert claims(token) == {
        "iss": ISSUER,
        "aud": "campaign",
        "sub": "p-1502-0007",
        "iat": int(at.timestamp()),
        "exp": int(at.timestamp()) + 300,
        "grants": grants,
    }
    assert jwt.get_unverified_header(token)["kid"] == public_jwk(KEY)["kid"]


def test_a_negative_life_makes_an_expired_token() -> None:
    token = mint(KEY, ISSUER, "p-1502-0007", [], timedelta(seconds=-10))

    with pytest.raises(jwt.ExpiredSignatureError):
        claims(token)


def test_another_key_does_not_open_it() -> None:
    token = mint(Ed25519PrivateKey.generate(), ISSUER, "p-1502-0007", [], timedelta(minutes=5))

    with pytest.raises(jwt.InvalidSignatureError):
        claims(token)


async def test_the_published_key_opens_what_is_issued(client: httpx.AsyncClient) -> None:
    published = (await client.get("/jwks.json")).json()
    answer = (await client.post("/token", json={"account": "clerk-1502"})).json()

    assert published == {"keys": [public_jwk(KEY)]}
    assert claims(answer["access_token"])["grants"] == [{"role": "clerk", "unit": "1502"}]
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 28800)


async def test_a_token_may_name_the_person(client: httpx.AsyncClient) -> None:
    asked = {"account": "clerk-1502", "person": "p-1502-0007"}
    named = (await client.post("/token", json=asked)).json()
    nameless = (await client.post("/token", json={"account": "clerk-1502"})).json()

    assert claims(named["access_token"])["sub"] == "p-1502-0007"
    assert claims(named["access_token"])["grants"] == [{"role": "clerk", "unit": "1502"}]
    assert claims(nameless["access_token"])["sub"] == "p-1502-clerk"


@pytest.mark.parametrize("person", ["", "p-", "1502", "p-甲", "p-1\n", "p-" + "x" * 41, 7])
async def test_a_person_is_named_by_an_id(client: httpx.AsyncClient, person: object) -> None:
    """A name, above all, is none: tokens travel, and people appear in them as ids only."""
    answer = await client.post("/token", json={"account": "clerk-1502", "person": person})

    assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")
    assert "person" in answer.json()["detail"]


async def test_every_shown_account_works(client: httpx.AsyncClient) -> None:
    shown = (await client.get("/accounts")).json()["accounts"]
    answers = [await client.post("/token", json={"account": each}) for each in shown]

    assert tuple(shown) == SHOWN_ACCOUNTS
    assert {f"{role}-15" for role in ROLES} <= set(shown)
    assert {each.status_code for each in answers} == {200}


async def test_the_life_of_a_token_can_be_chosen(client: httpx.AsyncClient) -> None:
    answer = await client.post("/token", json={"account": "clerk-15", "ttl_seconds": 60})
    opened = claims(answer.json()["access_token"])

    assert answer.json()["expires_in"] == 60
    assert opened["exp"] == int(str(opened["iat"])) + 60


@pytest.mark.parametrize(
    "account",
    ["king-15", "clerk", "clerk-", "clerk-x", "clerk-15-Z01", "clerk-15 ", "CLERK-15", "", "-15"],
)
async def test_an_unknown_account_is_refused(client: httpx.AsyncClient, account: str) -> None:
    answer = await client.post("/token", json={"account": account})

    assert (answer.status_code, answer.json()["code"]) == (404, "account-unknown")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"{}", b'{"account": 1}', b'{"account": null}', b"\xff\xfe",
        b'{"account": "clerk-15", "ttl_seconds": 0}',
        b'{"account": "clerk-15", "ttl_seconds": "60"}',
        b'{"account": "clerk-15", "ttl_seconds": 1e400}',
        b'{"account": "clerk-15", "ttl_seconds": %d}' % (LONGEST_SECONDS + 1),
        b'{"account": "clerk-15", "more": 1}',
        b'{"account": "' + b"x" * 41 + b'"}',
    ],
)  # fmt: skip
async def test_a_bad_body_is_refused_with_the_place(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/token", content=body, headers={"Content-Type": "application/json"})

    assert 400 <= answer.status_code < 500
    assert answer.json()["code"] in {"request-invalid", "request-refused"}


async def test_an_oversized_body_is_refused_unread(client: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 1024

    large = await client.post("/token", content=b" " * 5000)
    unmeasured = await client.post("/token", content=endless())

    assert (large.status_code, large.json()["code"]) == (413, "body-too-large")
    assert (unmeasured.status_code, unmeasured.json()["code"]) == (413, "body-too-large")


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [("GET", "/nothing", "not-found"), ("GET", "/token", "method-not-allowed")],
)
async def test_other_addresses_are_problems_too(
    client: httpx.AsyncClient, method: str, path: str, code: str
) -> None:
    answer = await client.request(method, path)

    assert answer.json()["code"] == code
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "issuer" / "key.pem"

    first, second = load_key(path), load_key(path)

    assert public_jwk(first) == public_jwk(second)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
