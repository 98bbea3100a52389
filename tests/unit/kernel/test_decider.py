"""Folding events gives the state a decision is taken on."""

from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.decider import Decider

Guests = tuple[str, ...]


def decide(command: str, state: Guests) -> list[str]:
    return [] if command in state else [command]


def evolve(state: Guests, event: str) -> Guests:
    return (*state, event)


GUESTS = Decider[str, Guests, str](initial=(), decide=decide, evolve=evolve)
NAMES = st.lists(st.sampled_from("abcdef"), max_size=10)


def test_nothing_folded_is_the_initial_state() -> None:
    assert GUESTS.fold([]) == ()


def test_events_fold_in_their_order() -> None:
    assert GUESTS.fold(["a", "b"]) == ("a", "b")


@given(NAMES, NAMES)
def test_folding_on_is_folding_all(first: list[str], then: list[str]) -> None:
    assert GUESTS.fold(then, GUESTS.fold(first)) == GUESTS.fold([*first, *then])


@given(NAMES)
def test_a_repeated_command_changes_nothing(commands: list[str]) -> None:
    state = GUESTS.initial
    for command in commands:
        state = GUESTS.fold(GUESTS.decide(command, state), state)

    assert all(GUESTS.decide(command, state) == [] for command in commands)
    assert sorted(state) == sorted(set(commands))
