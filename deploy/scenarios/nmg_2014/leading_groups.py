"""Leading groups and their offices at levels 1 to 4, each with working rules; days generated."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Final

from deploy.scenarios.nmg_2014.days import shifted, workdays
from deploy.scenarios.nmg_2014.draws import Draws
from deploy.scenarios.nmg_2014.hierarchy import ROOT, Area, areas
from deploy.scenarios.nmg_2014.people import leader_of, office_head_of
from deploy.scenarios.nmg_2014.rows import LeadingGroup

_FORMED: Final = {
    1: workdays(date(2013, 11, 4), date(2013, 11, 8)),
    2: workdays(date(2013, 11, 18), date(2013, 12, 13)),
    3: workdays(date(2013, 12, 2), date(2014, 1, 15)),
    4: workdays(date(2014, 1, 6), date(2014, 2, 21)),
}
_MEMBERS: Final = {
    ("leading_group", 1): (21, 27),
    ("leading_group", 2): (13, 21),
    ("leading_group", 3): (11, 17),
    ("leading_group", 4): (5, 9),
    ("office", 1): (38, 46),
    ("office", 2): (16, 28),
    ("office", 3): (9, 18),
    ("office", 4): (2, 5),
}
# report: the region reinforced its group and office and completed their rules; the day assumed.
_REGION_REINFORCED_ON: Final = date(2014, 1, 27)
_TITLES: Final = {"leading_group": "领导小组工作规则", "office": "领导小组办公室工作规则"}


@cache
def leading_groups() -> tuple[LeadingGroup, ...]:
    draws = Draws("leading groups")
    rows = [row for unit in areas() if unit.level in _FORMED for row in _both(unit, draws)]
    return tuple(sorted(rows, key=lambda row: (row.formed_on, row.unit, row.group)))


def _both(unit: Area, draws: Draws) -> Iterator[LeadingGroup]:
    formed_on = draws.pick(_FORMED[unit.level])
    leaders = {"leading_group": leader_of(unit.code), "office": office_head_of(unit)}
    for group, leader in leaders.items():
        fewest, most = _MEMBERS[(group, unit.level)]
        formed = LeadingGroup(
            unit=unit.code,
            group=group,
            formed_on=formed_on,
            leader=leader,
            members=draws.between(fewest, most),
            rules_title=unit.name + _TITLES[group],
            rules_adopted_on=shifted(formed_on, draws.between(1, 10)),
        )
        yield formed
        if unit.code == ROOT:
            yield _reinforced(formed)


def _reinforced(formed: LeadingGroup) -> LeadingGroup:
    """The same group on a later day: more members, rules revised."""
    return formed._replace(
        formed_on=_REGION_REINFORCED_ON,
        members=formed.members + 4,
        rules_title=formed.rules_title + "(修订)",
        rules_adopted_on=shifted(_REGION_REINFORCED_ON, 1),
    )
