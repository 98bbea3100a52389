"""A service's API on a real database, its directories fed as the topics would feed them."""

import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import httpx
import msgspec
from fastapi import FastAPI

from deploy.issuer import Role
from shared.contracts.schedule import CampaignOpened, Window
from shared.contracts.units import UnitAbolished, UnitRegistered
from shared.kernel.envelope import Envelope, event_type
from shared.kernel.events import Event
from shared.kernel.units import league_of, own_code
from shared.platform.campaigns import DirectoriesProjection
from shared.platform.postgres import Pool
from tests.support.access import bearer

_numbers = itertools.count(1)

UNITS: Mapping[str, tuple[int, str]] = {
    "15": (1, "region"),
    "15.1502": (2, "city"),
    "15.1503": (2, "city"),
    "15.1502.1502-D03": (2, "directly_affiliated"),
    "15.1502.150202": (3, "district"),
    "15.1502.150203": (3, "district"),
    "15.1503.150302": (3, "district"),
    **{f"15.1502.150202.1502020{n:02}": (4, "town") for n in range(1, 21)},
    "15.1502.150202.150202001.150202001201": (5, "gacha"),
}
_WINDOWS = (
    Window((2, 3), ("area",), date(2014, 1, 24), date(2014, 2, 20)),
    Window((4, 5), ("area",), date(2014, 3, 1), date(2014, 3, 15)),
)


@dataclass(frozen=True)
class Desk:
    """A client of the API that speaks of one campaign, as whoever it is asked to be."""

    http: httpx.AsyncClient
    campaign: str
    pool: Pool

    async def get(
        self, path: str, role: Role = "clerk", unit: str = "15", **headers: str
    ) -> httpx.Response:
        return await self.http.get(self._path(path), headers=bearer(role, unit) | headers)

    async def post(
        self,
        path: str,
        body: Any,
        role: Role = "clerk",
        unit: str = "15",
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        given = bearer(role, unit) | dict(headers or {})
        return await self.http.post(self._path(path), json=body, headers=given)

    async def upload(
        self,
        path: str,
        content: str | bytes,
        role: Role = "clerk",
        unit: str = "15",
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        given = bearer(role, unit) | {"Content-Type": "text/csv"} | dict(headers or {})
        body = content.encode() if isinstance(content, str) else content
        return await self.http.post(self._path(path), content=body, headers=given)

    async def events(self) -> list[str]:
        """The names of this campaign's events in the order they were recorded."""
        rows = await self.pool.fetch(
            "select type from events where meta->>'campaign' = $1"
            " order by recorded_at, league, version",
            self.campaign,
        )
        return [row["type"] for row in rows]

    async def abolish(self, path: str, on: date) -> None:
        code = own_code(path)
        event = UnitAbolished(campaign=self.campaign, code=code, reason="撤销", effective_on=on)
        await tell(self.pool, [_about_unit(self.campaign, path, event, 2)])

    def _path(self, path: str) -> str:
        return f"/campaigns/{self.campaign}{path}"


@asynccontextmanager
async def desk_of(
    app: FastAPI, units: Mapping[str, tuple[int, str]] = UNITS, *, known: bool = True
) -> AsyncIterator[Desk]:
    """The running app with a campaign of its own and its units known; `known` says that the
    campaign is told of, as to services that follow the schedule.
    """
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://service.test") as http,
    ):
        desk = Desk(http, f"nmg-{next(_numbers)}", app.state.office.store.pool)
        envelopes = [registered(desk.campaign, path, *units[path]) for path in units]
        await tell(desk.pool, [*envelopes, opened(desk.campaign)] if known else envelopes)
        yield desk


async def tell(pool: Pool, envelopes: Sequence[Envelope]) -> None:
    """Apply envelopes to the directories, as their consumer does."""
    async with pool.acquire() as connection, connection.transaction():
        await DirectoriesProjection().apply(connection, envelopes)


def registered(campaign: str, path: str, level: int, kind: str) -> Envelope:
    code = own_code(path)
    event = UnitRegistered(
        campaign=campaign, code=code, parent=own_code(path.rpartition(".")[0]) or None,
        level=level, kind=kind, name=f"单位{code}", path=path, registered_on=date(2000, 1, 1),
    )  # fmt: skip
    return _about_unit(campaign, path, event, 1)


def opened(campaign: str) -> Envelope:
    event = CampaignOpened(
        campaign=campaign, name_zh="第二批教育实践活动", name_en="Batch two", root="15",
        starts_on=date(2013, 11, 1), ends_on=date(2014, 10, 31),
        mobilization_from=date(2014, 1, 20), windows=_WINDOWS,
    )  # fmt: skip
    return enveloped("schedule", campaign, "15", f"campaign/{campaign}", event, 1)


def _about_unit(campaign: str, path: str, event: Event, version: int) -> Envelope:
    return enveloped("units", campaign, path, f"unit/{campaign}/{own_code(path)}", event, version)


def enveloped(
    service: str, campaign: str, path: str, stream: str, event: Event, version: int
) -> Envelope:
    return Envelope(
        id=f"{stream}-{version}", source=f"/campaign/{service}",
        type=event_type(service, type(event).__name__, 1), subject=own_code(path),
        time=event.occurred_at, partitionkey=league_of(path), campaign=campaign,
        league=league_of(path), version=version, stream=stream, streamversion=version,
        unitpath=path, actor="p-1", correlationid="c", recordedat=datetime.now(UTC), hash="",
        data=msgspec.Raw(msgspec.json.encode(event)),
    )  # fmt: skip
