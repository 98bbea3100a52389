"""Items as commands need them: whose they are, who is responsible, what is open below them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from services.rectification.domain.item_refusals import UnknownItem
from shared.platform.postgres import Pool

UNIT_OF_ITEM: Final = "select item, unit from items where campaign = $1 and item = any($2::text[])"

_AT_HAND = """
select i.item, i.unit, i.responsible_person, i.state, i.cascades,
       case when i.cascades then (
           select count(*) from items c
           where c.campaign = i.campaign and c.parent = i.item and c.parent <> ''
               and c.state <> 'closed')
       else 0 end as open_children
from items i where i.campaign = $1 and i.item = any($2::text[])
"""


_PROGRAMMES = "select programme from programmes where campaign = $1 and programme = any($2::text[])"


@dataclass(frozen=True, slots=True)
class ItemAtHand:
    item: str
    unit: str
    responsible_person: str
    state: str
    cascades: bool
    open_children: int


async def items_at_hand(pool: Pool, campaign: str, items: Iterable[str]) -> dict[str, ItemAtHand]:
    """Those of the items that are on the ledger, in one query."""
    rows = await pool.fetch(_AT_HAND, campaign, list(items))
    return {row["item"]: ItemAtHand(*row) for row in rows}


async def item_at_hand(pool: Pool, campaign: str, item: str) -> ItemAtHand:
    """The item, or UnknownItem."""
    found = await items_at_hand(pool, campaign, [item])
    if item not in found:
        raise UnknownItem(item=item)
    return found[item]


@dataclass(frozen=True, slots=True)
class Named:
    """Orders and programmes that new items name: those there are."""

    items: dict[str, ItemAtHand]
    programmes: frozenset[str]

    def parent_state(self, parent: str) -> str:
        """How an order stands under which items may be raised; empty where it is none."""
        known = self.items.get(parent)
        return known.state if known is not None and known.cascades else ""


async def named(
    pool: Pool, campaign: str, parents: Iterable[str | None], programmes: Iterable[str | None]
) -> Named:
    """What is known of them; nothing is asked where nothing is named."""
    orders, wanted = {p for p in parents if p}, {p for p in programmes if p}
    found = await pool.fetch(_PROGRAMMES, campaign, list(wanted)) if wanted else []
    items = await items_at_hand(pool, campaign, orders) if orders else {}
    return Named(items, frozenset(programme for (programme,) in found))
