"""Loading: the whole scenario through the services' public APIs; a second time changes nothing."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

import httpx
import msgspec

from deploy.scenarios.nmg_2014.campaign import CAMPAIGN
from deploy.scenarios.nmg_2014.files import csv_bytes
from deploy.scenarios.nmg_2014.requests import REQUESTS, Bulk, Single
from deploy.scenarios.nmg_2014.rows import Row
from shared.kernel.positions import format_positions, merge_positions, parse_positions

ROWS_LIMIT: Final = 50_000
BYTES_LIMIT: Final = 16 * 1024 * 1024

# Whose events each service keeps a directory of: it is to know what they were told before.
_FOLLOWS: Final[Mapping[str, tuple[str, ...]]] = {
    "units": (),
    "schedule": ("units",),
    "supervision": ("units", "schedule"),
    "rectification": ("units", "schedule"),
}
_TIMEOUT_SECONDS: Final = 180
_ATTEMPTS: Final = 8
_LATER: Final = frozenset({429, 502, 503, 504})
_PAUSE_SECONDS: Final = 0.5

Progress = Callable[[str, int, int], None]


class LoadRefused(Exception):
    """A service refused a part of the scenario; the problem document says why."""

    def __init__(self, name: str, answer: httpx.Response) -> None:
        self.name = name
        self.status = answer.status_code
        self.problem = answer.text
        super().__init__(f"{name}: {answer.request.url} answered {self.status}: {self.problem}")


class Unreachable(Exception):
    """A service did not answer, although it was asked several times."""


@dataclass(slots=True)
class Loaded:
    """What was sent, and how far each service's histories had come when it was written."""

    campaign: str
    rows: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def consistency_token(self) -> str:
        """Everything that was written: views given this token wait until they show it."""
        return _merged(self.tokens.values())


@dataclass(frozen=True, slots=True)
class _Part:
    """One HTTP call: its body and how many rows it carries."""

    body: bytes
    media_type: str
    rows: int


async def load(
    urls: Mapping[str, str],
    token_for: Callable[[str], str],
    progress: Progress,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Loaded:
    """Send everything in order; raises LoadRefused at the first refusal, or Unreachable.

    `urls` maps service name to base address, `token_for` gives a bearer token for the region's
    account of a role, `progress` is told (name, rows done, rows in all), `transport` may stand in
    for the network.
    """
    loaded = Loaded(CAMPAIGN)
    async with httpx.AsyncClient(
        timeout=_TIMEOUT_SECONDS, trust_env=False, transport=transport
    ) as client:
        for request in REQUESTS:
            parts = list(_parts(request))
            total = sum(part.rows for part in parts)
            progress(request.name, 0, total)
            for part in parts:
                answer = await _send(client, urls, token_for, request, part, loaded)
                _remember(loaded, request, part, answer)
                progress(request.name, loaded.rows[request.name], total)
    return loaded


def _parts(request: Single | Bulk) -> Iterator[_Part]:
    if isinstance(request, Single):
        for body in request.bodies():
            yield _Part(msgspec.json.encode(body), "application/json", 1)
    else:
        yield from _bulk_parts(request.rows(), request.columns)


def _bulk_parts(rows: Sequence[Row], columns: Sequence[str]) -> Iterator[_Part]:
    """As few files as the limits allow: a file too large is halved."""
    body = csv_bytes(rows, columns) if len(rows) <= ROWS_LIMIT else b""
    if body and len(body) <= BYTES_LIMIT:
        yield _Part(body, "text/csv", len(rows))
        return
    middle = len(rows) // 2
    yield from _bulk_parts(rows[:middle], columns)
    yield from _bulk_parts(rows[middle:], columns)


async def _send(
    client: httpx.AsyncClient,
    urls: Mapping[str, str],
    token_for: Callable[[str], str],
    request: Single | Bulk,
    part: _Part,
    loaded: Loaded,
) -> httpx.Response:
    """Post one part; the key is made of the content, so that trying again cannot do it twice."""
    headers = {
        "Authorization": f"Bearer {token_for(request.role)}",
        "Content-Type": part.media_type,
        "Idempotency-Key": f"{CAMPAIGN}-{request.name}-{sha256(part.body).hexdigest()[:24]}",
    }
    known = [loaded.tokens[name] for name in _FOLLOWS[request.service] if name in loaded.tokens]
    if known:
        headers["Consistency-Token"] = _merged(known)
    url = urls[request.service].rstrip("/") + request.path
    answer = await _posted(client, url, part.body, headers)
    if not answer.is_success:
        raise LoadRefused(request.name, answer)
    return answer


async def _posted(
    client: httpx.AsyncClient, url: str, body: bytes, headers: Mapping[str, str]
) -> httpx.Response:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            answer = await client.post(url, content=body, headers=headers)
        except httpx.TransportError as error:
            if attempt == _ATTEMPTS:
                raise Unreachable(f"{url}: {error!r}") from error
        else:
            if answer.status_code not in _LATER or attempt == _ATTEMPTS:
                return answer
        await asyncio.sleep(_PAUSE_SECONDS * attempt)
    raise AssertionError("the last attempt returns or raises")


def _remember(loaded: Loaded, request: Single | Bulk, part: _Part, answer: httpx.Response) -> None:
    loaded.rows[request.name] = loaded.rows.get(request.name, 0) + part.rows
    token = answer.headers.get("Consistency-Token", "")
    if token:
        before = loaded.tokens.get(request.service, "")
        loaded.tokens[request.service] = _merged([before, token])


def _merged(tokens: Iterable[str]) -> str:
    return format_positions(merge_positions(parse_positions(token) for token in tokens if token))
