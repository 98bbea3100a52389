"""How what is told of leaders and their liaison points becomes a command."""

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from services.supervision.api import columns
from services.supervision.api.office import SupervisionOffice
from services.supervision.domain import liaison
from services.supervision.domain.visit import Visit
from services.supervision.views import lives
from services.supervision.views.at_hand import (
    LeaderAtHand,
    leader_among,
    leaders_at_hand,
    points_taken,
)
from shared.contracts.supervision import (
    LiaisonVisitMade,
)
from shared.kernel.access import Action
from shared.kernel.setting import Setting
from shared.platform.asking import Asking
from shared.platform.bulk import Row
from shared.platform.intake import Intake, Taking

_WRITE: Final = (Action.WRITE_SUPERVISION,)


class Liaison(NamedTuple):
    leaders: dict[str, LeaderAtHand]
    points: dict[tuple[str, str], date]


async def _bring_leaders(
    office: SupervisionOffice, campaign: str, rows: Sequence[Row], ask: Asking
) -> Liaison:
    leaders = {row.values["leader"] for row in rows}
    return Liaison(dict(await leaders_at_hand(office.store.pool, campaign, leaders)), {})


async def _bring_points(
    office: SupervisionOffice, campaign: str, rows: Sequence[Row], ask: Asking
) -> Liaison:
    brought = await _bring_leaders(office, campaign, rows, ask)
    wanted = {(row.values["leader"], row.values["unit"]) for row in rows}
    return Liaison(brought.leaders, dict(await points_taken(office.store.pool, campaign, wanted)))


def _allow_leader(row: Row, setting: Setting, taking: Taking) -> None:
    """What leaders do is recorded by the office of their own area."""
    leader = leader_among(taking.brought.leaders, row.values["leader"])
    taking.ask.caller.require(Action.WRITE_SUPERVISION, leader.area_path)


def _name(row: Row, setting: Setting, taking: Taking) -> liaison.Name:
    told = row.values
    return liaison.Name(setting, told["leader"], told["rank"], told["named_on"])


def _take(row: Row, setting: Setting, taking: Taking) -> liaison.Take:
    told = row.values
    leader: LeaderAtHand = taking.brought.leaders[told["leader"]]
    return liaison.Take(setting, leader.leader, told["target"], told["taken_on"], leader.quota)


def _visit(row: Row, setting: Setting, taking: Taking) -> Visit:
    told = row.values
    leader, unit = told["leader"], setting.unit.code
    made = LiaisonVisitMade(
        campaign=taking.campaign,
        visit=told["visit"],
        unit=unit,
        leader=leader,
        summary=told["summary"] or "",
        visited_on=told["visited_on"],
    )
    return Visit(setting, made, taking.brought.points.get((leader, unit)))


def _attend(row: Row, setting: Setting, taking: Taking) -> liaison.Attend:
    told = row.values
    leader: LeaderAtHand = taking.brought.leaders[told["leader"]]
    return liaison.Attend(setting, leader.leader, told["attended_on"], leader.quota)


LIAISON_LEADERS: Final = Intake(
    path="/liaison-leaders/import",
    summary="Import leaders of the liaison system 导入联系点领导",
    kind=columns.LIAISON_LEADERS,
    example="p-15-0001,15,regional_leader,2014-01-26",
    life=lives.OF_LEADER,
    command_of=_name,
    actions=_WRITE,
    stream=("leader",),
    unit="area",
)
LIAISON_POINTS: Final = Intake(
    path="/liaison-points/import",
    summary="Import liaison points 导入联系点",
    kind=columns.LIAISON_POINTS,
    example="p-15-0001,1502,league,2014-01-26",
    life=lives.OF_LEADER,
    command_of=_take,
    actions=_WRITE,
    stream=("leader",),
    allow=_allow_leader,
    bring=_bring_leaders,
)
LIAISON_VISITS: Final = Intake(
    path="/liaison-visits/import",
    summary="Import visits to liaison points 导入联系点走访",
    kind=columns.LIAISON_VISITS,
    example="v-15-0001-1,p-15-0001,1502,调研指导,2014-02-20",
    life=lives.OF_VISIT,
    command_of=_visit,
    actions=_WRITE,
    stream=("visit",),
    allow=_allow_leader,
    bring=_bring_points,
)
LIFE_MEETINGS: Final = Intake(
    path="/life-meetings/import",
    summary="Import life meetings attended 导入参加民主生活会",
    kind=columns.LIFE_MEETINGS,
    example="p-1506-0008,1506-D01,2014-03-05",
    life=lives.OF_LEADER,
    command_of=_attend,
    actions=_WRITE,
    stream=("leader",),
    allow=_allow_leader,
    bring=_bring_leaders,
)
