"""Rows in the order asked for, page after page, none twice and none left out."""

from base64 import urlsafe_b64encode
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.status.answers import ChildRow, LeagueRow
from services.status.facts import Name, Placement, UnitFact
from services.status.figures import Counts, Mobilization, Plans
from services.status.ordering import Order, Sort, page, ranked
from services.status.portraits import head_of, own_state
from services.status.tallies import Ledger, Supervision, Tallies
from shared.platform.cursors import MalformedCursor

DAY = date(2014, 3, 4)


def child(code: str, mobilized: int, overdue: int = 0, expected: int = 10) -> ChildRow:
    fact = UnitFact(
        level=2,
        kind="city",
        registered_on=DAY,
        placements=[Placement(1, DAY, "e", f"15.{code}")],
        names=[Name(1, DAY, "e", f"盟市{code}")],
    )
    counts = Counts(
        expected=expected,
        mobilization=Mobilization(
            mobilized=mobilized, overdue=overdue, rate_permille=mobilized * 1000 // expected
        ),
    )
    return ChildRow(head_of(code, fact, DAY, "then"), own_state(fact, DAY, (), Tallies()), counts)


def league(code: str, mobilized: int, overdue: int = 0, approved: int = 0) -> LeagueRow:
    row = child(code, mobilized, overdue)
    row.total.plans["implementation"] = Plans(approved=approved)
    return LeagueRow(0, row.unit, row.own, {}, row.total)


@given(
    st.lists(st.integers(0, 10), min_size=1, max_size=12),
    st.sampled_from(Sort),
    st.sampled_from(Order),
    st.integers(1, 5),
)
def test_pages_give_every_row_once_in_order(
    mobilized: list[int], sort: Sort, order: Order, limit: int
) -> None:
    rows = [child(f"15{number:02}", n, overdue=10 - n) for number, n in enumerate(mobilized)]
    whole, _ = page(rows, sort, order, None, 500)

    found: list[ChildRow] = []
    cursor = None
    while True:
        shown, cursor = page(rows, sort, order, cursor, limit)
        found += shown
        if cursor is None:
            break

    assert found == whole
    assert {row.unit.unit for row in found} == {row.unit.unit for row in rows}


def test_descending_is_ascending_backwards() -> None:
    rows = [child("1501", 3), child("1502", 9), child("1503", 3)]

    up, _ = page(rows, Sort.MOBILIZED_RATE, Order.ASC, None, 500)
    down, _ = page(rows, Sort.MOBILIZED_RATE, Order.DESC, None, 500)

    assert [row.unit.unit for row in up] == ["1501", "1503", "1502"]
    assert down == up[::-1]


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "%%%",
        "汉",
        urlsafe_b64encode(b"\xff\xfe").decode(),
        urlsafe_b64encode(msgspec.json.encode({"a": 1})).decode(),
        urlsafe_b64encode(msgspec.json.encode(["text", "1501"])).decode(),
    ],
)
def test_a_cursor_that_is_none_of_ours_is_refused(cursor: str) -> None:
    with pytest.raises(MalformedCursor):
        page([child("1501", 1)], Sort.OVERDUE, Order.ASC, cursor, 10)


def test_leagues_with_the_same_outcome_share_a_rank() -> None:
    rows = [
        league("1501", 8),
        league("1502", 10),
        league("1503", 8),
        league("1504", 8, overdue=2),
        league("1505", 8, approved=3),
    ]

    assert [(row.rank, row.unit.unit) for row in ranked(rows)] == [
        (1, "1502"),
        (2, "1505"),
        (3, "1501"),
        (3, "1503"),
        (5, "1504"),
    ]


def ledger_row(code: str, ledger: Ledger | None, teams: int = 0) -> ChildRow:
    row = child(code, 0)
    if ledger is not None:
        row.total.ledger = ledger
    if teams:
        row.total.supervision = Supervision(teams=teams, supervised=1, instructors=teams * 10)
    return row


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (Sort.ITEMS_OVERDUE, ["1501", "1502", "1503"]),
        (Sort.ITEMS_OPEN, ["1502", "1501", "1503"]),
        (Sort.ITEMS_RAISED, ["1502", "1501", "1503"]),
        (Sort.CLOSING_RATE, ["1501", "1502", "1503"]),
        (Sort.SATISFACTION, ["1502", "1503", "1501"]),
        (Sort.TEAMS, ["1503", "1502", "1501"]),
        (Sort.SUPERVISED, ["1503", "1502", "1501"]),
        (Sort.INSTRUCTORS, ["1503", "1502", "1501"]),
    ],
)
def test_rows_are_sorted_by_what_things_add(sort: Sort, expected: list[str]) -> None:
    """No ledger, and no rate, sorts below the worst."""
    rows = [
        ledger_row("1501", Ledger(raised=8, open=2, overdue=2, closing_rate_permille=750)),
        ledger_row(
            "1502",
            Ledger(raised=9, open=5, overdue=1, closing_rate_permille=444, satisfaction_permille=0),
            teams=1,
        ),
        ledger_row("1503", None, teams=2),
    ]

    shown, _ = page(rows, sort, Order.DESC, None, 10)

    assert [row.unit.unit for row in shown] == expected
