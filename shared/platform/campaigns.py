"""Campaigns as commands need them: the schedule's own, or the copy other services keep of them."""

from collections.abc import Sequence
from datetime import date
from time import monotonic
from typing import Final, Generic, TypeVar

import msgspec

from shared.contracts.schedule import SCHEDULE, CampaignOpened, Window, WindowsChanged
from shared.contracts.units import UNITS
from shared.kernel.envelope import Envelope
from shared.kernel.setting import CampaignAtHand, UnknownCampaign
from shared.platform.directory import DirectoryProjection
from shared.platform.postgres import Connection, Pool

DIRECTORY: Final = "campaign_directory"

_ABOUT = frozenset({CampaignOpened.__name__, WindowsChanged.__name__})
_FRESH_SECONDS = 1.0
_REMEMBERED = 1_000

_OPENED = """
insert into campaign_directory (campaign, state, version)
select * from unnest($1::text[], $2::jsonb[], $3::int[])
on conflict (campaign) do update set state = excluded.state, version = excluded.version
where campaign_directory.version < excluded.version
"""
_WINDOWS_CHANGED = """
update campaign_directory c
set state = jsonb_set(c.state, '{windows}', u.windows), version = u.version
from unnest($1::text[], $2::jsonb[], $3::int[]) as u(campaign, windows, version)
where c.campaign = u.campaign and c.version < u.version
"""


class KnownCampaign(msgspec.Struct, frozen=True):
    """A campaign as services know it that do not own it."""

    campaign: str
    name_zh: str
    name_en: str
    root: str
    starts_on: date
    ends_on: date
    mobilization_from: date
    windows: tuple[Window, ...]


Campaign = TypeVar("Campaign", bound=CampaignAtHand)


class CampaignReader(Generic[Campaign]):
    """Campaigns of a table of (campaign, state, version), each remembered for a moment, since
    every command asks for one; what another process changed is seen within a second.
    """

    def __init__(self, pool: Pool, table: str, kind: type[Campaign]) -> None:
        self._pool = pool
        self._query = f"select state, version from {table} where campaign = $1"  # noqa: S608
        self._kind = kind
        self._known: dict[str, tuple[float, Campaign, int]] = {}

    async def campaign(self, name: str) -> Campaign:
        """The campaign, or UnknownCampaign."""
        return (await self.versioned(name))[0]

    async def versioned(self, name: str) -> tuple[Campaign, int]:
        """The campaign and its stream's version."""
        known = self._known.get(name)
        if known is not None and monotonic() - known[0] < _FRESH_SECONDS:
            return known[1:]
        row = await self._pool.fetchrow(self._query, name)
        if row is None:
            raise UnknownCampaign(campaign=name)
        campaign = msgspec.json.decode(row["state"], type=self._kind)
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[name] = (monotonic(), campaign, row["version"])
        return campaign, row["version"]

    def forget(self, name: str) -> None:
        """What this process has just changed is read afresh."""
        self._known.pop(name, None)


def known_campaigns(pool: Pool) -> CampaignReader[KnownCampaign]:
    """The reader of a service that follows the schedule through DirectoriesProjection."""
    return CampaignReader(pool, DIRECTORY, KnownCampaign)


class DirectoriesProjection:
    """Keeps `unit_directory` and `campaign_directory` in one, for services that own neither."""

    name = "directories"
    contracts = (UNITS, SCHEDULE)
    tables = ("unit_directory", DIRECTORY)

    def __init__(self) -> None:
        self._units = DirectoryProjection()

    async def apply(self, connection: Connection, envelopes: Sequence[Envelope]) -> None:
        await self._units.apply(connection, [e for e in envelopes if e.service == UNITS.service])
        opened: list[tuple[str, str, int]] = []
        changed: dict[str, tuple[str, str, int]] = {}
        for envelope in envelopes:
            if envelope.service != SCHEDULE.service or envelope.event_name[0] not in _ABOUT:
                continue  # no command of another service asks for it
            name, version = envelope.campaign, envelope.streamversion
            match SCHEDULE.open(envelope):
                case CampaignOpened() as event:
                    known = KnownCampaign(**msgspec.structs.asdict(event))
                    opened.append((name, _json(known), version))
                case WindowsChanged(windows=windows):
                    changed[name] = (name, _json(windows), version)
                case _:
                    pass  # of these names, there are no others
        if opened:
            await connection.execute(_OPENED, *zip(*opened, strict=True))
        if changed:
            await connection.execute(_WINDOWS_CHANGED, *zip(*changed.values(), strict=True))


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
