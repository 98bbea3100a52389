"""A stretch of amounts: a page is taken from it only if all of the page is among them."""

from collections.abc import Sequence
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.status.explaining.entries import Found, Key, Place
from services.status.explaining.gathering import Page, Wanted
from services.status.explaining.kept_rows import Stretch
from services.status.explaining.measuring import Amount
from services.status.facts import UnitFact

AMOUNT = Amount("expected", date(2014, 1, 1), date(2014, 1, 1), 1)


def found(number: int) -> Found:
    return Found(Place(("15", f"15{number:02}"), UnitFact()), [AMOUNT], 0)


ALL = [found(number) for number in range(20)]


def key(number: int | None) -> Key | None:
    """None before the first."""
    return None if number is None else ALL[number].key


def page_of(known: Sequence[Found], after: int | None, limit: int) -> Page:
    start = 0 if after is None else after + 1
    some = list(known[start : start + limit])
    return some, some[-1].key if start + limit < len(known) else None


places = st.none() | st.integers(0, len(ALL) - 1)


@given(places, st.integers(1, 20), places, st.integers(1, 20))
def test_a_page_is_what_it_is_of_all_or_none(
    kept_after: int | None, kept: int, after: int | None, limit: int
) -> None:
    some, following = page_of(ALL, kept_after, kept)
    page = Stretch(key(kept_after), some, following is not None).page(Wanted(key(after), limit))
    whole = page_of(ALL, after, limit)

    assert page is None or page == whole
    first, last = -1 if kept_after is None else kept_after, -1 if after is None else after
    reaches = last + limit <= first + kept or following is None
    assert (page is not None) == (last >= first and reaches)


def test_the_last_page_names_no_key_to_go_on_from() -> None:
    stretch = Stretch(None, ALL, more=False)

    assert stretch.page(Wanted(key(17), 5)) == (ALL[18:], None)
    assert stretch.page(Wanted(key(19), 5)) == ([], None)
    assert Stretch(None, [], more=False).page(Wanted(None, 5)) == ([], None)
