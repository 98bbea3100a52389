"""The life of what is recorded once: again the same changes nothing, other content is refused."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from shared.kernel.decider import Decider
from shared.kernel.events import Event
from shared.kernel.refusals import Refusal
from shared.kernel.setting import Setting

Told = TypeVar("Told", bound=Event)


@dataclass(frozen=True)
class Record(Generic[Told]):
    """What is told, in which setting."""

    setting: Setting
    event: Told

    @property
    def on(self) -> date:
        day: date = getattr(self.event, self.event.happened)
        return day


def recorded_once(
    refused: Callable[[Told], Refusal], allow: Callable[[Told], None] | None = None
) -> Decider[Record[Told], Told | None, Told]:
    """`allow` raises where the rules do not take what is told; `refused` is for other content."""

    def decide(command: Record[Told], recorded: Told | None) -> list[Told]:
        if recorded is None:
            if allow is not None:
                allow(command.event)
            command.setting.allow_day(command.on, command.setting.campaign.starts_on)
            return [command.event]
        if recorded == command.event:
            return []
        raise refused(recorded)

    def evolve(recorded: Told | None, event: Told) -> Told | None:
        return event

    return Decider(None, decide, evolve)
