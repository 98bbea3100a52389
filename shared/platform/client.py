"""Calling the other services: timeouts, retries with jitter, a service's own token."""

import asyncio
import random
import time
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import httpx
import msgspec

from shared.contracts.contract import Contract
from shared.kernel.envelope import Envelope

_ATTEMPTS = 5
_RETRIED = frozenset({429, 502, 503, 504})
_FEED_PAGE = 5000


class _Head(msgspec.Struct):
    """As much as we need of what a service says of a history."""

    league: str
    version: int
    hash: str


class ServiceToken:
    """The token of a service account, renewed before it expires."""

    def __init__(self, issuer_url: str, account: str, client: httpx.AsyncClient) -> None:
        self._issuer_url = issuer_url
        self._account = account
        self._client = client
        self._token = ""
        self._renew_at = 0.0

    async def get(self) -> str:
        if not self._token or time.monotonic() > self._renew_at:
            answer = await self._client.post(
                f"{self._issuer_url}/token", json={"account": self._account}, timeout=5
            )
            answer.raise_for_status()
            body = answer.json()
            self._token = body["access_token"]
            self._renew_at = time.monotonic() + body["expires_in"] / 2
        return self._token

    def forget(self) -> None:
        """It was refused: its issuer may have new keys, so the next call gets a new one."""
        self._token = ""


class ServiceClient:
    """HTTP to one service; a call is repeated only when repeating it is harmless."""

    def __init__(self, base_url: str, token: ServiceToken, client: httpx.AsyncClient) -> None:
        self._base_url = base_url
        self._token = token
        self._client = client

    async def get(self, path: str, params: Mapping[str, Any] | None = None) -> httpx.Response:
        """The answer, after up to five tries; raises httpx.HTTPError when none succeeds."""
        return await self._call("GET", path, params=params)

    async def post(self, path: str, body: object, idempotency_key: str) -> httpx.Response:
        """Post under a key, so that trying again cannot do it twice."""
        return await self._call(
            "POST", path, json=body, headers={"Idempotency-Key": idempotency_key}
        )

    def is_asked_by(self, request: httpx.Request) -> bool:
        """Whether a request went to this service, and not to the issuer for a token."""
        return str(request.url).startswith(f"{self._base_url}/")

    async def _call(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        headers = dict(arguments.pop("headers", {}))
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                headers["Authorization"] = f"Bearer {await self._token.get()}"
                answer = await self._client.request(
                    method, f"{self._base_url}{path}", headers=headers, timeout=10, **arguments
                )
                if answer.status_code == httpx.codes.UNAUTHORIZED and attempt == 1:
                    self._token.forget()
                    continue
                answer.raise_for_status()
            except httpx.HTTPError as error:
                if attempt == _ATTEMPTS or not _passing(error):
                    raise
            else:
                return answer
            await asyncio.sleep(random.uniform(0.5, 1) * 0.2 * 2**attempt)  # noqa: S311 - jitter
        raise AssertionError("unreachable: the last attempt returns or raises")


def _passing(error: httpx.HTTPError) -> bool:
    """Whether another try may go better: a broken way, or a server that is busy or starting."""
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code in _RETRIED
    return isinstance(error, httpx.TransportError)


def direct_client() -> httpx.AsyncClient:
    """Services and issuer are neighbours: no proxy of the environment stands between."""
    return httpx.AsyncClient(trust_env=False)


class FeedClients:
    """Reads other services' feeds, for filling gaps and auditing completeness."""

    def __init__(self, clients: Mapping[str, ServiceClient]) -> None:
        self._clients = clients

    async def heads(self, service: str) -> dict[str, int]:
        """The last version of each league the service has recorded."""
        return {league: version for league, (version, _) in (await self.ends(service)).items()}

    async def ends(self, service: str) -> dict[str, tuple[int, str]]:
        """The last version of each league, and the hash its chain has come to."""
        answer = await self._clients[service].get("/streams/heads")
        found = msgspec.json.decode(answer.content, type=list[_Head])
        return {head.league: (head.version, head.hash) for head in found}

    async def events(self, service: str, league: str, after: int, up_to: int) -> list[Envelope]:
        """The envelopes of versions after+1 .. up_to, in order."""
        found: list[Envelope] = []
        while after < up_to:
            answer = await self._clients[service].get(
                f"/streams/{league}/events", {"after": after, "up_to": up_to, "limit": _FEED_PAGE}
            )
            page = msgspec.json.decode(answer.content, type=list[Envelope])
            if not page:
                break
            found += page
            after = page[-1].version
        return found


class Neighbours(Protocol):
    """What is told of the other services: who we are to them, and where they are."""

    @property
    def issuer_url(self) -> str: ...
    @property
    def service_account(self) -> str: ...
    @property
    def service_urls(self) -> Mapping[str, str]: ...


def feeds_of(
    settings: Neighbours, contracts: Iterable[Contract], http: httpx.AsyncClient
) -> FeedClients:
    """The feeds of the services with these contracts, read as this service's own account."""
    token = ServiceToken(settings.issuer_url, settings.service_account, http)
    names = [contract.service for contract in contracts]
    return FeedClients(
        {name: ServiceClient(settings.service_urls[name], token, http) for name in names}
    )
