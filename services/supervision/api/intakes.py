"""How what is told of supervision, in a body or in a row of a file, becomes a command."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from services.supervision.api import columns
from services.supervision.api.office import SupervisionOffice
from services.supervision.domain import liaison
from services.supervision.domain.duty import Do
from services.supervision.domain.finding import Report
from services.supervision.domain.instructor import Assign
from services.supervision.domain.record import Record
from services.supervision.domain.recording import TeamAtHand, require_recording
from services.supervision.domain.team import Dispatch, Form, Train
from services.supervision.domain.team_rules import (
    People,
    PersonInAnotherTeam,
    Standing,
    UnknownTeam,
    needs_rank,
)
from services.supervision.domain.visit import Visit
from services.supervision.views import lives
from services.supervision.views.at_hand import (
    LeaderAtHand,
    leader_among,
    leaders_at_hand,
    points_taken,
    team_among,
    teams_at_hand,
    teams_of,
)
from shared.contracts.supervision import (
    DutyDone,
    FindingReported,
    LectureGiven,
    LiaisonVisitMade,
    PublicityIssued,
    TeamFormed,
)
from shared.kernel.access import Action
from shared.kernel.refusals import UnknownUnit
from shared.kernel.setting import Setting, UnitAtHand
from shared.platform.asking import Asking
from shared.platform.bulk import Row
from shared.platform.intake import Intake, Lookup, Taking
from shared.platform.units_at_hand import units_at_hand

_WRITE: Final = (Action.WRITE_SUPERVISION,)
_RECORD: Final = (Action.WRITE_SUPERVISION, Action.RECORD_DUTIES)
_TEAMS: Final = "select team, unit from teams where campaign = $1 and team = any($2::text[])"


def _unknown_team(team: str) -> UnknownTeam:
    return UnknownTeam(team=team)


# ---------------------------------------------------------------- teams


class Forming(NamedTuple):
    """Who leads and who is taken: what forming teams asks for beforehand, for all rows."""

    standings: dict[str, Standing]
    teams: dict[str, str]


async def bring_people(
    office: SupervisionOffice, campaign: str, rows: Sequence[Row], ask: Asking
) -> Forming:
    """Ranks of the first leaders that need one, and who is in which team, this file included."""
    units = await units_at_hand(
        office.store.pool, campaign, {row.values["formed_by"] for row in rows}
    )
    asked = {row.values["first_leader"] for row in rows if _needs_rank(row, units)} - {None}
    people = {person for row in rows for person in row.values["members"]}
    teams = await teams_of(office.store.pool, campaign, people)
    standings = await office.people.standings(campaign, asked) if asked else {}
    return Forming(dict(standings), teams)


def _needs_rank(row: Row, units: dict[str, UnitAtHand]) -> bool:
    unit = units.get(row.values["formed_by"])
    return unit is not None and needs_rank(unit.level, row.values["purpose"])


def people_of(values: dict[str, Any], standing: Standing | None) -> People:
    return People(
        values["first_leader"] or "",
        values["leader"] or "",
        tuple(dict.fromkeys(values["members"])),
        standing,
    )


def _form(row: Row, setting: Setting, taking: Taking) -> Form:
    told = row.values
    brought: Forming = taking.brought
    people = people_of(told, brought.standings.get(told["first_leader"]))
    for person in people.members:
        team = brought.teams.setdefault(person, told["team"])
        if team != told["team"]:
            raise PersonInAnotherTeam(person=person, team=team)
    formed = TeamFormed(
        campaign=taking.campaign,
        team=told["team"],
        name=told["name"],
        formed_by=setting.unit.code,
        purpose=told["purpose"],
        first_leader=people.first_leader,
        leader=people.leader,
        members=people.members,
        formed_on=told["formed_on"],
    )
    return Form(setting, formed, people)


def _train(row: Row, setting: Setting, taking: Taking) -> Train:
    told = row.values
    return Train(setting, told["team"], told["training"], told["trained_on"])


class Sending(NamedTuple):
    """The teams that are sent, and the units they are to patrol."""

    teams: dict[str, TeamAtHand]
    patrols: dict[str, UnitAtHand]


async def _bring_sent(
    office: SupervisionOffice, campaign: str, rows: Sequence[Row], ask: Asking
) -> Sending:
    pool = office.store.pool
    patrols = {code for row in rows for code in row.values["patrols"] or ()}
    teams = await teams_at_hand(pool, campaign, {row.values["team"] for row in rows})
    return Sending(dict(teams), await units_at_hand(pool, campaign, patrols) if patrols else {})


def units_among(units: dict[str, UnitAtHand], codes: Sequence[str]) -> list[UnitAtHand]:
    """The units of these codes, or UnknownUnit."""
    for code in codes:
        if code not in units:
            raise UnknownUnit(unit=code)
    return [units[code] for code in dict.fromkeys(codes)]


def _dispatch(row: Row, setting: Setting, taking: Taking) -> Dispatch:
    told = row.values
    patrols = units_among(taking.brought.patrols, told["patrols"] or ())
    return Dispatch(setting, told["team"], patrols, told["dispatched_on"])


def _allow_sending(row: Row, setting: Setting, taking: Taking) -> None:
    """Teams are sent by the office that formed them."""
    team = team_among(taking.brought.teams, row.values["team"])
    taking.ask.caller.require(Action.WRITE_SUPERVISION, team.formed_by_path)


TEAMS: Final = Intake(
    path="/teams/import",
    summary="Import teams 导入督导组",
    kind=columns.TEAMS,
    example="st-1502-01,第一督导组,1502,station,,p-1502-0007,p-1502-0007;p-1502-0008,2014-02-08",
    life=lives.OF_TEAM,
    command_of=_form,
    actions=_WRITE,
    stream=("team",),
    unit="formed_by",
    bring=bring_people,
)
TEAM_TRAININGS: Final = Intake(
    path="/team-trainings/import",
    summary="Import trainings of teams 导入督导组培训",
    kind=columns.TEAM_TRAININGS,
    example="st-1502-01,tt-1502-01,2014-02-10",
    life=lives.OF_TEAM,
    command_of=_train,
    actions=_WRITE,
    stream=("team",),
    lookup=Lookup("team", _TEAMS, _unknown_team),
)
DISPATCHES: Final = Intake(
    path="/dispatches/import",
    summary="Import dispatches of teams 导入督导组派驻",
    kind=columns.DISPATCHES,
    example="st-1502-01,150202,150202001;150202002,2014-02-12",
    life=lives.OF_TEAM,
    command_of=_dispatch,
    actions=_WRITE,
    stream=("team",),
    allow=_allow_sending,
    bring=_bring_sent,
)


# ---------------------------------------------------------------- instructors, duties, findings


def _assign(row: Row, setting: Setting, taking: Taking) -> Assign:
    told = row.values
    return Assign(setting, told["instructor"], told["assigned_by"], told["assigned_on"])


async def _bring_teams(
    office: SupervisionOffice, campaign: str, rows: Sequence[Row], ask: Asking
) -> dict[str, TeamAtHand]:
    teams = {row.values["team"] for row in rows}
    return dict(await teams_at_hand(office.store.pool, campaign, teams))


def _allow_recording(row: Row, setting: Setting, taking: Taking) -> None:
    team = team_among(taking.brought, row.values["team"])
    require_recording(taking.ask.caller, team, setting.unit.path)


def _do(row: Row, setting: Setting, taking: Taking) -> Do:
    told = row.values
    done = DutyDone(
        campaign=taking.campaign,
        duty=told["duty"],
        kind=told["kind"],
        team=told["team"],
        unit=setting.unit.code,
        summary=told["summary"] or "",
        done_on=told["done_on"],
    )
    return Do(setting, taking.ask.caller, taking.brought[told["team"]], done)


def _report(row: Row, setting: Setting, taking: Taking) -> Report:
    told = row.values
    reported = FindingReported(
        campaign=taking.campaign,
        finding=told["finding"],
        team=told["team"],
        unit=setting.unit.code,
        category=told["category"],
        summary=told["summary"],
        for_rectification=told["for_rectification"],
        responsible_person=told["responsible_person"] or "",
        due_on=told["due_on"],
        found_on=told["found_on"],
    )
    return Report(setting, taking.ask.caller, taking.brought[told["team"]], reported)


INSTRUCTORS: Final = Intake(
    path="/instructors/import",
    summary="Import instructors 导入指导员",
    kind=columns.INSTRUCTORS,
    example="150202001001,p-150202001-i001,150202001,2014-02-24",
    life=lives.OF_INSTRUCTOR,
    command_of=_assign,
    actions=_WRITE,
    stream=("unit", "instructor"),
)
DUTIES: Final = Intake(
    path="/duties/import",
    summary="Import duties done 导入督导履职",
    kind=columns.DUTIES,
    example="d-1502-01,plan_examined,st-1502-01,150202,已反馈审阅意见,2014-02-13",
    life=lives.OF_DUTY,
    command_of=_do,
    actions=_RECORD,
    stream=("duty",),
    allow=_allow_recording,
    bring=_bring_teams,
)
FINDINGS: Final = Intake(
    path="/findings/import",
    summary="Import findings 导入督导发现的问题",
    kind=columns.FINDINGS,
    example="f-1502-01,st-1502-01,150202,formalism,学习记录有补记,yes,p-150202-0001,2014-03-20,2014-02-25",
    life=lives.OF_FINDING,
    command_of=_report,
    actions=_RECORD,
    stream=("finding",),
    allow=_allow_recording,
    bring=_bring_teams,
)


# ---------------------------------------------------------------- liaison


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


# ---------------------------------------------------------------- publicity


def _issue(row: Row, setting: Setting, taking: Taking) -> Record:
    told = row.values
    issued = PublicityIssued(
        campaign=taking.campaign,
        issue=told["issue"],
        unit=setting.unit.code,
        channel=told["channel"],
        title=told["title"] or "",
        pieces=told["pieces"],
        issued_on=told["issued_on"],
    )
    return Record(setting, issued.issue, issued)


def _lecture(row: Row, setting: Setting, taking: Taking) -> Record:
    told = row.values
    given = LectureGiven(
        campaign=taking.campaign,
        lecture=told["lecture"],
        unit=setting.unit.code,
        kind=told["kind"],
        title=told["title"] or "",
        speakers=told["speakers"],
        lectures=told["lectures"],
        listeners=told["listeners"],
        given_on=told["given_on"],
    )
    return Record(setting, given.lecture, given)


PUBLICITY: Final = Intake(
    path="/publicity/import",
    summary="Import publicity 导入宣传",
    kind=columns.PUBLICITY,
    example="pub-1502-press-1,1502,press,专栏,12,2014-02-17",
    life=lives.OF_PUBLICITY,
    command_of=_issue,
    actions=_WRITE,
    stream=("issue",),
)
LECTURES: Final = Intake(
    path="/lectures/import",
    summary="Import lectures and lessons 导入宣讲与党课",
    kind=columns.LECTURES,
    example="lec-150202001-c,150202001,cadre_lecture,干部宣讲,5,7,210,2014-02-20",
    life=lives.OF_LECTURE,
    command_of=_lecture,
    actions=_WRITE,
    stream=("lecture",),
)

ALL: Final = (
    TEAMS,
    TEAM_TRAININGS,
    DISPATCHES,
    INSTRUCTORS,
    DUTIES,
    FINDINGS,
    LIAISON_LEADERS,
    LIAISON_POINTS,
    LIAISON_VISITS,
    LIFE_MEETINGS,
    PUBLICITY,
    LECTURES,
)
