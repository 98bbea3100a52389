"""A day of the series is what the status of that day sums up."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.status.contributions import OWN
from services.status.figures import Sum, counted, total, windows_by_class
from services.status.series import Step, series
from shared.contracts.schedule import Window

FIRST = date(2014, 2, 10)
WINDOWS = (Window((2, 3), ("area",), date(2014, 2, 12), date(2014, 2, 20)),)
METRICS = ("expected", "prepared", "trained", "mobilized", "plan:implementation:approved")
_steps = st.lists(
    st.builds(
        lambda day, name, metric, n, late: Step(
            FIRST + timedelta(days=day), name, Sum(metric, n, 0 if late else n)
        ),
        st.integers(0, 20),
        st.sampled_from(("league", "banner", "village")),
        st.sampled_from(METRICS),
        st.integers(0, 5),
        st.booleans(),
    ),
    max_size=30,
)


@given(_steps)
def test_each_day_adds_up_all_before_it(steps: list[Step]) -> None:
    steps.sort(key=lambda step: step.day)

    found = series(steps, FIRST, FIRST + timedelta(days=20), WINDOWS)

    assert [each.day for each in found] == [FIRST + timedelta(days=n) for n in range(21)]
    by_class = windows_by_class(WINDOWS)
    for each in found:
        sums: dict[str, dict[str, Sum]] = {}
        for step in steps:
            if step.day <= each.day:
                of_class = sums.setdefault(step.class_, {})
                old = of_class.get(step.sum.metric, Sum(step.sum.metric, 0, 0))
                of_class[step.sum.metric] = Sum(
                    step.sum.metric, old.n + step.sum.n, old.in_time + step.sum.in_time
                )
        expected = total(
            counted(list(s.values()), each.day, by_class.get(name)) for name, s in sums.items()
        )
        assert each.mobilization == expected.mobilization
        assert (each.expected, each.prepared, each.trained) == (
            expected.expected,
            expected.prepared,
            expected.trained,
        )


def test_what_things_add_is_told_day_by_day_whatever_its_class() -> None:
    def step(on: int, metric: str, n: int) -> Step:
        return Step(FIRST + timedelta(days=on), OWN, Sum(metric, n, 0))

    steps = [
        step(0, "teams", 3), step(0, "items_raised", 5), step(1, "items_overdue", 2),
        step(2, "items_closed", 2), step(2, "items_overdue", -1), step(3, "items_closed", -1),
        step(3, "instructors", 40), step(3, "supervised", 2),
    ]  # fmt: skip

    found = series(steps, FIRST, FIRST + timedelta(days=3), WINDOWS)

    assert [each.items_open for each in found] == [5, 5, 3, 4]
    assert [each.items_overdue for each in found] == [0, 2, 1, 1]
    assert [each.items_closed for each in found] == [0, 0, 2, 1]
    assert [each.teams for each in found] == [3, 3, 3, 3]
    assert (found[-1].instructors, found[-1].supervised) == (40, 2)
    assert {each.expected for each in found} == {0}
