"""The pace of a replay: by events, by days, or none."""

import re

import pytest

from services.status.replaying.pace import SPEED_PATTERN, Pace, pace_of
from services.status.replaying.reading import Told

DAY = 24 * 3600 * 1_000_000


def told(occurred_day: float, recorded_day: float = 0) -> Told:
    return Told(
        int(recorded_day * DAY), "units", "1502", 1, "t", int(occurred_day * DAY), "u", None, b""
    )  # fmt: skip


def due(pace: Pace, *events: Told) -> list[float]:
    return [pace.due_after(each) for each in events]


def test_without_a_pace_all_is_due_at_once() -> None:
    assert due(pace_of("0", "occurred"), told(1), told(9)) == [0, 0]


def test_events_are_spread_evenly() -> None:
    assert due(pace_of("4", "occurred"), told(1), told(9), told(9)) == [0, 0.25, 0.5]


def test_days_pass_at_their_own_rate() -> None:
    assert due(pace_of("2d", "occurred"), told(1), told(2), told(5)) == [0, 0.5, 2]


def test_a_late_entry_does_not_turn_the_days_back() -> None:
    assert due(pace_of("1d", "occurred"), told(3), told(5), told(1), told(6)) == [0, 2, 2, 3]


def test_days_may_be_those_of_recording() -> None:
    assert due(pace_of("1d", "recorded"), told(9, 1), told(1, 4)) == [0, 3]


@pytest.mark.parametrize("speed", ["0", "0d", "0.0", "250", "7d", "0.5d", "999999.999"])
def test_speeds_that_are_understood(speed: str) -> None:
    assert re.fullmatch(SPEED_PATTERN, speed)
    assert pace_of(speed, "occurred").rate >= 0


@pytest.mark.parametrize("speed", ["", "-1", "fast", "1e9", "7days", "nan", "1.0000", "10000000"])
def test_speeds_that_are_not(speed: str) -> None:
    assert not re.fullmatch(SPEED_PATTERN, speed)
