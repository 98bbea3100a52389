"""Filters become conditions whose values are bound, never written into the query."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.kernel.access import Caller, Grant, Role
from shared.platform.asking import Asking
from shared.platform.filters import Filter, among, days, equal, moments, search
from shared.platform.recording import Origin

ASK = Asking(Caller("p-1", (Grant(Role.CLERK, "15"),)), Origin("p-1", "c"), None, None)
State = Literal["open", "closed"]


def condition(one: Filter, given: object) -> tuple[str, tuple[object, ...]]:
    return one.condition(given, ASK)


def accepted(one: Filter, given: object) -> Any:
    return TypeAdapter(one.kind).validate_python(given)


def test_a_column_equals_what_was_given() -> None:
    assert condition(equal("state", State), "open") == ("t.state = {}", ("open",))
    assert condition(equal("desk", str, column="holder"), "15") == ("t.holder = {}", ("15",))


def test_one_of_several() -> None:
    states = among("state", State)

    assert condition(states, ["open", "closed"]) == ("t.state = any({})", (["open", "closed"],))
    assert accepted(states, ["open"]) == ["open"]
    with pytest.raises(ValidationError):
        accepted(states, ["ajar"])
    with pytest.raises(ValidationError):
        accepted(states, ["open"] * 101)


def test_days_include_both_ends() -> None:
    since, until = days("due_on", "Due 期限")

    assert [since.name, until.name] == ["due_from", "due_to"]
    assert condition(since, date(2014, 2, 1)) == ("t.due_on >= {}", (date(2014, 2, 1),))
    assert condition(until, date(2014, 2, 28)) == ("t.due_on <= {}", (date(2014, 2, 28),))
    assert [one.name for one in days("due_on", stem="deadline")] == [
        "deadline_from", "deadline_to",
    ]  # fmt: skip


def test_moments_are_asked_for_by_local_days() -> None:
    since, until = moments("held_at")
    first = datetime(2014, 2, 17, 16, tzinfo=UTC)

    assert condition(since, date(2014, 2, 18)) == ("t.held_at >= {}", (first,))
    assert condition(until, date(2014, 2, 18)) == ("t.held_at < {}", (first + timedelta(days=1),))
    assert [since.name, until.name] == ["held_from", "held_to"]


def test_a_search_looks_into_every_column_and_takes_signs_for_themselves() -> None:
    one = search("title", "summary")

    assert condition(one, "50%_a\\") == (
        "(t.title ilike {} or t.summary ilike {})",
        ("%50\\%\\_a\\\\%", "%50\\%\\_a\\\\%"),
    )


@pytest.mark.parametrize(
    ("given", "like"),
    [("校车", "like"), ("2014-03", "like"), ("QQ群", "ilike"), ("Ω", "ilike"), ("ǅ", "ilike")],
)
def test_case_is_looked_past_only_where_there_is_any(given: str, like: str) -> None:
    sql, values = condition(search("title"), given)

    assert (sql, values) == (f"(t.title {like} {{}})", (f"%{given}%",))


@pytest.mark.parametrize("given", ["", "a" * 121, "a\x00b", "  "])
def test_a_search_refuses_what_no_text_holds(given: str) -> None:
    with pytest.raises(ValidationError):
        accepted(search("title"), given)
