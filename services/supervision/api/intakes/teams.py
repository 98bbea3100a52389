"""How what is told of teams, in a body or in a row of a file, becomes a command."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from services.supervision.api import columns
from services.supervision.api.office import SupervisionOffice
from services.supervision.domain.recording import TeamAtHand
from services.supervision.domain.team import Dispatch, Form, Train
from services.supervision.domain.team_rules import (
    People,
    PersonInAnotherTeam,
    Standing,
    UnknownTeam,
    needs_rank,
)
from services.supervision.views import lives
from services.supervision.views.at_hand import (
    team_among,
    teams_at_hand,
    teams_of,
)
from shared.contracts.supervision import (
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
_TEAMS: Final = "select team, unit from teams where campaign = $1 and team = any($2::text[])"


def _unknown_team(team: str) -> UnknownTeam:
    return UnknownTeam(team=team)


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
