"""The views' tables seen from outside, and the topics and feed they are filled from."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import msgspec

from shared.kernel.envelope import Envelope
from shared.platform.consuming import Record
from shared.platform.kafka import partition_of
from shared.platform.postgres import Pool

Tables: TypeAlias = list[list[tuple[Any, ...]]]

_UNITS = """
select campaign, unit, league, parent, path, level, kind, class, name, registered_on, abolished_on,
       fact::text
from unit_facts order by campaign, unit
"""
_ROLLUP = """
select * from rollup_daily where n <> 0
order by campaign, ancestor, tree, class, metric, effective_on, judged_on
"""
_HISTORY = """
select service, league, version, event_id, type, campaign, unit, value from history
order by service, league, version
"""
_SHOWN = (
    _UNITS,
    "select campaign, fact::text from campaign_facts order by campaign",
    "select * from former_parents order by campaign, parent, unit",
    "select campaign, kind, id, fact from thing_facts order by campaign, kind, id",
    _ROLLUP,
)
_KEPT = (
    _HISTORY,
    "select service, league, version from checkpoints order by service, league",
)


async def views(pool: Pool) -> Tables:
    """Every row of the views; lines that cancelled out to nothing say nothing."""
    return [[tuple(row) for row in await pool.fetch(query)] for query in _SHOWN]


async def everything(pool: Pool) -> Tables:
    """The views, the history and the checkpoints."""
    kept = [[tuple(row) for row in await pool.fetch(query)] for query in _KEPT]
    return [*await views(pool), *kept]


async def empty(pool: Pool) -> None:
    await pool.execute(
        "truncate unit_facts, campaign_facts, former_parents, thing_facts, thing_units,"
        " rollup_daily, history, checkpoints, parked, discarded, projection_lag,"
        " views_outdated"
    )


def records(envelopes: Sequence[Envelope]) -> list[Record]:
    """The envelopes as their topics would deliver them."""
    return [
        Record(
            f"campaign.{envelope.service}.v1",
            partition_of(envelope.league),
            number,
            msgspec.json.encode(envelope),
        )
        for number, envelope in enumerate(envelopes)
    ]


class Feed:
    """The services' own feeds: what they hold, whatever the topics lost."""

    def __init__(self, envelopes: Sequence[Envelope]) -> None:
        self._envelopes = envelopes
        self.asked: list[tuple[str, str, int, int]] = []

    async def __call__(self, service: str, league: str, after: int, up_to: int) -> list[Envelope]:
        self.asked.append((service, league, after, up_to))
        return [
            envelope
            for envelope in self._envelopes
            if (envelope.service, envelope.league) == (service, league)
            and after < envelope.version <= up_to
        ]


class Feeds(Feed):
    """What the services' feeds answer."""

    async def heads(self, service: str) -> dict[str, int]:
        return {e.league: e.version for e in self._envelopes if e.service == service}

    async def events(self, service: str, league: str, after: int, up_to: int) -> list[Envelope]:
        return await self(service, league, after, up_to)
