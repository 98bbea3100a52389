"""Given, when, then: a decider's behaviour told as a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import pytest

from shared.kernel.decider import Decider
from shared.kernel.refusals import Refusal

Command = TypeVar("Command")
State = TypeVar("State")
Event = TypeVar("Event")


@dataclass(frozen=True)
class When(Generic[Command, State, Event]):
    """What is to be decided, and the life it is decided in."""

    decider: Decider[Command, State, Event]
    past: Sequence[Event]
    command: Command

    def then(self, *expected: Event | type[Refusal]) -> None:
        """These events, in order; none at all; or one refusal."""
        state = self.decider.fold(self.past)
        refusal = expected[0] if expected else None
        if isinstance(refusal, type):
            with pytest.raises(refusal):
                self.decider.decide(self.command, state)
            return

        assert self.decider.decide(self.command, state) == list(expected)


@dataclass(frozen=True)
class Given(Generic[Command, State, Event]):
    """A life so far."""

    decider: Decider[Command, State, Event]
    past: Sequence[Event]

    def when(self, command: Command) -> When[Command, State, Event]:
        return When(self.decider, self.past, command)

    def state(self) -> State:
        return self.decider.fold(self.past)


def given(decider: Decider[Command, State, Event], *events: Event) -> Given[Command, State, Event]:
    return Given(decider, events)
