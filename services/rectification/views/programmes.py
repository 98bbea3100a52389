"""How filed plans, batch links, programmes, petition receptions and pairings are kept and shown."""

from collections.abc import Iterable
from typing import Any, Final

from services.rectification.domain.batch_link import BATCH_LINK
from services.rectification.domain.filed_plan import FILED_PLAN
from services.rectification.domain.pairing import PAIRING, Pairing
from services.rectification.domain.petition import RECEPTION
from services.rectification.domain.programme import PROGRAMME, Programme
from shared.contracts.rectification import BatchesLinked, PetitionsReceived, PlanFiled
from shared.platform.commands import Change
from shared.platform.inline_views import Row, Showing, Table
from shared.platform.lives import Life
from shared.platform.postgres import Pool


def _filed_row(change: Change[Any, PlanFiled]) -> Row:
    f = change.state
    return f.campaign, f.unit, f.document, f.title, f.digest, f.filed_on, change.version


def _link_row(change: Change[Any, BatchesLinked]) -> Row:
    link = change.state
    return link.campaign, link.unit, link.led_by, link.linked_on, change.version


def _programme_row(change: Change[Any, Programme]) -> Row:
    programme, p = change.state, change.state.launched
    done = programme.completed
    return (
        p.campaign, p.programme, p.unit, p.kind, p.category, p.title, p.measure, p.target,
        programme.counted, programme.capped, programme.excess, len(programme.entries),
        "completed" if done else "running", p.due_on, p.launched_on, programme.last_on,
        done.verified_by if done else "", done.completed_on if done else None, change.version,
    )  # fmt: skip


def _petition_row(change: Change[Any, PetitionsReceived]) -> Row:
    p = change.state
    return (
        p.campaign, p.reception, p.unit, p.received_by, p.visits, p.cases, p.settled_on_spot,
        p.held_on, change.version,
    )  # fmt: skip


def _pairing_row(change: Change[Any, Pairing]) -> Row:
    p, ended = change.state.paired, change.state.ended
    return (
        p.campaign, p.pairing, p.unit, p.helper, p.kind, p.households,
        "ended" if ended else "running", ended.outcome if ended else "", p.paired_on,
        ended.ended_on if ended else None, change.version,
    )  # fmt: skip


FILED_PLANS: Final = Table(
    "filed_plans",
    ("campaign", "unit", "document"),
    dict.fromkeys(("campaign", "unit", "document", "title", "digest"), "text")
    | {"filed_on": "date", "version": "int"},
)
BATCH_LINKS: Final = Table(
    "batch_links",
    ("campaign", "unit", "led_by"),
    dict.fromkeys(("campaign", "unit", "led_by"), "text") | {"linked_on": "date", "version": "int"},
)
PROGRAMMES: Final = Table(
    "programmes",
    ("campaign", "programme"),
    dict.fromkeys(("campaign", "programme", "unit", "kind", "category", "title", "measure"), "text")
    | {"target": "int", "counted": "bigint", "reached": "bigint", "excess": "bigint"}
    | {"entries": "int", "state": "text", "due_on": "date", "launched_on": "date"}
    | {"last_on": "date", "verified_by": "text", "completed_on": "date", "version": "int"},
)
PETITIONS: Final = Table(
    "petitions",
    ("campaign", "reception"),
    dict.fromkeys(("campaign", "reception", "unit", "received_by"), "text")
    | dict.fromkeys(("visits", "cases", "settled_on_spot"), "int")
    | {"held_on": "date", "version": "int"},
)
PAIRINGS: Final = Table(
    "pairings",
    ("campaign", "pairing"),
    dict.fromkeys(("campaign", "pairing", "unit", "helper", "kind"), "text")
    | {"households": "int", "state": "text", "outcome": "text", "paired_on": "date"}
    | {"ended_on": "date", "version": "int"},
)

OF_FILED_PLAN: Final = Life("filed-plan", FILED_PLAN, Showing(FILED_PLANS, _filed_row))
OF_BATCH_LINK: Final = Life("batch-link", BATCH_LINK, Showing(BATCH_LINKS, _link_row))
OF_PROGRAMME: Final = Life("programme", PROGRAMME, Showing(PROGRAMMES, _programme_row))
OF_PETITION: Final = Life("petition", RECEPTION, Showing(PETITIONS, _petition_row))
OF_PAIRING: Final = Life("pairing", PAIRING, Showing(PAIRINGS, _pairing_row))

PROGRAMME_LIVES: Final = (OF_FILED_PLAN, OF_BATCH_LINK, OF_PROGRAMME, OF_PETITION, OF_PAIRING)

UNITS_OF_PROGRAMMES: Final = (
    "select programme, unit from programmes where campaign = $1 and programme = any($2::text[])"
)
UNITS_OF_PAIRINGS: Final = (
    "select pairing, unit from pairings where campaign = $1 and pairing = any($2::text[])"
)
_OPEN_ITEMS: Final = """
select programme, count(*) as open from items
where campaign = $1 and programme = any($2::text[]) and programme <> '' and state <> 'closed'
group by programme
"""
_KNOWN: Final = """
select code from unit_directory
where campaign = $1 and code = any($2::text[]) and registered_on is not null
"""


async def open_items(pool: Pool, campaign: str, programmes: Iterable[str]) -> dict[str, int]:
    """How many items of each programme are not closed; those without any are left out."""
    return dict(await pool.fetch(_OPEN_ITEMS, campaign, list(programmes)))


async def known_units(pool: Pool, campaign: str, codes: Iterable[str]) -> set[str]:
    """Those of the codes that are units of the campaign."""
    return {row["code"] for row in await pool.fetch(_KNOWN, campaign, list(codes))}
