"""The units an order goes to: of these levels and kinds, below a unit."""

from collections.abc import Sequence

from services.rectification.domain.item import Raise
from shared.kernel.setting import UnitAtHand
from shared.kernel.units import ATTACHED_KINDS
from shared.platform.postgres import Pool

# Without kinds, area units are meant; the order's own unit gets no item beside the order.
_CHOSEN = """
select code, level, kind, path, registered_on, abolished_on from unit_directory
where campaign = $1 and path collate "C" >= $2 || '.' and path collate "C" < $2 || '/'
    and level = any($3::int[]) and registered_on <= $4
    and (abolished_on is null or abolished_on > $4)
    and case when $5::text[] is null then kind <> all($6::text[]) else kind = any($5::text[]) end
order by path
"""


async def units_chosen(
    pool: Pool,
    campaign: str,
    under: UnitAtHand,
    levels: Sequence[int],
    kinds: Sequence[str] | None,
    order: Raise,
) -> list[UnitAtHand]:
    """Those that exist on the day of the order."""
    rows = await pool.fetch(
        _CHOSEN, campaign, under.path, list(levels), order.raised_on,
        None if kinds is None else list(kinds), list(ATTACHED_KINDS),
    )  # fmt: skip
    return [UnitAtHand(*row) for row in rows]
