"""Who calls: bearer tokens checked against the issuer's published keys."""

import asyncio
from collections import OrderedDict
from time import time
from typing import Annotated, Any

import httpx
import jwt
from fastapi import Depends, Request

from shared.kernel.access import Caller, Grant, Role
from shared.kernel.refusals import Refusal

AUDIENCE = "campaign"
_ALGORITHMS = ["EdDSA", "RS256", "ES256"]
_REMEMBERED = 10_000
_REFETCH_SECONDS = 10.0
_RETRY_SECONDS = 1.0
_KEEP_SECONDS = 600.0


class TokenMissing(Refusal):
    code = "token-missing"
    status = 401
    zh = "请先登录:请求须带 Authorization: Bearer 令牌。"
    en = "Sign in first: the request needs an Authorization: Bearer token."


class TokenExpired(Refusal):
    code = "token-expired"
    status = 401
    zh = "登录已过期,请重新取得令牌。"
    en = "The token has expired; get a new one."


class TokenRefused(Refusal):
    code = "token-refused"
    status = 401
    zh = "令牌无效或不是本系统签发的,请重新登录。"
    en = "The token is not valid here; sign in again with this system's issuer."


class IssuerUnavailable(Refusal):
    code = "issuer-unavailable"
    status = 503
    zh = "暂时无法核对登录信息,请稍后再试。"
    en = "The token issuer cannot be reached; try again shortly."


class Authenticator:
    """Turns tokens into callers; keys are fetched when first needed, tokens remembered until
    they expire.
    """

    def __init__(self, issuer_url: str, client: httpx.AsyncClient) -> None:
        self._issuer = issuer_url
        self._client = client
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = float("-inf")
        self._failed_at = float("-inf")
        self._fetching = asyncio.Lock()
        self._known: OrderedDict[str, tuple[float, Caller]] = OrderedDict()

    async def caller(self, authorization: str | None) -> Caller:
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise TokenMissing
        known = self._known.get(token)
        if known is not None:
            if known[0] <= time():
                raise TokenExpired
            return known[1]
        claims = await self._claims(token.strip())
        caller = _caller_of(claims)
        self._known[token] = (float(claims["exp"]), caller)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return caller

    async def _claims(self, token: str) -> dict[str, Any]:
        try:
            key = await self._key(str(jwt.get_unverified_header(token).get("kid", "")))
            return jwt.decode(
                token,
                key.key,
                # The key says how it signs, never the token.
                algorithms=[key.algorithm_name],
                audience=AUDIENCE,
                issuer=self._issuer,
                options={"require": ["exp", "sub", "iss", "aud"]},
            )
        except jwt.ExpiredSignatureError as error:
            raise TokenExpired from error
        except (jwt.PyJWTError, ValueError) as error:
            raise TokenRefused from error

    async def _key(self, kid: str) -> jwt.PyJWK:
        if kid not in self._keys or self._age() > _KEEP_SECONDS:
            async with self._fetching:
                await self._refresh(kid)
        if kid not in self._keys:
            raise TokenRefused
        return self._keys[kid]

    async def _refresh(self, kid: str) -> None:
        """Fetch the keys for an unknown one, which may be new, and now and then, as one may have
        been withdrawn. A flood of forged tokens must not flood the issuer.
        """
        known = kid in self._keys
        if self._age() <= (_KEEP_SECONDS if known else _REFETCH_SECONDS):
            return
        try:
            keys = await self._fetch()
        except IssuerUnavailable:
            if not known:
                raise
            return
        if not self._keys.keys() <= keys.keys():
            self._known.clear()  # some were signed with a key that was withdrawn
        self._keys, self._fetched_at = keys, _now()

    def _age(self) -> float:
        return _now() - self._fetched_at

    async def _fetch(self) -> dict[str, jwt.PyJWK]:
        # Whoever waited for a fetch that failed need not wait for another.
        if _now() - self._failed_at <= _RETRY_SECONDS:
            raise IssuerUnavailable
        try:
            answer = await self._client.get(f"{self._issuer}/jwks.json", timeout=5)
            answer.raise_for_status()
            keys = jwt.PyJWKSet.from_dict(answer.json()).keys
        # What answers in another shape is not the issuer.
        except (httpx.HTTPError, ValueError, jwt.PyJWTError, AttributeError, TypeError) as error:
            self._failed_at = _now()
            raise IssuerUnavailable from error
        return {key.key_id or "": key for key in keys if key.algorithm_name in _ALGORITHMS}


def _now() -> float:
    return asyncio.get_running_loop().time()


def _caller_of(claims: dict[str, Any]) -> Caller:
    try:
        grants = [Grant(Role(g["role"]), str(g["unit"])) for g in claims.get("grants", [])]
    except (KeyError, TypeError, ValueError) as error:
        raise TokenRefused from error
    return Caller(str(claims["sub"]), grants)


async def _caller(request: Request) -> Caller:
    authenticator: Authenticator = request.app.state.authenticator
    return await authenticator.caller(request.headers.get("authorization"))


CallerOf = Annotated[Caller, Depends(_caller)]
