"""Lines of the roots come apart from the rest: there all workers and all parts meet."""

from datetime import date

from services.status.contributions import Mark
from services.status.storage import ROLLUP_COLUMNS, rollup_rows, rollup_rows_apart

DAY = date(2014, 2, 20)
ANCESTOR = ROLLUP_COLUMNS.index("ancestor")


def marked(above: str, metric: str = "expected") -> dict[Mark, int]:
    return {(above, "then", "area", metric, DAY, DAY): 1}


def test_both_together_are_all_lines() -> None:
    changes = {"c": marked("15.1502.150202") | marked("15.1501")}

    below, at_roots = rollup_rows_apart(changes)

    assert sorted([*below, *at_roots]) == sorted(rollup_rows(changes))


def test_lines_of_the_top_of_a_path_are_a_roots() -> None:
    below, at_roots = rollup_rows_apart({"c": marked("15.1502.150202") | marked("15")})

    assert {row[ANCESTOR] for row in at_roots} == {"15"}
    assert {row[ANCESTOR] for row in below} == {"1502", "150202"}


def test_each_campaign_has_roots_of_its_own() -> None:
    below, at_roots = rollup_rows_apart({"c": marked("15.1502"), "d": marked("1502.150202")})

    assert {row[:2] for row in at_roots} == {("c", "15"), ("d", "1502")}
    assert {row[:2] for row in below} == {("c", "1502"), ("d", "150202")}


def test_nothing_changed_is_no_line() -> None:
    assert rollup_rows_apart({}) == ([], [])
