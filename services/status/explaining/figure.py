"""A figure: the path of a number in what the views show, and what it measures of counts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

import msgspec

from services.status.bulletin.words import (
    AUDIENCES,
    CATEGORIES,
    CHANNELS,
    CLASSES,
    DUTIES,
    PROGRAMMES,
)
from services.status.contributions import OWN
from services.status.figures import Counts
from services.status.tallies import Tallies
from shared.kernel.refusals import Refusal

Scope = Literal["own", "below", "total", "said", "documents"]
"""Whose counts a figure is one of; `said` is what one event says of the unit itself."""

_MOST_NAMED: Final = 5
_DOCUMENTS: Final = ("campaign_wide", "documents_by_kind")
_RATIOS: Final[dict[tuple[str, ...], tuple[tuple[str, ...], tuple[str, ...]]]] = {
    ("mobilization", "rate_permille"): (("mobilization", "mobilized"), ("expected",)),
    ("ledger", "closing_rate_permille"): (("ledger", "closed"), ("ledger", "raised")),
    ("ledger", "satisfaction_permille"): (("ledger", "satisfied"), ("ledger", "rated")),
}
_KINDS_OF: Final = {
    "supervision": (
        "team", "station", "instruction", "finding", "duty", "joint_meeting", "team_rules",
    ),
    "liaison": ("leader", "point", "visit", "life_meeting"),
    "publicity": ("publicity", "lecture"),
    "ledger": ("item",),
    "programmes": ("programme",),
    "petitions": ("reception",),
    "help": ("pairing", "batch_link"),
    "filed_plans": ("filing",),
    "urged": ("urging",),
}  # fmt: skip
# What a day of the timeline shows under other names.
_OF_TIMELINE: Final = {
    "plans_approved": ("plans", "*", "approved"),
    "teams": ("supervision", "teams"),
    "supervised": ("supervision", "supervised"),
    "instructors": ("supervision", "instructors"),
    "items_open": ("ledger", "open"),
    "items_overdue": ("ledger", "overdue"),
    "items_closed": ("ledger", "closed"),
}
_NAMES: Final = frozenset().union(AUDIENCES, CATEGORIES, CHANNELS, DUTIES, PROGRAMMES)
"""Kinds that bulletins tell of, too, when there is nothing: the views leave them out then."""


class UnknownFigure(Refusal):
    code = "unknown-figure"
    status = 422
    zh = "没有“{figure}”这一指标。相近的有:{near}。"
    en = "There is no figure {figure}. Near it are: {near}."


@dataclass(frozen=True, slots=True)
class Figure:
    """`path` leads down the counts of its scope, or of one class below; `*` is each of a kind."""

    name: str
    scope: Scope
    path: tuple[str, ...]
    class_: str | None = None

    @property
    def ratio(self) -> tuple["Figure", "Figure"] | None:
        """The two figures a rate is worked out of."""
        found = _RATIOS.get(self.path)
        if found is None:
            return None
        head = self.name.rpartition(self.path[0])[0]
        part, whole = (
            Figure(head + ".".join(path), self.scope, path, self.class_) for path in found
        )
        return part, whole

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of things that may add to it; none where it counts what units did."""
        return _KINDS_OF.get(self.path[0], ())

    @property
    def missing_plans(self) -> str | None:
        """The category of plans it counts the lack of."""
        of_plans = len(self.path) == 3 and self.path[0] == "plans" and self.path[2] == "none"
        return self.path[1] if of_plans else None


def number(node: Any, path: tuple[str, ...]) -> int:
    """The number there; nothing there counts as zero, as views leave away what is empty."""
    for position, name in enumerate(path):
        if name == "*":
            rest = path[position + 1 :]
            return sum(number(each, rest) for each in node.values()) if node else 0
        node = _step(node, name)
    return node if isinstance(node, int) and not isinstance(node, bool) else 0


def figure_of(text: str, class_: str | None, answer: Mapping[str, Any]) -> Figure:
    """The figure of this path (dots or a JSON pointer) in the answer of `status`; UnknownFigure."""
    names = tuple(text.strip("/").replace("/", ".").split("."))
    found = _scoped(text, names, class_)
    if found.scope == "said":
        known = ".".join(names) in _numbers(answer["own"], "own")
    elif found.scope == "documents":
        known = True
    else:
        kind = Tallies if found.scope == "own" else Counts
        known = _class_fits(found, answer) and _fits(kind, found.path, answer["total"])
    if not known:
        near = _near(text, answer)
        raise UnknownFigure(figure=text, near="、".join(near), figures=near)
    return found


def figures_in(answer: Mapping[str, Any]) -> Iterator[str]:
    """The paths of all numbers that a `status` shows, rates among them."""
    for part in ("own", "below", "below_total", "total"):
        yield from _numbers(answer[part], part)
    wide = answer.get("campaign_wide")
    if wide is not None:
        yield from _numbers(wide["documents_by_kind"], ".".join(_DOCUMENTS))


def _scoped(text: str, names: tuple[str, ...], class_: str | None) -> Figure:
    match names:
        case ("own", "figures", *rest):
            return Figure(text, "own", tuple(rest))
        case ("own", *_):
            return Figure(text, "said", names)
        case ("below", of_class, "figures", *rest):
            return Figure(text, "below", tuple(rest), of_class)
        case ("below_total", *rest):
            return Figure(text, "below", tuple(rest), class_)
        case ("timeline", *rest):
            path = _OF_TIMELINE.get(".".join(rest), tuple(rest))
            if class_ == OWN:
                return Figure(text, "own", path)
            return Figure(text, "below", path, class_)
        case ("campaign_wide", "documents_by_kind", kind):
            return Figure(text, "documents", (kind,))
        case _:
            return _of_all(text, names, class_)


def _of_all(text: str, names: tuple[str, ...], class_: str | None) -> Figure:
    """Without a scope, a figure is one of the total, and with a class, one of that class below."""
    if names[0] == "total":
        return Figure(text, "total", names[1:])
    return Figure(text, "total" if class_ is None else "below", names, class_)


def _class_fits(figure: Figure, answer: Mapping[str, Any]) -> bool:
    return figure.class_ is None or figure.class_ in answer["below"] or figure.class_ in CLASSES


def _fits(kind: Any, path: tuple[str, ...], total: Any) -> bool:
    """Whether the path ends at a number, be it shown or left out as there is nothing."""
    for name in path:
        kind = _plain(kind)
        if get_origin(kind) is dict:
            if name != "*" and name not in _NAMES and not (total and name in total):
                return False
            kind = get_args(kind)[1]
        else:
            fields = getattr(kind, "__struct_fields__", ())
            if name not in fields:
                return False
            kind = msgspec.structs.fields(kind)[fields.index(name)].type
        total = _step(total, name)
    return _plain(kind) is int


def _plain(kind: Any) -> Any:
    """A type without what says that it may be left out."""
    if get_origin(kind) not in {Union, UnionType}:
        return kind
    return next(each for each in get_args(kind) if each not in {msgspec.UnsetType, type(None)})


def _step(node: Any, name: str) -> Any:
    """One step down, be it structs or plain types; None where there is nothing."""
    if isinstance(node, Mapping):
        return node.get(name)
    if isinstance(node, list):
        return node[int(name)] if name.isdecimal() and int(name) < len(node) else None
    found = getattr(node, name, None)
    return None if found is msgspec.UNSET else found


def _near(text: str, answer: Mapping[str, Any]) -> list[str]:
    """Figures that this answer shows and that may be meant."""
    shown = list(figures_in(answer))
    short = {name.removeprefix("total."): None for name in shown if name.startswith("total.")}
    wanted = text.strip("/").replace("/", ".")
    found = get_close_matches(wanted, [*short, *shown], _MOST_NAMED, 0.5)
    return found or list(short)[:_MOST_NAMED]


def _numbers(node: Any, path: str) -> Iterator[str]:
    if isinstance(node, Mapping):
        for name, value in node.items():
            yield from _numbers(value, f"{path}.{name}")
    elif isinstance(node, list):
        for position, value in enumerate(node):
            yield from _numbers(value, f"{path}.{position}")
    elif isinstance(node, int) and not isinstance(node, bool):
        yield path
