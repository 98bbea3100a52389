"""A duty of a team: recorded once, by its office or by a member where the team is stationed."""

from dataclasses import dataclass
from typing import Final

from services.supervision.domain.record import told_once
from services.supervision.domain.recording import TeamAtHand, allow_recording
from shared.contracts.supervision import DutyDone
from shared.kernel.access import Caller
from shared.kernel.decider import Decider
from shared.kernel.events import Event
from shared.kernel.once import Record
from shared.kernel.setting import Setting

_DUTY: Final = told_once("duty")


@dataclass(frozen=True, slots=True)
class Do:
    setting: Setting
    caller: Caller
    team: TeamAtHand
    done: DutyDone


def decide(command: Do, recorded: Event | None) -> list[Event]:
    done, setting = command.done, command.setting
    events = _DUTY.decide(Record(setting, done), recorded)
    if events:
        allow_recording(command.caller, command.team, setting.unit.path, done.done_on)
    return events


DUTY: Final = Decider[Do, Event | None, Event](None, decide, _DUTY.evolve)
