"""What the topics of units and schedule would tell a service that follows them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import asyncpg
import msgspec

from shared.contracts.schedule import CampaignOpened, Window
from shared.contracts.units import UnitAbolished, UnitRegistered
from shared.kernel.envelope import Envelope, event_type
from shared.kernel.events import Event
from shared.kernel.units import league_of, own_code
from shared.platform.consuming import Projection

Units = Mapping[str, tuple[int, str]]
"""Level and kind by path."""


async def tell(
    pool: "asyncpg.Pool[asyncpg.Record]", projection: Projection, envelopes: list[Envelope]
) -> None:
    """Apply envelopes as a consumer would, in one transaction."""
    async with pool.acquire() as connection, connection.transaction():
        await projection.apply(connection, envelopes)


def registered(campaign: str, units: Units, since: date = date(2000, 1, 1)) -> list[Envelope]:
    """Every unit, as it was registered."""
    return [
        enveloped(
            "units",
            path,
            f"unit/{campaign}/{own_code(path)}",
            UnitRegistered(
                campaign=campaign,
                code=own_code(path),
                parent=own_code(path.rpartition(".")[0]) or None,
                level=level,
                kind=kind,
                name=f"单位{own_code(path)}",
                path=path,
                registered_on=since,
            ),
        )
        for path, (level, kind) in units.items()
    ]


def abolished(campaign: str, path: str, on: date) -> Envelope:
    code = own_code(path)
    event = UnitAbolished(campaign=campaign, code=code, reason="撤销", effective_on=on)
    return enveloped("units", path, f"unit/{campaign}/{code}", event, 2)


def opened(campaign: str, root: str, windows: tuple[Window, ...]) -> Envelope:
    """The campaign's opening, for the year 2014."""
    event = CampaignOpened(
        campaign=campaign,
        name_zh="第二批教育实践活动",
        name_en="Batch two",
        root=root,
        starts_on=date(2013, 11, 1),
        ends_on=date(2014, 10, 31),
        mobilization_from=date(2014, 1, 20),
        windows=windows,
    )
    return enveloped("schedule", root, f"campaign/{campaign}", event)


def enveloped(service: str, path: str, stream: str, event: Event, version: int = 1) -> Envelope:
    """An event about the unit of a path, as its topic carries it."""
    campaign: str = getattr(event, "campaign")  # noqa: B009 - every event of ours has one
    return Envelope(
        id=f"{stream}-{version}",
        source=f"/campaign/{service}",
        type=event_type(service, type(event).__name__, 1),
        subject=own_code(path),
        time=event.occurred_at,
        partitionkey=league_of(path),
        campaign=campaign,
        league=league_of(path),
        version=version,
        stream=stream,
        streamversion=version,
        unitpath=path,
        actor="p-1",
        correlationid="c",
        recordedat=datetime.now(UTC),
        hash="",
        data=msgspec.Raw(msgspec.json.encode(event)),
    )
