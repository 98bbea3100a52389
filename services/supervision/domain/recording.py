"""Who may record for a team, and where: its office, and its members at the unit they supervise."""

from dataclasses import dataclass
from datetime import date

from services.supervision.domain.team_rules import allow_after
from shared.kernel.access import Action, Caller
from shared.kernel.refusals import Refusal
from shared.kernel.units import within


class NotTeamMember(Refusal):
    code = "not-team-member"
    status = 403
    zh = "您不是督导组 {team} 的成员,不能代为登记。"
    en = "You are no member of team {team} and cannot record for it."


class NotStationedThere(Refusal):
    code = "not-stationed-there"
    status = 403
    zh = "督导组 {team} 未派驻 {unit},也不在其上级派驻。"
    en = "Team {team} is not stationed at {unit} or above it."


class OutsideTeamArea(Refusal):
    code = "outside-team-area"
    status = 422
    zh = "单位 {unit} 不在督导组 {team} 的组建单位之下。"
    en = "Unit {unit} does not lie below the unit that formed team {team}."


@dataclass(frozen=True, slots=True)
class TeamAtHand:
    """A team as it stands when something is recorded for it; `station` is empty while at home."""

    team: str
    formed_by: str
    formed_by_path: str
    formed_on: date
    members: frozenset[str]
    station: str
    last_unit: str
    dispatched_on: date | None


def require_recording(caller: Caller, team: TeamAtHand, unit_path: str) -> None:
    """Raise unless the caller may record anything for the team at this unit."""
    if _of_office(caller, team):
        return
    if caller.units_for(Action.RECORD_DUTIES):
        caller.require(Action.RECORD_DUTIES, unit_path)
    else:
        caller.require(Action.WRITE_SUPERVISION, team.formed_by_path)


def allow_recording(caller: Caller, team: TeamAtHand, unit_path: str, day: date) -> None:
    """Raise unless the team can have done it there, and the caller may say so.

    An office records for the teams of its area; a member for the own team, where it is stationed.
    """
    require_recording(caller, team, unit_path)
    unit = unit_path.rpartition(".")[2]
    if not within(unit_path, team.formed_by):
        raise OutsideTeamArea(unit=unit, team=team.team)
    allow_after(team.formed_on, day)
    if _of_office(caller, team):
        return
    if caller.subject not in team.members:
        raise NotTeamMember(team=team.team)
    if team.dispatched_on is None or not within(unit_path, team.station):
        raise NotStationedThere(team=team.team, unit=unit)
    allow_after(team.dispatched_on, day)


def _of_office(caller: Caller, team: TeamAtHand) -> bool:
    """Whether the caller writes for the unit that formed the team, or one above it."""
    units = caller.units_for(Action.WRITE_SUPERVISION)
    return any(within(team.formed_by_path, unit) for unit in units)
