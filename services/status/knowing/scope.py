"""Scope: the histories in which anything about a unit and what is below it may be told."""

from collections.abc import Iterable
from typing import Final, TypeAlias

import msgspec

from services.status.facts import UnitFact
from services.status.knowing.types import PASSAGES
from services.status.stored import Reader
from shared.kernel.units import league_of

Scope: TypeAlias = frozenset[str] | None
"""Leagues whose histories are read as a whole; None: all. Of the others', only what is about
things of several leagues is read.
"""

_PASSING: Final = """
select f.fact from unit_facts f where f.campaign = $1 and f.unit in (
    select unit from history
    where campaign = $1 and type = any($3::text[]) and league = any($2::text[])
)
"""
_fact = msgspec.json.Decoder(UnitFact).decode


async def scope_of(rows: Reader, campaign: str, fact: UnitFact) -> Scope:
    """Of a unit as it is known today: units that came or went tell of themselves elsewhere, too."""
    if "." not in fact.path:
        return None
    leagues = _leagues([fact])
    passing = await rows.fetch(_PASSING, campaign, list(leagues), PASSAGES)
    return frozenset(leagues | _leagues(_fact(text) for (text,) in passing))


def _leagues(facts: Iterable[UnitFact]) -> set[str]:
    """The leagues they ever stood in, and the region, whose history tells of the campaign."""
    paths = {placement.path for fact in facts for placement in fact.placements}
    return {league_of(path) for path in paths} | {path.partition(".")[0] for path in paths}
