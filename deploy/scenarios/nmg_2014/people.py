"""People of the directory: generated names, titles and ranks; events carry only their ids."""

from collections.abc import Iterator
from functools import cache
from typing import Final

from deploy.scenarios.nmg_2014.draws import Draws
from deploy.scenarios.nmg_2014.hierarchy import ROOT, Area, areas
from deploy.scenarios.nmg_2014.instructors import instructors
from deploy.scenarios.nmg_2014.names import GIVEN_NAMES, SURNAMES
from deploy.scenarios.nmg_2014.rows import Person
from deploy.scenarios.nmg_2014.teams import make_up_officials, teams

# The first of a list leads its unit's campaign; the last but one runs its office.
_POSTS: Final[dict[int, tuple[tuple[str, str], ...]]] = {
    1: (
        ("自治区领导小组组长", "省级正职"), ("自治区领导小组副组长", "省级副职"),
        ("自治区党委常委", "省级副职"), ("自治区党委常委、组织部部长", "省级副职"),
        ("自治区党委常委、宣传部部长", "省级副职"), ("自治区纪委书记", "省级副职"),
        ("自治区人大常委会副主任", "省级副职"), ("自治区政府副主席", "省级副职"),
        ("自治区政协副主席", "省级副职"), ("自治区政府副主席", "省级副职"),
        ("自治区人大常委会副主任", "省级副职"), ("自治区政协副主席", "省级副职"),
        ("活动办公室主任", "厅级正职"), ("活动办公室工作人员", "处级正职"),
    ),
    2: (
        ("党委书记", "厅级正职"), ("行政首长", "厅级正职"), ("人大负责人", "厅级正职"),
        ("政协主席", "厅级正职"), ("党委副书记", "厅级副职"), ("纪委书记", "厅级副职"),
        ("组织部部长", "厅级副职"), ("宣传部部长", "厅级副职"), ("统战部部长", "厅级副职"),
        ("秘书长", "厅级副职"), ("活动办公室主任", "处级正职"), ("活动办公室工作人员", "科级正职"),
    ),
    3: (
        ("党委书记", "处级正职"), ("行政首长", "处级正职"), ("人大常委会主任", "处级正职"),
        ("政协主席", "处级正职"), ("组织部部长", "处级副职"), ("宣传部部长", "处级副职"),
        ("活动办公室主任", "科级正职"), ("活动办公室工作人员", "科级副职"),
    ),
    4: (("党委书记", "科级正职"), ("活动办公室主任", "科级副职"), ("组织干事", "科员")),
}  # fmt: skip


@cache
def people() -> tuple[Person, ...]:
    """Officers of every area unit from the region down to townships, then those who are sent out:
    teams' members, officials a make-up team has to see, instructors.
    """
    draws = Draws("people")
    officers = [person for unit in areas() for person in _officers(unit, draws)]
    return (*officers, *_sent_out(Draws("people sent out")))


def leader_of(unit: str) -> str:
    """Who leads the campaign in an area unit of levels 1 to 4."""
    return _person_id(unit, 1)


def office_head_of(unit: Area) -> str:
    return _person_id(unit.code, len(_POSTS[unit.level]) - 1)


def _sent_out(draws: Draws) -> Iterator[Person]:
    for team in teams():
        for member in team.members:
            if member.startswith(f"p-{team.team}-"):
                title = "督导组组长" if member == team.leader else "督导组成员"
                yield Person(member, _name(draws), title, "", team.formed_by)
    for official in make_up_officials():
        yield Person(official, _name(draws), "厅级党员领导干部", "厅级副职", ROOT)
    for row in instructors():
        yield Person(row.instructor, _name(draws), "指导员", "", row.assigned_by)


def _name(draws: Draws) -> str:
    return draws.pick(SURNAMES) + draws.pick(GIVEN_NAMES)


def _officers(unit: Area, draws: Draws) -> Iterator[Person]:
    for number, (title, rank) in enumerate(_POSTS.get(unit.level, ()), start=1):
        yield Person(_person_id(unit.code, number), _name(draws), title, rank, unit.code)


def _person_id(unit: str, number: int) -> str:
    return f"p-{unit}-{number:04d}"
