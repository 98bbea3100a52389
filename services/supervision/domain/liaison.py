"""A leader in the liaison system: named, takes and leaves points, attends life meetings."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from services.supervision.domain.quota import LIFE_MEETING
from services.supervision.domain.team_rules import allow_after
from shared.contracts.supervision import (
    LiaisonLeaderNamed,
    LiaisonPointLeft,
    LiaisonPointTaken,
    LiaisonTarget,
    LifeMeetingAttended,
)
from shared.kernel.decider import Decider
from shared.kernel.refusals import Refusal
from shared.kernel.setting import Setting, UnitAtHand, explained
from shared.kernel.units import is_attached

_LEVEL_OF: Final = {"league": 2, "banner": 3, "township": 4}
_DEPARTMENT: Final = "department"
_DEPARTMENT_KIND: Final = "directly_affiliated"


class UnknownLeader(Refusal):
    code = "unknown-leader"
    status = 404
    zh = "{leader} 未列入联系点制度,请先登记其地区和职级。"
    en = "{leader} is not in the liaison system; name area and rank first."


class LeaderNamedOtherwise(Refusal):
    code = "leader-named-otherwise"
    zh = "{leader} 已按另一地区或职级列入联系点制度({area},{rank})。"
    en = "{leader} was named with another area or rank already ({area}, {rank})."


class TargetMismatch(Refusal):
    code = "target-mismatch"
    status = 422
    zh = "单位 {unit} 不属于联系点类别“{target}”。"
    en = "Unit {unit} is not a liaison point of the kind {target}."


class QuotaExceeded(Refusal):
    code = "quota-exceeded"
    zh = "{leader} 的“{target}”最多 {at_most} 个,已满。"
    en = "{leader} may have at most {at_most} of {target}, and has them."


class PointTakenOtherwise(Refusal):
    code = "point-taken-otherwise"
    zh = "{leader} 已于 {taken_on} 以“{target}”联系 {unit}。"
    en = "{leader} took {unit} as {target} on {taken_on} already."


class PointNotTaken(Refusal):
    code = "point-not-taken"
    zh = "{unit} 不是 {leader} 的联系点。"
    en = "{unit} is not a liaison point of {leader}."


@dataclass(frozen=True, slots=True)
class Name:
    """The setting is the leader's own area."""

    setting: Setting
    leader: str
    rank: str
    named_on: date


@dataclass(frozen=True, slots=True)
class Take:
    """The setting is the point's; `quota` is the one in force for the leader, if any is."""

    setting: Setting
    leader: str
    target: str
    taken_on: date
    quota: tuple[LiaisonTarget, ...]


@dataclass(frozen=True, slots=True)
class Leave:
    setting: Setting
    leader: str
    reason: str
    left_on: date


@dataclass(frozen=True, slots=True)
class Attend:
    setting: Setting
    leader: str
    attended_on: date
    quota: tuple[LiaisonTarget, ...]


Command = Name | Take | Leave | Attend
Event = LiaisonLeaderNamed | LiaisonPointTaken | LiaisonPointLeft | LifeMeetingAttended


@dataclass(frozen=True, slots=True)
class Leader:
    """A leader with the points held now, by unit, and the life meetings attended."""

    named: LiaisonLeaderNamed
    points: Mapping[str, LiaisonPointTaken] = field(default_factory=dict)
    meetings: tuple[LifeMeetingAttended, ...] = ()
    told: frozenset[Event] = frozenset()


State = Leader | None


def decide(command: Command, leader: State) -> list[Event]:
    match command, leader:
        case Name(), None:
            _allow_day(command.setting, command.named_on)
            return [_named(command)]
        case Name(), Leader(named=was):
            if _named(command) == was:
                return []
            raise LeaderNamedOtherwise(leader=was.leader, area=was.area, rank=was.rank)
        case Take(), Leader():
            return [*_take(command, leader)]
        case Leave(), Leader():
            return [*_leave(command, leader)]
        case Attend(), Leader():
            return [*_attend(command, leader)]
        case _:
            raise UnknownLeader(leader=command.leader)


def evolve(leader: State, event: Event) -> State:
    match event, leader:
        case LiaisonLeaderNamed(), _:
            return Leader(event)
        case _, Leader(told=told):
            return replace(_evolved(leader, event), told=told | {event})
        case _:
            return leader


def _evolved(leader: Leader, event: Event) -> Leader:
    match event:
        case LiaisonPointTaken(unit=unit):
            return replace(leader, points={**leader.points, unit: event})
        case LiaisonPointLeft(unit=left):
            points = {unit: point for unit, point in leader.points.items() if unit != left}
            return replace(leader, points=points)
        case LifeMeetingAttended():
            return replace(leader, meetings=(*leader.meetings, event))
        case _:
            return leader


LEADER: Final = Decider[Command, State, Event](None, decide, evolve)


def _named(command: Name) -> LiaisonLeaderNamed:
    return LiaisonLeaderNamed(
        campaign=command.setting.campaign.campaign,
        leader=command.leader,
        area=command.setting.unit.code,
        rank=command.rank,
        named_on=command.named_on,
    )


def _take(command: Take, leader: Leader) -> list[LiaisonPointTaken]:
    setting, unit = command.setting, command.setting.unit
    event = LiaisonPointTaken(
        campaign=setting.campaign.campaign,
        unit=unit.code,
        leader=command.leader,
        area=leader.named.area,
        target=command.target,
        taken_on=command.taken_on,
    )
    if event in leader.told:
        return []
    held = leader.points.get(unit.code)
    if held is not None:
        raise PointTakenOtherwise(
            leader=held.leader, unit=held.unit, target=held.target, taken_on=held.taken_on
        )
    if not _fits(command.target, unit):
        raise TargetMismatch(unit=unit.code, target=command.target)
    allow_after(leader.named.named_on, command.taken_on)
    _allow_day(setting, command.taken_on)
    have = sum(point.target == command.target for point in leader.points.values())
    _allow_one_more(command.leader, command.target, have, command.quota)
    return [event]


def _leave(command: Leave, leader: Leader) -> list[LiaisonPointLeft]:
    event = LiaisonPointLeft(
        campaign=leader.named.campaign,
        unit=command.setting.unit.code,
        leader=command.leader,
        area=leader.named.area,
        reason=explained(command.reason),
        left_on=command.left_on,
    )
    if event in leader.told:
        return []
    held = leader.points.get(event.unit)
    if held is None:
        raise PointNotTaken(leader=command.leader, unit=event.unit)
    allow_after(held.taken_on, command.left_on)
    _allow_day(command.setting, command.left_on)
    return [event]


def _attend(command: Attend, leader: Leader) -> list[LifeMeetingAttended]:
    event = LifeMeetingAttended(
        campaign=leader.named.campaign,
        unit=command.setting.unit.code,
        leader=command.leader,
        area=leader.named.area,
        attended_on=command.attended_on,
    )
    if event in leader.told:
        return []
    _allow_day(command.setting, command.attended_on)
    _allow_one_more(command.leader, LIFE_MEETING, len(leader.meetings), command.quota)
    return [event]


def _fits(target: str, unit: UnitAtHand) -> bool:
    if target == _DEPARTMENT:
        return unit.kind == _DEPARTMENT_KIND
    return _LEVEL_OF.get(target) == unit.level and not is_attached(unit.kind)


def _allow_one_more(leader: str, target: str, have: int, quota: tuple[LiaisonTarget, ...]) -> None:
    for rule in quota:
        if rule.target == target and have >= rule.at_most:
            raise QuotaExceeded(leader=leader, target=target, at_most=rule.at_most)


def _allow_day(setting: Setting, day: date) -> None:
    setting.allow_day(day, setting.campaign.starts_on)
