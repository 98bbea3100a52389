"""Positions: written as ids, read back, and in the order of recording."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.status.replaying.position import (
    BEGINNING,
    END,
    MalformedReplayPosition,
    Position,
    parse_position,
)

POSITIONS = st.builds(
    Position,
    micros=st.integers(0, 4 * 10**15),
    service=st.sampled_from(["units", "schedule", "supervision", "rectification"]),
    league=st.from_regex(r"[0-9A-Za-z][0-9A-Za-z-]{0,40}", fullmatch=True),
    version=st.integers(1, 10**17),
)


@given(position=POSITIONS)
def test_an_id_read_back_is_the_position_it_was_made_of(position: Position) -> None:
    assert parse_position(str(position)) == position


@given(one=POSITIONS, other=POSITIONS)
def test_the_database_compares_positions_as_we_do(one: Position, other: Position) -> None:
    assert (one < other) == (one.key < other.key)


@given(position=POSITIONS)
def test_every_position_lies_between_the_beginning_and_the_end(position: Position) -> None:
    assert BEGINNING < position < END


def test_a_position_at_an_instant_lies_before_what_was_recorded_then() -> None:
    instant = datetime(2014, 3, 4, 1, 2, 3, 4, tzinfo=UTC)
    recorded = Position((instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1),
                        "rectification", "15", 1)  # fmt: skip

    assert Position.at(instant) < recorded < Position.at(instant + timedelta(microseconds=1))


@pytest.mark.parametrize(
    "text",
    [
        "17",
        "1393894923000004.units.1502",
        "1393894923000004.units.1502.0",
        "1393894923000004.units.1502.-1",
        "1393894923000004.units.1502.1.1",
        "1393894923000004.units.15 02.1",
        "1393894923000004.units.-1502.1",
        "1393894923000004.status.1502.1",
        "13938949230000040.units.1502.1",
        "-1.units.1502.1",
        "1393894923000004.units.1502.1\n",
        "1393894923000004.units.1502.\u0661",
        "1393894923000004.units.1502." + "9" * 19,
    ],
)
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(MalformedReplayPosition):
        parse_position(text)
