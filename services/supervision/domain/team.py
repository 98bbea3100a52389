"""A team's life: formed, changed, trained, stationed, recalled; a make-up team lists its officials."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from services.supervision.domain.team_rules import (
    MAKE_UP,
    NotMakeUpTeam,
    OfficialDone,
    OfficialNotListed,
    People,
    TeamFormedOtherwise,
    TeamNotStationed,
    TeamStationed,
    TeamUntrained,
    TrainingRecordedOtherwise,
    UnknownTeam,
    allow_after,
    allow_forming,
    allow_patrols,
    allow_people,
    allow_station,
)
from shared.contracts.supervision import (
    OfficialCaughtUp,
    OfficialsListed,
    PatrolsChanged,
    TeamDispatched,
    TeamFormed,
    TeamMembersChanged,
    TeamRecalled,
    TeamTrained,
)
from shared.kernel.decider import Decider
from shared.kernel.setting import Setting, UnitAtHand, explained


@dataclass(frozen=True, slots=True)
class Form:
    setting: Setting
    formed: TeamFormed
    people: People

    @property
    def team(self) -> str:
        return self.formed.team


@dataclass(frozen=True, slots=True)
class ChangeMembers:
    """The setting is the forming unit's."""

    setting: Setting
    team: str
    people: People
    reason: str
    changed_on: date


@dataclass(frozen=True, slots=True)
class Train:
    setting: Setting
    team: str
    training: str
    trained_on: date


@dataclass(frozen=True, slots=True)
class Dispatch:
    """The setting is the station's."""

    setting: Setting
    team: str
    patrols: Sequence[UnitAtHand]
    dispatched_on: date


@dataclass(frozen=True, slots=True)
class ChangePatrols:
    setting: Setting
    team: str
    patrols: Sequence[UnitAtHand]
    changed_on: date


@dataclass(frozen=True, slots=True)
class Recall:
    setting: Setting
    team: str
    reason: str
    recalled_on: date


@dataclass(frozen=True, slots=True)
class ListOfficials:
    setting: Setting
    team: str
    officials: tuple[str, ...]
    listed_on: date


@dataclass(frozen=True, slots=True)
class CatchUp:
    setting: Setting
    team: str
    official: str
    caught_up_on: date


Later = ChangeMembers | Train | Dispatch | ChangePatrols | Recall | ListOfficials | CatchUp
Command = Form | Later
Event = (
    TeamFormed
    | TeamMembersChanged
    | TeamTrained
    | TeamDispatched
    | PatrolsChanged
    | TeamRecalled
    | OfficialsListed
    | OfficialCaughtUp
)


@dataclass(frozen=True, slots=True)
class Unformed:
    """Nothing is known of such a team."""


@dataclass(frozen=True, slots=True)
class Posting:
    """Where a team is stationed, since when, and whom below it looks at (nobody named: all)."""

    unit: str
    patrols: tuple[str, ...]
    dispatched_on: date


@dataclass(frozen=True, slots=True)
class Team:
    """A team as it stands; `told` holds what was recorded, so that a repeat is known as one."""

    formed: TeamFormed
    first_leader: str
    leader: str
    members: tuple[str, ...]
    last_on: date
    trainings: Mapping[str, date] = field(default_factory=dict)
    posting: Posting | None = None
    last_unit: str = ""
    recalled_on: date | None = None
    officials: tuple[str, ...] = ()
    caught_up: Mapping[str, date] = field(default_factory=dict)
    told: tuple[Event, ...] = ()

    @property
    def trained_on(self) -> date | None:
        return min(self.trainings.values(), default=None)


State = Unformed | Team


def decide(command: Command, team: State) -> list[Event]:
    match command, team:
        case Form(), Unformed():
            _allow_forming(command)
            return [command.formed]
        case Form(formed=formed), Team(formed=was):
            if formed == was:
                return []
            raise TeamFormedOtherwise(team=was.team)
        case _, Team() if not isinstance(command, Form):
            return _later(command, team)
        case _:
            raise UnknownTeam(team=command.team)


def _later(command: Later, team: Team) -> list[Event]:
    event = _event_of(command, team)
    if event in team.told or _already_so(event, team):
        return []
    _allow(command, team)
    return [event]


def evolve(team: State, event: Event) -> State:
    match event, team:
        case TeamFormed(first_leader=first, leader=leader, members=members), _:
            return Team(event, first, leader, members, event.formed_on)
        case _, Team():
            return replace(_evolved(team, event), told=(*team.told, event))
        case _:
            return team


def _evolved(team: Team, event: Event) -> Team:
    match event:
        case TeamMembersChanged(first_leader=first, leader=leader, members=members):
            return replace(team, first_leader=first, leader=leader, members=members)
        case TeamTrained(training=training, trained_on=on):
            return replace(team, trainings={**team.trainings, training: on})
        case TeamDispatched(unit=unit, patrols=patrols, dispatched_on=on):
            return replace(team, posting=Posting(unit, patrols, on), last_unit=unit, last_on=on)
        case PatrolsChanged(patrols=patrols) if team.posting is not None:
            return replace(team, posting=replace(team.posting, patrols=patrols))
        case TeamRecalled(recalled_on=on):
            return replace(team, posting=None, recalled_on=on, last_on=on)
        case OfficialsListed(officials=officials):
            return replace(team, officials=officials)
        case OfficialCaughtUp(official=official, caught_up_on=on):
            return replace(team, caught_up={**team.caught_up, official: on})
        case _:
            return team


TEAM: Final = Decider[Command, State, Event](Unformed(), decide, evolve)


def _event_of(command: Later, team: Team) -> Event:
    """What the command would record; whether it may is another question."""
    formed = team.formed
    place = {"campaign": formed.campaign, "team": formed.team}
    area = place | {"formed_by": formed.formed_by}
    unit = command.setting.unit.code
    match command:
        case ChangeMembers(people=people, reason=reason, changed_on=on):
            return TeamMembersChanged(
                **area,
                first_leader=people.first_leader,
                leader=people.leader,
                members=people.members,
                reason=reason,
                changed_on=on,
            )
        case Train(training=training, trained_on=on):
            return TeamTrained(**area, training=training, trained_on=on)
        case Dispatch(dispatched_on=on):
            patrols = tuple(patrol.code for patrol in command.patrols)
            return TeamDispatched(**area, unit=unit, patrols=patrols, dispatched_on=on)
        case ChangePatrols(changed_on=on):
            patrols = tuple(patrol.code for patrol in command.patrols)
            return PatrolsChanged(**place, unit=unit, patrols=patrols, changed_on=on)
        case Recall(reason=reason, recalled_on=on):
            return TeamRecalled(**area, unit=unit, reason=reason, recalled_on=on)
        case ListOfficials(officials=officials, listed_on=on):
            return OfficialsListed(**area, officials=officials, listed_on=on)
        case CatchUp(official=official, caught_up_on=on):
            return OfficialCaughtUp(**area, official=official, caught_up_on=on)


def _already_so(event: Event, team: Team) -> bool:
    """Whether the team stands as told, though it may have been told of another day."""
    match event:
        case TeamMembersChanged(first_leader=first, leader=leader, members=members):
            return (first, leader, members) == (team.first_leader, team.leader, team.members)
        case PatrolsChanged(unit=unit, patrols=patrols):
            posting = team.posting
            return posting is not None and (unit, patrols) == (posting.unit, posting.patrols)
        case OfficialsListed(officials=officials):
            return team.formed.purpose == MAKE_UP and officials == team.officials
        case _:
            return False


def _allow(command: Later, team: Team) -> None:
    match command:
        case ChangeMembers(people=people, changed_on=on):
            _allow_day(command.setting, team.formed.formed_on, on)
            allow_people(people, command.setting.unit.level, team.formed.purpose)
            explained(command.reason)
        case Train():
            _allow_training(command, team)
        case Dispatch():
            _allow_dispatch(command, team)
        case ChangePatrols(changed_on=on):
            posting = _posting(team)
            _allow_day(command.setting, posting.dispatched_on, on)
            allow_patrols(posting.unit, command.patrols)
        case Recall(recalled_on=on):
            posting = _posting(team)
            _allow_day(command.setting, posting.dispatched_on, on)
            explained(command.reason)
        case ListOfficials() | CatchUp():
            _allow_making_up(command, team)


def _allow_forming(command: Form) -> None:
    setting, formed = command.setting, command.formed
    allow_forming(setting.unit)
    allow_people(command.people, setting.unit.level, formed.purpose)
    setting.allow_day(formed.formed_on, setting.campaign.starts_on)


def _allow_training(command: Train, team: Team) -> None:
    if command.training in team.trainings:
        raise TrainingRecordedOtherwise(team=command.team, training=command.training)
    _allow_day(command.setting, team.formed.formed_on, command.trained_on)


def _allow_dispatch(command: Dispatch, team: Team) -> None:
    unit, on = command.setting.unit, command.dispatched_on
    allow_station(command.team, team.formed.purpose, team.formed.formed_by, unit)
    allow_patrols(unit.code, command.patrols)
    if team.posting is not None:
        raise TeamStationed(team=command.team, unit=team.posting.unit)
    _allow_day(command.setting, team.last_on, on)
    if team.trained_on is None or team.trained_on > on:
        raise TeamUntrained(team=command.team, date=on)


def _allow_making_up(command: ListOfficials | CatchUp, team: Team) -> None:
    if team.formed.purpose != MAKE_UP:
        raise NotMakeUpTeam(team=command.team)
    if isinstance(command, ListOfficials):
        for official, on in team.caught_up.items():
            if official not in command.officials:
                raise OfficialDone(official=official, caught_up_on=on)
        _allow_day(command.setting, team.formed.formed_on, command.listed_on)
        return
    done_on = team.caught_up.get(command.official)
    if done_on is not None:
        raise OfficialDone(official=command.official, caught_up_on=done_on)
    if command.official not in team.officials:
        raise OfficialNotListed(official=command.official, team=command.team)
    _allow_day(command.setting, team.formed.formed_on, command.caught_up_on)


def _posting(team: Team) -> Posting:
    if team.posting is None:
        raise TeamNotStationed(team=team.formed.team)
    return team.posting


def _allow_day(setting: Setting, previous: date, day: date) -> None:
    allow_after(previous, day)
    setting.allow_day(day, setting.campaign.starts_on)
