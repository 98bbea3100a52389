"""What a list may be asked for: each filter is a query parameter and the condition it becomes."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from shared.kernel.time import local_date, local_midnight
from shared.platform.asking import Asking
from shared.platform.fields import LocalDate, clean_text

Condition = tuple[str, tuple[object, ...]]
"""SQL over the row `t` with `{}` for each value, and the values."""

_SPECIAL = re.compile(r"([%_\\])")
_Text = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(clean_text)]


@dataclass(frozen=True, slots=True)
class Filter:
    """`kind` is the parameter's type; `condition` makes SQL of what was given and of who asks."""

    name: str
    kind: Any
    condition: Callable[[Any, Asking], Condition]
    description: str = ""
    examples: Sequence[Any] = ()


def equal(name: str, kind: Any, description: str = "", *, column: str = "") -> Filter:
    """The column, `name` unless given, is this value."""
    sql = f"t.{column or name} = {{}}"
    return Filter(name, kind, lambda given, _: (sql, (given,)), description)


def among(name: str, kind: Any, description: str = "", *, column: str = "") -> Filter:
    """The column is one of the values; the parameter may be repeated."""
    sql = f"t.{column or name} = any({{}})"
    several = Annotated[list[kind], Field(max_length=100)]
    return Filter(name, several, lambda given, _: (sql, (given,)), description)


def days(column: str, description: str = "", *, stem: str = "") -> tuple[Filter, Filter]:
    """`<stem>_from` and `<stem>_to`, both days included, over a date column."""
    stem = stem or column.removesuffix("_on")
    return (
        Filter(f"{stem}_from", LocalDate, _compared(f"t.{column} >= {{}}"), f"{description} 起"),
        Filter(f"{stem}_to", LocalDate, _compared(f"t.{column} <= {{}}"), f"{description} 止"),
    )


def moments(column: str, description: str = "", *, stem: str = "") -> tuple[Filter, Filter]:
    """As `days`, over a column of instants: local days of Shanghai, both included."""
    stem = stem or column.removesuffix("_at")

    def since(day: date, _: Asking) -> Condition:
        return f"t.{column} >= {{}}", (local_midnight(day),)

    def until(day: date, _: Asking) -> Condition:
        return f"t.{column} < {{}}", (local_midnight(day + timedelta(days=1)),)

    return (
        Filter(f"{stem}_from", LocalDate, since, f"{description} 起"),
        Filter(f"{stem}_to", LocalDate, until, f"{description} 止"),
    )


def search(*columns: str, name: str = "q", description: str = "") -> Filter:
    """A part of the text of one of the columns, whatever its case."""

    def condition(given: str, _: Asking) -> Condition:
        pattern = f"%{_SPECIAL.sub(_ESCAPED, given)}%"
        # Chinese has no case, and looking for one in every row takes several times as long.
        like = "like" if given.lower() == given.upper() else "ilike"
        sql = " or ".join(f"t.{column} {like} {{}}" for column in columns)
        return f"({sql})", (pattern,) * len(columns)

    return Filter(name, _Text, condition, description or "Part of the text 文字中包含")


def today() -> date:
    """The local date of now: what `overdue` and the like compare with."""
    return local_date(datetime.now(UTC))


_ESCAPED = r"\\\1"


def _compared(sql: str) -> Callable[[Any, Asking], Condition]:
    return lambda given, _: (sql, (given,))
