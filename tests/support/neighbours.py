"""Neighbours of a service under test: real apps by host, reached without a network."""

from dataclasses import dataclass, field

import httpx

from tests.support.access import ISSUER_URL, issuer_transport


@dataclass
class Neighbours(httpx.AsyncBaseTransport):
    """The issuer and other services by host; who is not there, or is down, is not reached."""

    apps: dict[str, httpx.AsyncBaseTransport] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.apps[httpx.URL(ISSUER_URL).host] = issuer_transport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        if host in self.down or host not in self.apps:
            raise httpx.ConnectError("nobody listens", request=request)
        return await self.apps[host].handle_async_request(request)
