"""Cell parsers: each takes the text of one cell and gives its value or raises ValueRefused."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time

from shared.kernel.calendar import local_instant
from shared.platform.bulk.rows import ValueRefused

# Control characters, separators and bidirectional overrides: invisible, and able to make
# a name read as another one. A line break is let through only where it is asked for.
_FORBIDDEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_CODE = re.compile(r"[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]+")
_DATE = r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?"
_LOCAL_DATE = re.compile(_DATE)
_LOCAL_DATETIME = re.compile(
    _DATE + r"[T ]*([0-9]{1,2})[::时]([0-9]{2})分?(?:[::]([0-9]{2})(?:\.[0-9]{1,6})?)?"
)
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_CODE_CHARACTERS = 64


# The parsers below keep what they will say, not an exception to raise again and again: an
# instance raised twice drags the traceback of the first time along.


def text(max_characters: int, *, lines: bool = False) -> Callable[[str], str]:
    """Text in NFC without invisible characters; `lines` allows line breaks."""
    too_long = (
        "text-too-long",
        f"超过 {max_characters} 个字,请缩短。",
        f"Longer than {max_characters} characters; shorten it.",
    )

    def parse(cell: str) -> str:
        if not cell.isprintable():
            cell = cell.replace("\r\n", "\n") if lines else cell
            _refuse_controls(cell.replace("\n", "") if lines else cell)
        if not unicodedata.is_normalized("NFC", cell):
            cell = unicodedata.normalize("NFC", cell)
        if len(cell) > max_characters:
            raise ValueRefused(*too_long)
        return cell

    return parse


def integer(minimum: int, maximum: int) -> Callable[[str], int]:
    """A whole number from `minimum` to `maximum`, in digits without separators."""
    malformed = (
        "integer-malformed",
        "应为整数,如 120,不带小数点和千分位。",
        "Give a whole number such as 120, without decimal point or separators.",
    )
    outside = (
        "integer-out-of-range",
        f"应在 {minimum} 到 {maximum} 之间。",
        f"Give a number from {minimum} to {maximum}.",
    )

    def parse(cell: str) -> int:
        if not _INTEGER.fullmatch(cell):
            cell = unicodedata.normalize("NFKC", cell)
            if not _INTEGER.fullmatch(cell):
                raise ValueRefused(*malformed)
        value = int(cell)
        if not minimum <= value <= maximum:
            raise ValueRefused(*outside)
        return value

    return parse


def local_date(cell: str) -> date:
    """A date: 2014-02-18, 2014/2/18, 2014.2.18 or 2014年2月18日."""
    match = _LOCAL_DATE.fullmatch(cell) or _LOCAL_DATE.fullmatch(_half_width(cell))
    if match is None:
        raise ValueRefused(
            "date-malformed",
            "应为日期,如 2014-02-18。",
            "Give a date such as 2014-02-18.",
        )
    return _date(*match.groups())


def local_datetime(cell: str) -> datetime:
    """An instant in UTC, from local time (2014-02-18 09:00) or from ISO 8601 with an offset."""
    match = _LOCAL_DATETIME.fullmatch(cell) or _LOCAL_DATETIME.fullmatch(_half_width(cell))
    if match is None:
        return _with_offset(cell)
    year, month, day, hour, minute, second = match.groups(default="0")
    on = _date(year, month, day)
    try:
        at = time(int(hour), int(minute), int(second))
    except ValueError:
        raise _no_such_time() from None
    return local_instant(on, at)


def choice(options: Mapping[str, Iterable[str]] | Iterable[str]) -> Callable[[str], str]:
    """One of `options`, by its own word or one of its labels, whatever the case."""
    labels = options if isinstance(options, Mapping) else dict.fromkeys(options, ())
    meaning = {word: word for word in labels}
    for word, others in labels.items():
        meaning |= {other.casefold(): word for other in (word, *others)}
    listed = "、".join("/".join((word, *others)) for word, others in labels.items())
    unknown = (
        "choice-unknown",
        f"不是可选的值,可填:{listed}。",
        f"Not one of the choices; use one of: {', '.join(labels)}.",
    )

    def parse(cell: str) -> str:
        word = meaning.get(cell) or meaning.get(cell.casefold())
        if word is None:
            raise ValueRefused(*unknown)
        return word

    return parse


def code(cell: str) -> str:
    """The code of a unit, person, campaign or training: letters, digits and single hyphens."""
    if len(cell) <= _CODE_CHARACTERS and _CODE.fullmatch(cell):
        return cell
    if _SCIENTIFIC.fullmatch(cell):
        raise ValueRefused(
            "code-in-scientific-notation",
            "Excel 把代码变成了科学计数法,请将该列设为“文本”后重新填写。",
            "Excel turned the code into scientific notation; format the column as text and refill it.",
        )
    raise ValueRefused(
        "code-malformed",
        f"代码只能含字母、数字和连字符,最多 {_CODE_CHARACTERS} 个字符。",
        f"A code has letters, digits and hyphens only, at most {_CODE_CHARACTERS} characters.",
    )


def several(parse: Callable[[str], str], separator: str = ";") -> Callable[[str], tuple[str, ...]]:
    """Several values in one cell, divided by `separator` or its full-width form; order kept."""

    def parse_all(cell: str) -> tuple[str, ...]:
        parts = (part.strip() for part in _full_to(separator, cell).split(separator))
        return tuple(dict.fromkeys(parse(part) for part in parts if part))

    return parse_all


def _full_to(separator: str, cell: str) -> str:
    return cell.replace(chr(ord(separator) + 0xFEE0), separator)


def _half_width(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell)


def _refuse_controls(cell: str) -> None:
    found = _FORBIDDEN.search(cell)
    if found:
        point = f"U+{ord(found.group()):04X}"
        raise ValueRefused(
            "text-control-character",
            f"含有不可见的控制字符 {point},请删除。",
            f"Contains the invisible control character {point}; remove it.",
        )


def _date(year: str, month: str, day: str) -> date:
    try:
        on = date(int(year), int(month), int(day))
    except ValueError:
        raise ValueRefused(
            "date-impossible",
            "没有这一天,请核对年月日。",
            "There is no such day; check year, month and day.",
        ) from None
    _refuse_far(on)
    return on


def _refuse_far(on: date) -> None:
    if not _FIRST_YEAR <= on.year <= _LAST_YEAR:
        raise ValueRefused(
            "date-out-of-range",
            f"年份应在 {_FIRST_YEAR} 到 {_LAST_YEAR} 之间。",
            f"The year must be from {_FIRST_YEAR} to {_LAST_YEAR}.",
        )


def _no_such_time() -> ValueRefused:
    return ValueRefused(
        "time-impossible",
        "没有这个时刻,请核对时分秒。",
        "There is no such time of day; check hours, minutes and seconds.",
    )


def _with_offset(cell: str) -> datetime:
    try:
        instant = datetime.fromisoformat(cell)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise ValueRefused(
            "datetime-malformed",
            "应为日期和时间,如 2014-02-18 09:00。",
            "Give a date and time such as 2014-02-18 09:00.",
        )
    _refuse_far(instant.date())
    return instant.astimezone(UTC)
