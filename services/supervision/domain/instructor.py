"""An instructor at a grassroots unit: assigned by its township, withdrawn, assigned again."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.supervision.domain.team_rules import allow_after
from shared.contracts.supervision import InstructorAssigned, InstructorWithdrawn
from shared.kernel.decider import Decider
from shared.kernel.refusals import Refusal
from shared.kernel.setting import Setting, UnitAtHand, explained
from shared.kernel.units import ancestors, is_attached

_TOWNSHIPS: Final = 4
_GRASSROOTS: Final = 5


class NotGrassroots(Refusal):
    code = "not-grassroots"
    status = 422
    zh = "单位 {unit} 不是嘎查村、社区,不派指导员。"
    en = "Unit {unit} is no village, gacha or community; instructors are sent to these only."


class InstructorFromElsewhere(Refusal):
    code = "instructor-from-elsewhere"
    status = 422
    zh = "{assigned_by} 不是 {unit} 所属的苏木乡镇、街道,指导员须由其选派。"
    en = "{assigned_by} is not the township of {unit}, which alone sends its instructors."


class AssignedOtherwise(Refusal):
    code = "instructor-assigned-otherwise"
    zh = "指导员 {instructor} 已于 {assigned_on} 派到 {unit}。"
    en = "Instructor {instructor} was assigned to {unit} on {assigned_on} already."


class NotAssigned(Refusal):
    code = "instructor-not-assigned"
    zh = "指导员 {instructor} 未派到 {unit},无从撤回。"
    en = "Instructor {instructor} is not assigned to {unit} and cannot be withdrawn."


@dataclass(frozen=True, slots=True)
class Assign:
    setting: Setting
    instructor: str
    assigned_by: str
    assigned_on: date


@dataclass(frozen=True, slots=True)
class Withdraw:
    setting: Setting
    instructor: str
    reason: str
    withdrawn_on: date


Command = Assign | Withdraw
Event = InstructorAssigned | InstructorWithdrawn


@dataclass(frozen=True, slots=True)
class Posting:
    """What became of an instructor at a unit; nothing yet where both are None."""

    assigned: InstructorAssigned | None = None
    withdrawn: InstructorWithdrawn | None = None
    told: tuple[Event, ...] = ()

    @property
    def active(self) -> bool:
        return self.assigned is not None and self.withdrawn is None


def decide(command: Command, posting: Posting) -> list[Event]:
    match command:
        case Assign():
            return [*_assign(command, posting)]
        case Withdraw():
            return [*_withdraw(command, posting)]


def evolve(posting: Posting, event: Event) -> Posting:
    told = (*posting.told, event)
    match event:
        case InstructorAssigned():
            return Posting(event, None, told)
        case InstructorWithdrawn():
            return replace(posting, withdrawn=event, told=told)


INSTRUCTOR: Final = Decider[Command, Posting, Event](Posting(), decide, evolve)


def _assign(command: Assign, posting: Posting) -> list[InstructorAssigned]:
    setting, was = command.setting, posting.assigned
    event = InstructorAssigned(
        campaign=setting.campaign.campaign,
        unit=setting.unit.code,
        instructor=command.instructor,
        assigned_by=command.assigned_by,
        assigned_on=command.assigned_on,
    )
    if event in posting.told:
        return []
    if was is not None and posting.active:
        raise AssignedOtherwise(
            instructor=was.instructor, unit=was.unit, assigned_on=was.assigned_on
        )
    _allow_place(setting.unit, command.assigned_by)
    if posting.withdrawn is not None:
        allow_after(posting.withdrawn.withdrawn_on, command.assigned_on)
    setting.allow_day(command.assigned_on, setting.campaign.starts_on)
    return [event]


def _withdraw(command: Withdraw, posting: Posting) -> list[InstructorWithdrawn]:
    setting, was = command.setting, posting.assigned
    if was is None:
        raise NotAssigned(instructor=command.instructor, unit=setting.unit.code)
    event = InstructorWithdrawn(
        campaign=was.campaign,
        unit=was.unit,
        instructor=was.instructor,
        assigned_by=was.assigned_by,
        reason=explained(command.reason),
        withdrawn_on=command.withdrawn_on,
    )
    if event in posting.told:
        return []
    if not posting.active:
        raise NotAssigned(instructor=command.instructor, unit=setting.unit.code)
    allow_after(was.assigned_on, command.withdrawn_on)
    setting.allow_day(command.withdrawn_on, setting.campaign.starts_on)
    return [event]


def _allow_place(unit: UnitAtHand, assigned_by: str) -> None:
    above = ancestors(unit.path)
    if unit.level != _GRASSROOTS or is_attached(unit.kind):
        raise NotGrassroots(unit=unit.code)
    if above[-1:] != [assigned_by] or len(above) != _TOWNSHIPS:
        raise InstructorFromElsewhere(assigned_by=assigned_by, unit=unit.code)
