"""Which column of an upload a refusal is about."""

from collections.abc import Mapping
from typing import Final

from services.supervision.domain.finding import (
    DueBeforeFound,
    FindingReportedOtherwise,
    ResponsibilityMissing,
)
from services.supervision.domain.instructor import (
    AssignedOtherwise,
    InstructorFromElsewhere,
    NotGrassroots,
)
from services.supervision.domain.liaison import (
    LeaderNamedOtherwise,
    PointNotTaken,
    PointTakenOtherwise,
    QuotaExceeded,
    TargetMismatch,
    UnknownLeader,
)
from services.supervision.domain.record import RecordedOtherwise
from services.supervision.domain.recording import (
    NotStationedThere,
    NotTeamMember,
    OutsideTeamArea,
)
from services.supervision.domain.team_rules import (
    BeforePrevious,
    FirstLeaderMissing,
    FirstLeaderRank,
    FormsNoTeams,
    LeaderMissing,
    LeaderNotMember,
    MakeUpTeamStays,
    NotDirectSubordinate,
    PatrolOutsideStation,
    PersonInAnotherTeam,
    StationNotArea,
    TeamFormedOtherwise,
    TeamStationed,
    TeamUntrained,
    TrainingRecordedOtherwise,
    UnknownTeam,
)
from shared.kernel.refusals import (
    ActionNotAllowed,
    DateInFuture,
    OutsideSubtree,
    Refusal,
    UnitAbolishedAlready,
    UnknownUnit,
)
from shared.kernel.setting import BeforeCampaign, BeforeRegistration

Blame = Mapping[type[Refusal], str]
_ABOUT_UNIT: Final = (UnknownUnit, OutsideSubtree, ActionNotAllowed)
_ABOUT_DAY: Final = (
    DateInFuture, BeforeCampaign, BeforeRegistration, BeforePrevious, UnitAbolishedAlready,
)  # fmt: skip
_ABOUT_TEAM: Final = (UnknownTeam, NotTeamMember)


def _blame(day: str, unit: str = "unit", /, **about: tuple[type[Refusal], ...]) -> Blame:
    """Which column refusals are about: the day's, the unit's, and those named."""
    columns: dict[str, tuple[type[Refusal], ...]] = {unit: _ABOUT_UNIT, day: _ABOUT_DAY}
    for column, refusals in about.items():
        columns[column] = (*columns.get(column, ()), *refusals)
    return {refusal: column for column, refusals in columns.items() for refusal in refusals}


TEAMS: Final = _blame(
    "formed_on",
    "formed_by",
    formed_by=(FormsNoTeams,),
    team=(TeamFormedOtherwise,),
    first_leader=(FirstLeaderMissing, FirstLeaderRank),
    leader=(LeaderMissing,),
    members=(LeaderNotMember, PersonInAnotherTeam),
)
TEAM_TRAININGS: Final = _blame(
    "trained_on", "team", team=(UnknownTeam,), training=(TrainingRecordedOtherwise,)
)
DISPATCHES: Final = _blame(
    "dispatched_on",
    unit=(NotDirectSubordinate, StationNotArea),
    team=(UnknownTeam, MakeUpTeamStays, TeamStationed, TeamUntrained),
    patrols=(PatrolOutsideStation,),
)
INSTRUCTORS: Final = _blame(
    "assigned_on",
    unit=(NotGrassroots,),
    instructor=(AssignedOtherwise,),
    assigned_by=(InstructorFromElsewhere,),
)
DUTIES: Final = _blame(
    "done_on",
    duty=(RecordedOtherwise,),
    team=_ABOUT_TEAM,
    unit=(OutsideTeamArea, NotStationedThere),
)
FINDINGS: Final = _blame(
    "found_on",
    finding=(FindingReportedOtherwise,),
    team=_ABOUT_TEAM,
    unit=(OutsideTeamArea, NotStationedThere),
    responsible_person=(ResponsibilityMissing,),
    due_on=(DueBeforeFound,),
)
LIAISON_LEADERS: Final = _blame("named_on", "area", rank=(LeaderNamedOtherwise,))
LIAISON_POINTS: Final = _blame(
    "taken_on",
    leader=(UnknownLeader,),
    unit=(PointTakenOtherwise,),
    target=(TargetMismatch, QuotaExceeded),
)
LIAISON_VISITS: Final = _blame(
    "visited_on", leader=(UnknownLeader,), unit=(PointNotTaken,), visit=(RecordedOtherwise,)
)
LIFE_MEETINGS: Final = _blame("attended_on", leader=(UnknownLeader, QuotaExceeded))
PUBLICITY: Final = _blame("issued_on", issue=(RecordedOtherwise,))
LECTURES: Final = _blame("given_on", lecture=(RecordedOtherwise,))
