"""Callers for tests: tokens of the local issuer, asked for its keys without a network."""

from datetime import timedelta

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.issuer import Grant, Role, create_app, mint

ISSUER_URL = "http://issuer.test"
_KEY = Ed25519PrivateKey.generate()


def issuer_client() -> httpx.AsyncClient:
    """A client that reaches the issuer's own app: what an Authenticator asks for keys."""
    return httpx.AsyncClient(transport=issuer_transport())


def issuer_transport() -> httpx.ASGITransport:
    """The way to the issuer alone, for a client that reaches others, too."""
    return httpx.ASGITransport(create_app(_KEY, ISSUER_URL))


def token(role: Role, unit: str, *, ttl: timedelta = timedelta(hours=1)) -> str:
    """A signed token of `p-<unit>-<role>`; a negative ttl makes an expired one."""
    return mint(_KEY, ISSUER_URL, f"p-{unit}-{role}", [Grant(role=role, unit=unit)], ttl)


def bearer(role: Role, unit: str) -> dict[str, str]:
    """The headers of a caller with one role for one unit and all below it."""
    return {"Authorization": f"Bearer {token(role, unit)}"}


def bearer_of(person: str, role: Role, unit: str) -> dict[str, str]:
    """As `bearer`, but of a person named by the test."""
    signed = mint(_KEY, ISSUER_URL, person, [Grant(role=role, unit=unit)], timedelta(hours=1))
    return {"Authorization": f"Bearer {signed}"}


def foreign_bearer(role: Role, unit: str) -> dict[str, str]:
    """As `bearer`, but signed by a key this system does not know."""
    key = Ed25519PrivateKey.generate()
    signed = mint(key, ISSUER_URL, "stranger", [Grant(role=role, unit=unit)], timedelta(hours=1))
    return {"Authorization": f"Bearer {signed}"}
