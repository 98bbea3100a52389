"""A unit's mobilization: its meeting is planned, held, corrected, voided, and held again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.schedule.domain.setting import PlanStanding, Setting
from shared.contracts.schedule import (
    MobilizationCorrected,
    MobilizationHeld,
    MobilizationPlanned,
    MobilizationVoided,
    Window,
    window_for,
)
from shared.kernel.decider import Decider
from shared.kernel.refusals import Refusal
from shared.kernel.setting import explained
from shared.kernel.time import local_date


class AlreadyMobilized(Refusal):
    code = "already-mobilized"
    zh = "单位 {unit} 已登记动员会({held_on});内容有误请用“更正”。"
    en = "Unit {unit} has its mobilization recorded ({held_on}); correct that one instead."


class NotMobilized(Refusal):
    code = "not-mobilized"
    zh = "单位 {unit} 没有已登记的动员会,无从更正或作废。"
    en = "Unit {unit} has no mobilization recorded that could be corrected or voided."


class NoWindow(Refusal):
    code = "no-window"
    status = 422
    zh = "第 {level} 级“{kind}”类单位在本活动中没有动员时间窗口,无需登记动员会。"
    en = "The campaign has no mobilization window for level {level} {kind}; none is expected."


@dataclass(frozen=True, slots=True)
class Meeting:
    """What is told of a mobilization meeting."""

    held_at: datetime
    attendees: int
    chaired_by: str
    place: str


@dataclass(frozen=True, slots=True)
class PlanDate:
    setting: Setting
    planned_at: datetime
    place: str


@dataclass(frozen=True, slots=True)
class Hold:
    setting: Setting
    meeting: Meeting


@dataclass(frozen=True, slots=True)
class Correct:
    setting: Setting
    meeting: Meeting
    reason: str


@dataclass(frozen=True, slots=True)
class Void:
    setting: Setting
    reason: str


Command = PlanDate | Hold | Correct | Void
Event = MobilizationPlanned | MobilizationHeld | MobilizationCorrected | MobilizationVoided


@dataclass(frozen=True, slots=True)
class NotYet:
    """Nothing is known of a meeting."""


@dataclass(frozen=True, slots=True)
class Planned:
    planned_at: datetime
    place: str


@dataclass(frozen=True, slots=True)
class Held:
    meeting: Meeting
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Voided:
    reason: str


Mobilization = NotYet | Planned | Held | Voided


def decide(command: Command, mobilization: Mobilization) -> list[Event]:
    match command:
        case PlanDate():
            return [*_plan_date(command, mobilization)]
        case Hold():
            return [*_hold(command, mobilization)]
        case Correct():
            return [*_correct(command, mobilization)]
        case Void():
            return [*_void(command, mobilization)]


def evolve(mobilization: Mobilization, event: Event) -> Mobilization:
    match event:
        case MobilizationPlanned():
            return Planned(event.planned_at, event.place)
        case MobilizationHeld() | MobilizationCorrected():
            meeting = Meeting(event.held_at, event.attendees, event.chaired_by, event.place)
            return Held(meeting, event.flags)
        case MobilizationVoided():
            return Voided(event.reason)


MOBILIZATION: Final = Decider[Command, Mobilization, Event](NotYet(), decide, evolve)


def _plan_date(command: PlanDate, mobilization: Mobilization) -> list[MobilizationPlanned]:
    match mobilization:
        case Planned(at, place) if (at, place) == (command.planned_at, command.place):
            return []
        case NotYet() | Planned() | Voided():
            return [_planned(command)]
        case Held(meeting):
            raise _already(command, meeting)


def _hold(command: Hold, mobilization: Mobilization) -> list[MobilizationHeld]:
    match mobilization:
        case NotYet() | Planned() | Voided():
            return [_held(command)]
        case Held(meeting) if meeting == command.meeting:
            return []
        case Held(meeting):
            raise _already(command, meeting)


def _correct(command: Correct, mobilization: Mobilization) -> list[MobilizationCorrected]:
    match mobilization:
        case Held(meeting) if meeting == command.meeting:
            return []
        case Held():
            return [_corrected(command)]
        case NotYet() | Planned() | Voided():
            raise NotMobilized(unit=command.setting.unit.code)


def _void(command: Void, mobilization: Mobilization) -> list[MobilizationVoided]:
    match mobilization:
        case Held():
            return [_voided(command)]
        case Voided():
            return []
        case NotYet() | Planned():
            raise NotMobilized(unit=command.setting.unit.code)


def _already(command: PlanDate | Hold, meeting: Meeting) -> AlreadyMobilized:
    held_on = local_date(meeting.held_at)
    return AlreadyMobilized(unit=command.setting.unit.code, held_on=held_on)


def _planned(command: PlanDate) -> MobilizationPlanned:
    setting = command.setting
    _window(setting)
    setting.allow_unit(local_date(command.planned_at), setting.campaign.mobilization_from)
    return MobilizationPlanned(
        campaign=setting.campaign.campaign,
        unit=setting.unit.code,
        planned_at=command.planned_at,
        place=command.place,
        arranged_at=setting.now,
    )


def _held(command: Hold) -> MobilizationHeld:
    setting, meeting = command.setting, command.meeting
    return MobilizationHeld(
        campaign=setting.campaign.campaign,
        unit=setting.unit.code,
        held_at=meeting.held_at,
        attendees=meeting.attendees,
        chaired_by=meeting.chaired_by,
        place=meeting.place,
        flags=_allowed(setting, meeting),
    )


def _corrected(command: Correct) -> MobilizationCorrected:
    setting, meeting = command.setting, command.meeting
    return MobilizationCorrected(
        campaign=setting.campaign.campaign,
        unit=setting.unit.code,
        held_at=meeting.held_at,
        attendees=meeting.attendees,
        chaired_by=meeting.chaired_by,
        place=meeting.place,
        flags=_allowed(setting, meeting),
        reason=explained(command.reason),
        corrected_at=setting.now,
    )


def _voided(command: Void) -> MobilizationVoided:
    setting = command.setting
    return MobilizationVoided(
        campaign=setting.campaign.campaign,
        unit=setting.unit.code,
        reason=explained(command.reason),
        voided_at=setting.now,
    )


def _allowed(setting: Setting, meeting: Meeting) -> tuple[str, ...]:
    """The flags of a meeting the rules accept; raises when they do not."""
    window = _window(setting)
    setting.allow_instant(meeting.held_at, setting.campaign.mobilization_from)
    return tuple(_flags(meeting, window, setting.unit.plan))


def _flags(meeting: Meeting, window: Window, plan: PlanStanding | None) -> Iterator[str]:
    day = local_date(meeting.held_at)
    if day > window.closes_on:
        yield "late"
    if day < window.opens_on:
        yield "early"
    if plan is not None and (plan.approved_at is None or plan.approved_at > meeting.held_at):
        yield "plan-not-approved"


def _window(setting: Setting) -> Window:
    unit = setting.unit
    window = window_for(setting.campaign.windows, unit.level, unit.kind)
    if window is None:
        raise NoWindow(level=unit.level, kind=unit.kind)
    return window
