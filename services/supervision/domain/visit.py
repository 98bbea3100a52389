"""A visit of a leader to a liaison point: recorded once, not before the point was taken."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from services.supervision.domain.liaison import PointNotTaken
from services.supervision.domain.record import told_once
from services.supervision.domain.team_rules import allow_after
from shared.contracts.supervision import LiaisonVisitMade
from shared.kernel.decider import Decider
from shared.kernel.events import Event
from shared.kernel.once import Record
from shared.kernel.setting import Setting

_VISIT: Final = told_once("visit")


@dataclass(frozen=True, slots=True)
class Visit:
    """`taken_on` is since when the unit is the leader's point; None where it is none."""

    setting: Setting
    made: LiaisonVisitMade
    taken_on: date | None


def decide(command: Visit, recorded: Event | None) -> list[Event]:
    made = command.made
    events = _VISIT.decide(Record(command.setting, made), recorded)
    if events:
        if command.taken_on is None:
            raise PointNotTaken(leader=made.leader, unit=made.unit)
        allow_after(command.taken_on, made.visited_on)
    return events


VISIT: Final = Decider[Visit, Event | None, Event](None, decide, _VISIT.evolve)
