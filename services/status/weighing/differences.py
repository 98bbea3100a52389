"""Differences: where two answers of a view show different figures or lights."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

_WORDS: Final = frozenset({"colour", "state"})
"""Of what is not a number, these say something by themselves."""
_APART: Final = frozenset({"freshness", "unit", "campaign_wide", "window"})


class Difference(msgspec.Struct, frozen=True):
    """A figure of a unit, by its path in the view's answer; None where there is nothing."""

    view: str
    unit: str
    figure: str
    real: int | str | None
    supposed: int | str | None
    difference: int | None


def differences(
    view: str, unit: str, real: Mapping[str, Any], supposed: Mapping[str, Any]
) -> Iterator[Difference]:
    """Of answers in plain types, in the order in which they show their figures."""
    one, other = dict(_figures(real, "")), dict(_figures(supposed, ""))
    for figure in [*one, *(name for name in other if name not in one)]:
        before, after = one.get(figure), other.get(figure)
        if before != after:
            yield Difference(view, unit, figure, before, after, _change(before, after))


def _figures(node: Mapping[str, Any], path: str) -> Iterator[tuple[str, int | str]]:
    for name, value in node.items():
        if isinstance(value, Mapping):
            if name not in _APART:
                yield from _figures(value, f"{path}{name}.")
        elif isinstance(value, int) or (name in _WORDS and isinstance(value, str)):
            yield f"{path}{name}", int(value) if isinstance(value, bool) else value


def _change(before: int | str | None, after: int | str | None) -> int | None:
    if isinstance(before, str) or isinstance(after, str):
        return None
    return (after or 0) - (before or 0)
