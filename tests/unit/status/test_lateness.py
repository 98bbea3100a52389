"""Late entries: those of the units asked about that had happened by the end of the day."""

from collections.abc import Mapping
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.status.knowing.lateness import NEVER_LATE, Lateness
from tests.unit.status.histories import DAYS, day

UNITS = ("15", "1501", "150101", "1502")
days = st.integers(0, DAYS).map(day)
counted = st.dictionaries(
    st.sampled_from(UNITS), st.dictionaries(days, st.integers(1, 9), max_size=5)
)


@given(counted, st.none() | st.lists(st.sampled_from(UNITS), unique=True), days)
def test_a_day_counts_what_had_happened_by_its_end(
    by_unit: Mapping[str, Mapping[date, int]], units: list[str] | None, on: date
) -> None:
    expected = sum(
        n
        for unit, of_unit in by_unit.items()
        for happened, n in of_unit.items()
        if happened <= on and (units is None or unit in units)
    )

    assert Lateness(by_unit).count(units, on) == expected


def test_nothing_is_late_before_it_was_counted() -> None:
    assert NEVER_LATE.count(None, day(DAYS)) == 0
    assert NEVER_LATE.weight == 0


def test_it_weighs_as_much_as_it_holds() -> None:
    assert Lateness({"15": {day(0): 2, day(1): 1}, "1501": {day(0): 7}}).weight == 3
