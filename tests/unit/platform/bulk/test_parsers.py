"""Each parser accepts what people write in spreadsheets and says what to do about the rest."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.platform.bulk import ValueRefused, parsers

DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
KIND = parsers.choice({"league": ("盟",), "city": ("市", "地级市")})


def _code(parse: Callable[[str], Any], cell: str) -> str:
    with pytest.raises(ValueRefused) as caught:
        parse(cell)
    assert caught.value.message_zh
    assert caught.value.message_en
    return caught.value.code


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("内蒙古自治区", "内蒙古自治区"), ("e\u0301", "é"), ("ᠮᠣᠩᠭᠣᠯ", "ᠮᠣᠩᠭᠣᠯ"), ("全 角", "全 角")],
)
def test_text_is_kept_in_nfc(cell: str, expected: str) -> None:
    assert expected == parsers.text(20)(cell)


@pytest.mark.parametrize("cell", ["a\x00b", "a\nb", "a\x1bb", "a\x7fb", "a\u202eb", "a\ud800b"])
def test_text_with_invisible_control_characters_is_refused(cell: str) -> None:
    assert _code(parsers.text(20), cell) == "text-control-character"


def test_line_breaks_are_text_only_where_asked_for() -> None:
    assert parsers.text(20, lines=True)("一\r\n二\n三") == "一\n二\n三"
    assert _code(parsers.text(20, lines=True), "一\t二") == "text-control-character"


def test_text_is_measured_after_composing() -> None:
    assert parsers.text(1)("e\u0301") == "é"
    assert _code(parsers.text(3), "四个汉字") == "text-too-long"


@pytest.mark.parametrize(("cell", "expected"), [("12", 12), ("+5", 5), ("-3", -3), ("120", 120)])
def test_integers(cell: str, expected: int) -> None:
    assert expected == parsers.integer(-10, 200)(cell)


@pytest.mark.parametrize("cell", ["", "1.0", "1,200", "1e3", "十二", "0x1f", "1_000", "9" * 5000])
def test_what_is_no_integer_is_refused(cell: str) -> None:
    assert _code(parsers.integer(0, 10**18), cell) == "integer-malformed"


@pytest.mark.parametrize("cell", ["-1", "201"])
def test_an_integer_outside_its_bounds_is_refused(cell: str) -> None:
    assert _code(parsers.integer(0, 200), cell) == "integer-out-of-range"


@pytest.mark.parametrize(
    "cell", ["2014-02-18", "2014/2/18", "2014.2.18", "2014年2月18日", "\uff12014-02-18"]
)
def test_a_date_as_people_write_it(cell: str) -> None:
    assert date(2014, 2, 18) == parsers.local_date(cell)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("18/02/2014", "date-malformed"),
        ("20140218", "date-malformed"),
        ("2014-02-18 09:00", "date-malformed"),
        ("41688", "date-malformed"),
        ("2014-02-30", "date-impossible"),
        ("2014-13-01", "date-impossible"),
        ("0214-02-18", "date-out-of-range"),
        ("9999-12-31", "date-out-of-range"),
    ],
)
def test_what_is_no_date_is_refused(cell: str, code: str) -> None:
    assert code == _code(parsers.local_date, cell)


@pytest.mark.parametrize(
    "cell",
    [
        "2014-02-18 09:00",
        "2014-02-18T09:00:00",
        "2014/2/18 9:00",
        "2014年2月18日 9时00分",
        "2014年2月18日9:00",
        "2014-02-18T09:00:00+08:00",
        "2014-02-18T01:00:00Z",
    ],
)
def test_an_instant_is_local_unless_an_offset_says_otherwise(cell: str) -> None:
    instant = parsers.local_datetime(cell)

    assert datetime(2014, 2, 18, 1, 0, tzinfo=UTC) == instant
    assert UTC is instant.tzinfo


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("2014-02-18", "datetime-malformed"),
        ("09:00", "datetime-malformed"),
        ("明天上午", "datetime-malformed"),
        ("2014-02-18 25:00", "time-impossible"),
        ("2014-02-18 09:60", "time-impossible"),
        ("2014-02-30 09:00", "date-impossible"),
        ("0001-01-01T00:00:00+08:00", "date-out-of-range"),
        ("9999-12-31T23:59:59-08:00", "date-out-of-range"),
    ],
)
def test_what_is_no_instant_is_refused(cell: str, code: str) -> None:
    assert code == _code(parsers.local_datetime, cell)


@pytest.mark.parametrize(
    ("cell", "expected"), [("league", "league"), ("盟", "league"), ("City", "city"), ("市", "city")]
)
def test_a_choice_is_known_by_its_word_and_its_labels(cell: str, expected: str) -> None:
    assert expected == KIND(cell)


def test_an_unknown_choice_is_refused_with_the_choices() -> None:
    with pytest.raises(ValueRefused) as caught:
        KIND("province")

    assert caught.value.code == "choice-unknown"
    assert "league/盟" in caught.value.message_zh
    assert "league, city" in caught.value.message_en


def test_a_plain_choice_needs_no_labels() -> None:
    assert parsers.choice(["submit", "pass"])("Pass") == "pass"


@pytest.mark.parametrize("cell", ["15", "1502-D03", "p-1502-0007", "nmg-2014", "150202001001"])
def test_codes(cell: str) -> None:
    assert cell == parsers.code(cell)


@pytest.mark.parametrize("cell", ["-15", "15-", "15--1", "15.02", "15 02", "包头", "1" * 65, "a_b"])
def test_what_is_no_code_is_refused(cell: str) -> None:
    assert _code(parsers.code, cell) == "code-malformed"


def test_a_code_that_excel_spoilt_is_recognised() -> None:
    assert _code(parsers.code, "1.50202E+11") == "code-in-scientific-notation"


def test_several_values_stand_in_one_cell_once_each_in_order() -> None:
    parse = parsers.several(parsers.choice(["spirit", "local", "specific"]))

    assert parse("local; spirit;local;") == ("local", "spirit")
    assert _code(parse, "local;vague") == "choice-unknown"


def test_a_refusal_is_new_each_time_so_no_traceback_is_dragged_along() -> None:
    parse = parsers.integer(0, 1)
    caught = []
    for _ in range(2):
        with pytest.raises(ValueRefused) as refused:
            parse("2")
        caught.append(refused.value)

    assert caught[0] is not caught[1]


@settings(deadline=None)
@given(DAYS)
def test_every_date_is_read_back(day: date) -> None:
    assert day == parsers.local_date(day.isoformat())
    assert day == parsers.local_date(f"{day.year}年{day.month}月{day.day}日")


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_accepted_or_refused(cell: str) -> None:
    for parse in (
        parsers.text(30),
        parsers.integer(0, 100),
        parsers.local_date,
        parsers.local_datetime,
        KIND,
        parsers.code,
    ):
        with suppress(ValueRefused):
            assert parse(cell) is not None
