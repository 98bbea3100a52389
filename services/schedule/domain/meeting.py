"""A meeting's life: a meeting of the campaign that is nobody's mobilization is recorded, once."""

from dataclasses import dataclass
from typing import Final

from services.schedule.domain.setting import Setting
from shared.contracts.schedule import MeetingHeld
from shared.kernel.decider import Decider
from shared.kernel.refusals import Refusal


class MeetingAlreadyRecorded(Refusal):
    code = "meeting-already-recorded"
    zh = "会议 {meeting} 已按另一内容登记,请换一个编号。"
    en = "Meeting {meeting} was recorded with other content; use another id."


@dataclass(frozen=True, slots=True)
class Record:
    setting: Setting
    held: MeetingHeld


def decide(command: Record, held: MeetingHeld | None) -> list[MeetingHeld]:
    meeting = command.held
    if held is None:
        command.setting.allow_instant(meeting.held_at, command.setting.campaign.starts_on)
        return [meeting]
    if held == meeting:
        return []
    raise MeetingAlreadyRecorded(meeting=meeting.meeting)


def evolve(held: MeetingHeld | None, event: MeetingHeld) -> MeetingHeld | None:
    return event


MEETING: Final = Decider[Record, MeetingHeld | None, MeetingHeld](None, decide, evolve)
