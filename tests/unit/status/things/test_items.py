"""Items: when they are open, due soon, overdue and closed, and what people thought of it."""

import pytest

from services.status.things.thing import Thing
from shared.kernel.events import Event
from tests.unit.status.things.said import (
    BANNER,
    closed,
    extended,
    paused,
    raised,
    rated,
    reopened,
    resumed,
    reviewed,
)
from tests.unit.status.things.telling import adds, at, day, known, learnt, told

CLOSED = "items_closed"


def days_of(item: Thing, metric: str) -> list[int]:
    """The days, of forty, on which the item counts."""
    return [number for number in range(40) if metric in at(item, BANNER, number)]


def until(first: int, last: int) -> list[int]:
    """Both included."""
    return list(range(first, last + 1))


@pytest.mark.parametrize(
    ("told_of", "due_soon", "overdue"),
    [
        pytest.param([raised(2, 10)], until(7, 10), until(11, 39), id="never closed"),
        pytest.param([raised(2, 10), closed(8)], [7], [], id="closed when due soon"),
        pytest.param([raised(2, 10), closed(10)], until(7, 9), [], id="closed on the last day"),
        pytest.param([raised(2, 10), closed(15)], until(7, 10), until(11, 14), id="closed late"),
        pytest.param([raised(9, 10)], until(9, 10), until(11, 39), id="raised shortly before"),
        pytest.param(
            [raised(2, 10), extended(5, 20)], until(17, 20), until(21, 39), id="extended early"
        ),
        pytest.param(
            [raised(2, 10), extended(14, 20)],
            [*until(7, 10), *until(17, 20)],
            [*until(11, 13), *until(21, 39)],
            id="extended when overdue: overdue until then stays",
        ),
        pytest.param(
            [raised(2, 10), paused(9), resumed(15, 16)],
            [*until(7, 8), *until(15, 16)],
            until(17, 39),
            id="paused: neither due soon nor overdue",
        ),
        pytest.param(
            [raised(2, 10), paused(13)], until(7, 10), until(11, 12), id="paused when overdue"
        ),
        pytest.param(
            [raised(2, 10), paused(9), extended(12, 30), resumed(14, 33)],
            [7, 8, *until(30, 33)],
            until(34, 39),
            id="an extension leaves the clock standing",
        ),
        pytest.param(
            [raised(2, 10), closed(9), reopened(20, 25)],
            [7, 8, *until(22, 25)],
            until(26, 39),
            id="reopened with a new due date",
        ),
        pytest.param(
            [raised(5, 10), closed(3)], [], [], id="a closure is never before the raising"
        ),
    ],
)
def test_due_soon_and_overdue_follow_the_due_date_in_force(
    told_of: list[Event], due_soon: list[int], overdue: list[int]
) -> None:
    item = known("item", *told_of)

    assert days_of(item, "items_due_soon") == due_soon
    assert days_of(item, "items_overdue") == overdue


@pytest.mark.parametrize(
    ("told_of", "shut", "in_time"),
    [
        pytest.param([raised(2, 10)], [], [], id="open"),
        pytest.param([raised(2, 10), closed(10)], until(10, 39), until(10, 39), id="in time"),
        pytest.param([raised(2, 10), closed(11)], until(11, 39), [], id="a day late"),
        pytest.param(
            [raised(2, 10), extended(5, 12), closed(12)],
            until(12, 39),
            until(12, 39),
            id="in time after an extension",
        ),
        pytest.param(
            [raised(2, 10), paused(9), closed(20)],
            until(20, 39),
            until(20, 39),
            id="in time while the clock stands still",
        ),
        pytest.param(
            [raised(2, 10), closed(8), reopened(12, 15), closed(20)],
            [*until(8, 11), *until(20, 39)],
            until(8, 11),
            id="closed, reopened, closed late",
        ),
    ],
)
def test_closed_counts_until_it_is_reopened(
    told_of: list[Event], shut: list[int], in_time: list[int]
) -> None:
    item = known("item", *told_of)

    assert days_of(item, CLOSED) == shut
    assert days_of(item, "items_closed_in_time") == in_time


def test_an_item_is_raised_for_good_by_source_and_category() -> None:
    item = known("item", raised(2, 10, source="opinion", category="ecology"), closed(5))

    assert at(item, BANNER, 1) == {}
    assert at(item, BANNER, 3) == {"items_raised": 1, "detail:items_raised:opinion:ecology": 1}
    assert days_of(item, "items_raised") == until(2, 39)
    assert days_of(item, "detail:items_raised:opinion:ecology") == until(2, 39)
    assert days_of(item, "detail:items_closed:opinion:ecology") == until(5, 39)


def test_each_reopening_counts() -> None:
    item = known("item", raised(2, 10), closed(4), reopened(6, 9), closed(8), reopened(12, 20))

    assert at(item, BANNER, 5).get("items_reopened") is None
    assert at(item, BANNER, 6)["items_reopened"] == 1
    assert at(item, BANNER, 12)["items_reopened"] == 2


def test_the_last_rating_says_whether_people_are_satisfied() -> None:
    item = known("item", raised(2, 10), closed(4), rated(5, 4), rated(8, 3), rated(12, 5))

    assert days_of(item, "items_rated") == until(5, 39)
    assert days_of(item, "items_satisfied") == [*until(5, 7), *until(12, 39)]


def test_a_review_counts_once() -> None:
    item = known("item", raised(2, 10), closed(4), reviewed(9), reviewed(20))

    assert at(item, BANNER, 25)["items_reviewed"] == 1
    assert days_of(item, "items_reviewed") == until(9, 39)


def test_an_item_whose_raising_has_not_arrived_adds_nothing() -> None:
    item = known("item", closed(5), rated(6, 5))

    assert adds(item, day(10)) == {}


def test_what_was_said_before_the_raising_arrived_holds_when_it_does() -> None:
    envelopes = told([raised(2, 10), closed(5)])

    assert days_of(learnt("item", envelopes[::-1]), CLOSED) == until(5, 39)
