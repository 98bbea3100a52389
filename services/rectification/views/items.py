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


def parent_state(known: ItemAtHand | None) -> str:
    """How an order stands under which items may be raised; empty where it is none."""
    return known.state if known is not None and known.cascades else ""
