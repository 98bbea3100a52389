"""What is told once and stays: a joint meeting, rules of teams, publicity, a lecture, and more."""

from typing import Final

from shared.kernel.decider import Decider
from shared.kernel.events import Event
from shared.kernel.once import Record, recorded_once
from shared.kernel.refusals import Refusal


class RecordedOtherwise(Refusal):
    code = "recorded-otherwise"
    zh = "此编号({record})已按另一内容登记,请换一个编号。"
    en = "This was recorded with other content ({record}); use another id."


def told_once(name: str) -> Decider[Record[Event], Event | None, Event]:
    """The life of what the field of this name tells apart."""

    def refused(recorded: Event) -> Refusal:
        return RecordedOtherwise(record=getattr(recorded, name))

    return recorded_once(refused)


JOINT_MEETING: Final = told_once("meeting")
TEAM_RULES: Final = told_once("kind")
PUBLICITY: Final = told_once("issue")
LECTURE: Final = told_once("lecture")
