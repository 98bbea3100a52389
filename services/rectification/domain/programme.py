"""A programme's life: launched with a measure and a target, progress counted, completion verified."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from shared.contracts.rectification import (
    ProgrammeCompleted,
    ProgrammeLaunched,
    ProgrammeProgressed,
)
from shared.kernel.decider import Decider
from shared.kernel.refusals import Refusal
from shared.kernel.setting import Setting

SPECIAL_RECTIFICATION: Final = "special_rectification"


class ProgrammeAlreadyLaunched(Refusal):
    code = "programme-already-launched"
    zh = "项目 {programme} 已由单位 {unit} 按另一内容启动,请换一个编号。"
    en = "Programme {programme} of unit {unit} was launched with other content; use another id."


class UnknownProgramme(Refusal):
    code = "unknown-programme"
    status = 404
    zh = "没有项目 {programme},请核对编号,或先启动该项目。"
    en = "Programme {programme} is not known; check its id or launch it first."


class DueBeforeLaunched(Refusal):
    code = "due-before-launched"
    status = 422
    zh = "完成时限 {due_on} 早于启动日期 {launched_on},请核对日期。"
    en = "The due date {due_on} lies before the launch on {launched_on}; check the dates."


class BeforeLaunch(Refusal):
    code = "before-launch"
    status = 422
    zh = "日期 {date} 早于项目启动日期 {launched_on}。"
    en = "The date {date} lies before the programme's launch on {launched_on}."


class BeforeLastProgress(Refusal):
    code = "before-last-progress"
    status = 422
    zh = "完成日期 {date} 早于最近一次进展日期 {last_on}。"
    en = "The completion on {date} lies before the last progress on {last_on}."


class OutsideProgramme(Refusal):
    code = "outside-programme"
    status = 422
    zh = "单位 {unit} 不在项目 {programme} 所属单位 {owner} 范围内,不能登记进展。"
    en = "Unit {unit} is not within {owner}, whose programme {programme} is; it adds no progress."


class EntryAlreadyRecorded(Refusal):
    code = "entry-already-recorded"
    zh = "进展 {entry} 已按另一内容登记,请换一个编号。"
    en = "Progress entry {entry} was recorded with other content; use another id."


class ProgrammeIsCompleted(Refusal):
    code = "programme-completed"
    zh = "项目 {programme} 已于 {completed_on} 验收完成,不能再登记。"
    en = "Programme {programme} was completed on {completed_on}; nothing more is recorded for it."


class TargetNotReached(Refusal):
    code = "target-not-reached"
    zh = "目标 {target},目前 {counted},尚未达到,不能验收完成。"
    en = "The count is {counted} of a target of {target}; it cannot be completed yet."


class ItemsOpen(Refusal):
    code = "programme-items-open"
    zh = "专项整治 {programme} 还有 {open} 个问题未销号,不能验收完成。"
    en = "Special rectification {programme} has {open} items not closed; close them first."


class OwnProgress(Refusal):
    code = "own-progress"
    status = 403
    zh = "最近一次进展由本人登记,须由其他人验收完成。"
    en = "Who reported progress last does not verify the completion; somebody else does."


@dataclass(frozen=True, slots=True)
class Launch:
    setting: Setting
    launched: ProgrammeLaunched

    @property
    def programme(self) -> str:
        return self.launched.programme


@dataclass(frozen=True, slots=True)
class Progress:
    """`setting` is that of the unit that reports."""

    setting: Setting
    progressed: ProgrammeProgressed

    @property
    def programme(self) -> str:
        return self.progressed.programme


@dataclass(frozen=True, slots=True)
class Complete:
    """`open_items` counts the programme's items that are not closed."""

    setting: Setting
    programme: str
    verified_by: str
    note: str
    completed_on: date
    open_items: int


Command = Launch | Progress | Complete
Event = ProgrammeLaunched | ProgrammeProgressed | ProgrammeCompleted


@dataclass(frozen=True, slots=True)
class Programme:
    """What has been counted, by entry; the last one to report; completed or not."""

    launched: ProgrammeLaunched
    entries: dict[str, ProgrammeProgressed] = field(default_factory=dict)
    counted: int = 0
    last_on: date | None = None
    last_reporter: str = ""
    completed: ProgrammeCompleted | None = None

    @property
    def capped(self) -> int:
        """What counts to the target; what goes beyond it is `excess`."""
        return min(self.counted, self.launched.target)

    @property
    def excess(self) -> int:
        return max(0, self.counted - self.launched.target)


def decide(command: Command, programme: Programme | None) -> list[Event]:
    match command, programme:
        case Launch(), _:
            return [*_launch(command, programme)]
        case Progress(), Programme():
            return [*_progress(command, programme)]
        case Complete(), Programme():
            return [*_complete(command, programme)]
        case _:
            raise UnknownProgramme(programme=command.programme)


def evolve(programme: Programme | None, event: Event) -> Programme | None:
    match event, programme:
        case ProgrammeLaunched(), _:
            return Programme(event)
        case ProgrammeProgressed(), Programme():
            return _counted(programme, event)
        case ProgrammeCompleted(), Programme():
            return replace(programme, completed=event)
        case _:
            return programme


PROGRAMME: Final = Decider[Command, Programme | None, Event](None, decide, evolve)


def _counted(programme: Programme, event: ProgrammeProgressed) -> Programme:
    # Grown in place: copied at each of thousands of entries, folding would take their square.
    programme.entries[event.entry] = event
    return replace(
        programme,
        counted=programme.counted + event.count,
        last_on=max(event.progressed_on, programme.last_on or event.progressed_on),
        last_reporter=event.reported_by,
    )


def _launch(command: Launch, programme: Programme | None) -> list[ProgrammeLaunched]:
    launched = command.launched
    if programme is not None:
        if programme.launched == launched:
            return []
        known = programme.launched
        raise ProgrammeAlreadyLaunched(programme=known.programme, unit=known.unit)
    if launched.due_on is not None and launched.due_on < launched.launched_on:
        raise DueBeforeLaunched(due_on=launched.due_on, launched_on=launched.launched_on)
    command.setting.allow_day(launched.launched_on, command.setting.campaign.starts_on)
    return [launched]


def _progress(command: Progress, programme: Programme) -> list[ProgrammeProgressed]:
    told, launched = command.progressed, programme.launched
    known = programme.entries.get(told.entry)
    if known is not None:
        if _content(known) == _content(told):
            return []
        raise EntryAlreadyRecorded(entry=told.entry)
    _allow_open(programme)
    if launched.unit not in command.setting.unit.path.split("."):
        raise OutsideProgramme(unit=told.unit, programme=told.programme, owner=launched.unit)
    _allow_after_launch(told.progressed_on, launched)
    command.setting.allow_day(told.progressed_on, launched.launched_on)
    return [told]


def _complete(command: Complete, programme: Programme) -> list[ProgrammeCompleted]:
    launched, done = programme.launched, programme.completed
    event = ProgrammeCompleted(
        campaign=launched.campaign,
        programme=launched.programme,
        unit=launched.unit,
        note=command.note,
        verified_by=command.verified_by,
        completed_on=command.completed_on,
    )
    if done == event:
        return []
    _allow_open(programme)
    _allow_after_launch(event.completed_on, launched)
    if programme.last_on is not None and event.completed_on < programme.last_on:
        raise BeforeLastProgress(date=event.completed_on, last_on=programme.last_on)
    command.setting.allow_day(event.completed_on, launched.launched_on)
    _allow_verified(command, programme)
    return [event]


def _allow_verified(command: Complete, programme: Programme) -> None:
    launched = programme.launched
    if command.verified_by == programme.last_reporter:
        raise OwnProgress
    if command.open_items:
        raise ItemsOpen(programme=launched.programme, open=command.open_items)
    # A special rectification is counted by its items; their closing is its target.
    if launched.kind != SPECIAL_RECTIFICATION and programme.counted < launched.target:
        raise TargetNotReached(target=launched.target, counted=programme.counted)


def _allow_open(programme: Programme) -> None:
    if programme.completed is not None:
        done = programme.completed
        raise ProgrammeIsCompleted(programme=done.programme, completed_on=done.completed_on)


def _allow_after_launch(day: date, launched: ProgrammeLaunched) -> None:
    if day < launched.launched_on:
        raise BeforeLaunch(date=day, launched_on=launched.launched_on)


def _content(told: ProgrammeProgressed) -> tuple[str, int, str, date]:
    return told.unit, told.count, told.note, told.progressed_on
