"""A decider: the two pure functions that make an aggregate's life."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

Command = TypeVar("Command")
State = TypeVar("State")
Event = TypeVar("Event")


# No slots: typing marks Decider[...](...) with an attribute, which slots would turn into an error.
@dataclass(frozen=True)
class Decider(Generic[Command, State, Event]):
    """`decide(command, state)` gives the events to append or raises a Refusal;
    `evolve(state, event)` gives the next state and never refuses.
    """

    initial: State
    decide: Callable[[Command, State], list[Event]]
    evolve: Callable[[State, Event], State]

    def fold(self, events: Iterable[Event], state: State | None = None) -> State:
        current = self.initial if state is None else state
        for event in events:
            current = self.evolve(current, event)
        return current
