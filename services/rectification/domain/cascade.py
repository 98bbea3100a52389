"""One order for many: the order is an item of its own, each unit below gets one that names it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from services.rectification.domain.item import Raise
from services.rectification.domain.item_refusals import CascadeEmpty, CascadeTooWide
from shared.kernel.setting import Setting, UnitAtHand

MAX_UNITS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Chosen:
    """A unit that is to get an item, and who is responsible there."""

    unit: UnitAtHand
    responsible_person: str


def children_of(order: Raise, chosen: Iterable[Chosen], order_state: str = "open") -> list[Raise]:
    """An item for each unit, named `<order>-<unit>`, due when the order is.

    An order given again goes to units that came later; `order_state` is how it stands by then.
    """
    children = [_child(order, each, order_state) for each in chosen]
    if not children:
        raise CascadeEmpty(unit=order.setting.unit.code)
    if len(children) > MAX_UNITS:
        raise CascadeTooWide(units=len(children), limit=MAX_UNITS)
    return children


def office_of(unit: str) -> str:
    """Who is responsible until the unit names a person."""
    return f"office-{unit}"


def _child(order: Raise, chosen: Chosen, order_state: str) -> Raise:
    setting = Setting(order.setting.campaign, chosen.unit, order.setting.now)
    return replace(
        order,
        setting=setting,
        item=f"{order.item}-{chosen.unit.code}",
        source="cascade",
        origin=order.item,
        responsible_person=chosen.responsible_person,
        cascades=False,
        parent=order.item,
        parent_state=order_state,
    )
