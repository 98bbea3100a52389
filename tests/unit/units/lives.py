"""A small tree and its events, as the deciders' tests tell them."""

from datetime import date
from typing import Any

from services.units.domain.tree import Tree, Unit
from services.units.domain.unit import UNIT, Command, InTree, Unregistered
from shared.contracts.units import UnitRegistered
from shared.kernel.events import Event

CAMPAIGN = "nmg-2014"
START = date(2013, 11, 1)
TODAY = date(2014, 3, 4)


def registered(path: str, level: int, kind: str, **more: Any) -> UnitRegistered:
    """A unit's first event, its code and parent read from the path."""
    codes = path.split(".")
    fields = {
        "campaign": CAMPAIGN,
        "code": codes[-1],
        "parent": codes[-2] if len(codes) > 1 else None,
        "level": level,
        "kind": kind,
        "name": f"单位{codes[-1]}",
        "path": path,
        "registered_on": START,
    }
    return UnitRegistered(**(fields | more))


REGION = registered("15", 1, "region")
HOHHOT = registered("15.1501", 2, "city")
BAOTOU = registered("15.1502", 2, "city")
BUREAU = registered("15.1502.1502-D01", 2, "directly_affiliated")
DONGHE = registered("15.1502.150202", 3, "district")
KUNDULUN = registered("15.1502.150203", 3, "district")
STREET = registered("15.1502.150202.150202001", 4, "subdistrict")
COMMUNITY = registered("15.1502.150202.150202001.150202001001", 5, "community")
ALL = (REGION, HOHHOT, BAOTOU, BUREAU, DONGHE, KUNDULUN, STREET, COMMUNITY)


def unit_after(*events: Event) -> Unit:
    state = UNIT.fold(events)
    assert not isinstance(state, Unregistered)
    return state.unit


def tree(*lives: Event | tuple[Event, ...], elsewhere: tuple[str, ...] = ()) -> Tree:
    """The tree of these lives, or of ALL with the given ones in their place."""
    units = {unit.code: unit for unit in map(unit_after, ALL)}
    for life in lives:
        unit = unit_after(*(life if isinstance(life, tuple) else (life,)))
        units[unit.code] = unit
    return Tree(units.values(), root="15", elsewhere=elsewhere)


def asked(code: str, command: Command, within: Tree | None = None) -> InTree:
    return InTree(CAMPAIGN, code, command, tree() if within is None else within, TODAY)
