"""What is told once and stays: a joint meeting, rules of teams, publicity, a lecture."""

from dataclasses import dataclass
from typing import Final

from shared.kernel.decider import Decider
from shared.kernel.events import Event
from shared.kernel.refusals import Refusal
from shared.kernel.setting import Setting
from shared.kernel.time import local_date


class RecordedOtherwise(Refusal):
    code = "recorded-otherwise"
    zh = "此编号({record})已按另一内容登记,请换一个编号。"
    en = "This was recorded with other content ({record}); use another id."


@dataclass(frozen=True, slots=True)
class Record:
    """`record` names it to whoever is refused."""

    setting: Setting
    record: str
    event: Event


def decide(command: Record, recorded: Event | None) -> list[Event]:
    if recorded is None:
        setting, day = command.setting, local_date(command.event.occurred_at)
        setting.allow_day(day, setting.campaign.starts_on)
        return [command.event]
    if recorded == command.event:
        return []
    raise RecordedOtherwise(record=command.record)


def evolve(recorded: Event | None, event: Event) -> Event | None:
    return event


RECORD: Final = Decider[Record, Event | None, Event](None, decide, evolve)
