"""Walking down the roll-ups: level by level, set by set, only where a figure is not zero."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Final, TypeAlias

from services.status.explaining.behind import behind_thing, behind_unit, founding
from services.status.explaining.grounds import Grounds
from services.status.explaining.measuring import Amount, Measure
from services.status.facts import UnitFact
from services.status.figures import Sum
from services.status.queries import Asked, parent_on
from services.status.rows import SumRow
from services.status.things.thing import Thing
from shared.kernel.units import LEVELS, is_attached

Key: TypeAlias = tuple[tuple[str, ...], int, str, str, int]
"""The order of what adds to a figure: the codes down to a unit, the unit itself before its things,
a thing's kind and id, and the number among its amounts.
"""
_ITSELF: Final = 0
_THINGS: Final = 1

_THINGS_AT_ONCE: Final = 1_000
_UNITS_AT_ONCE: Final = 400
_LEVELS: Final = len(LEVELS)
"""After so many turns rows add more each than was thought: then more is opened at once."""


@dataclass(frozen=True, slots=True)
class Place:
    """A unit and the codes down to it, the one asked about first."""

    codes: tuple[str, ...]
    fact: UnitFact

    @property
    def code(self) -> str:
        return self.codes[-1]


@dataclass(frozen=True, slots=True)
class Found:
    """An amount that a unit adds, or a thing on it."""

    place: Place
    amounts: Sequence[Amount]
    number: int
    kind: str = ""
    id: str = ""
    thing: Thing | None = None

    @property
    def key(self) -> Key:
        stage = _ITSELF if self.thing is None else _THINGS
        return self.place.codes, stage, self.kind, self.id, self.number

    @property
    def amount(self) -> Amount:
        return self.amounts[self.number]

    @property
    def event(self) -> str:
        """The event behind it."""
        if self.thing is None:
            return behind_unit(self.place.fact, self.amounts, self.number)
        return behind_thing(self.thing, self.amounts, self.number)

    @property
    def first_event(self) -> str:
        """The one that names the thing; of a unit, the event behind."""
        return self.event if self.thing is None else founding(self.thing)


def founds(
    place: Place,
    amounts: Sequence[Amount],
    kind: str = "",
    id_: str = "",
    thing: Thing | None = None,
) -> list[Found]:
    """One for each amount of the unit, or of the thing on it."""
    return [Found(place, amounts, n, kind, id_, thing) for n in range(len(amounts))]


@dataclass(frozen=True, slots=True)
class Hanging:
    """The things of a unit that are still to be looked at."""

    place: Place
    kind: str = ""
    id: str = ""
    read: bool = False
    """Whether the one of this kind and id has been looked at already."""

    @property
    def weight(self) -> int:
        return 1


@dataclass(frozen=True, slots=True)
class Below:
    """What lies below a unit, and how much of the figure: in all, and class by class."""

    place: Place
    weight: int
    by_class: Mapping[str, int]


Entry: TypeAlias = Found | Hanging | Below
Opened: TypeAlias = dict[int, list[Entry]]
"""What came of entries, by their number in the list."""


class Walk:
    """A figure taken apart, a page at a time."""

    def __init__(self, grounds: Grounds, asked: Asked, measure: Measure) -> None:
        self._grounds = grounds
        self._asked = asked
        self._measure = measure
        self._metrics: set[str] = set()

    async def page(
        self, start: UnitFact, below: int, after: Key | None, limit: int
    ) -> tuple[list[Found], Key | None]:
        """At most `limit` amounts behind the key, and the last one's key if there are more;
        `below` is how much of the figure lies below the unit.
        """
        by_class = await self._all_below() if below else {}
        entries = self._start(Place((self._asked.unit,), start), below, by_class, after)
        turn = 0
        while wanted := _unopened(entries, limit + 1, (limit + 1) << max(0, turn - _LEVELS)):
            opened = await self._open({number: entries[number] for number in wanted}, after)
            entries = [
                each
                for number, entry in enumerate(entries)
                for each in opened.get(number, (entry,))
            ]
            turn += 1
        found = [entry for entry in entries[: limit + 1] if isinstance(entry, Found)]
        more = len(found) > limit
        return found[:limit], found[limit - 1].key if more else None

    def _start(
        self, place: Place, below: int, by_class: Mapping[str, int], after: Key | None
    ) -> list[Entry]:
        figure = self._measure.figure
        entries: list[Entry] = []
        if figure.scope == "total" and not figure.kinds:
            entries += founds(place, self._measure.unit(place.fact, below=False))
        if figure.scope in {"total", "own"} and figure.kinds:
            entries.append(Hanging(place))
        if below:
            entries.append(Below(place, below, by_class))
        return _still_ahead(entries, after)

    async def _open(self, wanted: Mapping[int, Entry], after: Key | None) -> Opened:
        hanging = {n: entry for n, entry in wanted.items() if isinstance(entry, Hanging)}
        below = {n: entry for n, entry in wanted.items() if isinstance(entry, Below)}
        opened = await self._things(hanging) if hanging else {}
        opened |= await self._level(below, after) if below else {}
        return {number: _still_ahead(entries, after) for number, entries in opened.items()}

    async def _things(self, wanted: Mapping[int, Hanging]) -> Opened:
        """What hangs on units, as far as it adds to the figure."""
        numbers = {entry.place.code: number for number, entry in wanted.items()}
        hung = await self._grounds.hanging(
            self._asked.campaign,
            [(entry.place.code, entry.kind, entry.id) for entry in wanted.values()],
            self._measure.figure.kinds,
            _THINGS_AT_ONCE,
        )
        opened: Opened = {number: [] for number in wanted}
        read: Counter[str] = Counter()
        for unit, kind, id_, thing in hung:
            number = numbers[unit]
            entry, read[unit] = wanted[number], read[unit] + 1
            if not entry.read or (kind, id_) != (entry.kind, entry.id):
                opened[number] += self._of_thing(entry.place, kind, id_, thing)
            if read[unit] == _THINGS_AT_ONCE:
                opened[number].append(Hanging(entry.place, kind, id_, read=True))
        return opened

    def _of_thing(self, place: Place, kind: str, id_: str, thing: Thing) -> list[Found]:
        amounts = self._measure.thing(thing, place.code, place.fact)
        return founds(place, amounts, kind, id_, thing)

    async def _level(self, wanted: Mapping[int, Below], after: Key | None) -> Opened:
        """The units one level down, and what lies below each of them."""
        numbers = {entry.place.code: number for number, entry in wanted.items()}
        places = [
            Place((*wanted[numbers[parent]].place.codes, code), fact)
            for code, fact, parent in await self._children(numbers)
        ]
        places = [place for place in places if not _is_past(place.codes, after)]
        sums = await self._sums(
            [place.code for place in places if not is_attached(place.fact.kind)]
        )
        below = {
            place.codes: self._measure.by_class(sums[place.code])
            for place in places
            if place.code in sums
        }
        rest = {number: Counter(entry.by_class) for number, entry in wanted.items()}
        for codes, by_class in below.items():
            rest[numbers[codes[-2]]].subtract(by_class)
        opened: Opened = {number: [] for number in wanted}
        for place in places:
            number = numbers[place.codes[-2]]
            opened[number] += self._of_unit(place, rest[number])
            if figures := below.get(place.codes):
                opened[number].append(Below(place, sum(figures.values()), figures))
        return opened

    def _of_unit(self, place: Place, rest: Mapping[str, int]) -> Sequence[Entry]:
        """What the unit itself adds, or things on it: no figure counts both. Where what is below
        them is all there is, units of one parent, or those of a class, add nothing themselves.
        """
        figure, class_ = self._measure.figure, place.fact.class_
        if not figure.kinds:
            measured = rest.get(class_)
            return founds(place, self._measure.unit(place.fact, below=True)) if measured else []
        # Details of things are told of all classes together.
        return [Hanging(place)] if figure.class_ in {None, class_} and any(rest.values()) else []

    async def _children(self, parents: Collection[str]) -> list[tuple[str, UnitFact, str]]:
        """Code, fact and parent of the units that stood below these, in the order of codes; those
        that are no more, too: what was not moved elsewhere may still stand below them.
        """
        asked = self._asked
        facts = await self._grounds.ever_below_any(asked.campaign, parents)
        found: list[tuple[str, UnitFact, str]] = []
        for code, fact in sorted(facts.items(), key=itemgetter(0)):
            if fact.placements and (parent := parent_on(fact, asked)) in parents:
                found.append((code, fact, parent))
        return found

    async def _all_below(self) -> dict[str, int]:
        """The figure by class; what it is not made of is never read again."""
        asked = self._asked
        rows = await self._grounds.sums(
            asked.campaign, [asked.unit], asked.tree, asked.day, self._measure.windows
        )
        sums = _by_class(rows).get(asked.unit, {})
        self._metrics = self._measure.metrics(sums)
        return self._measure.by_class(sums)

    async def _sums(self, codes: Collection[str]) -> dict[str, dict[str, list[Sum]]]:
        if not codes:
            return {}
        asked, windows = self._asked, self._measure.windows
        return _by_class(
            await self._grounds.sums_of(
                asked.campaign, codes, asked.tree, asked.day, windows, self._metrics
            )
        )


def _by_class(rows: Iterable[SumRow]) -> dict[str, dict[str, list[Sum]]]:
    found: dict[str, dict[str, list[Sum]]] = {}
    for ancestor, class_, metric, n, in_time in rows:
        if n:
            of_unit = found.setdefault(ancestor, {})
            of_unit.setdefault(class_, []).append(Sum(metric, n, in_time))
    return found


def _unopened(entries: Sequence[Entry], wanted: int, reach: int) -> list[int]:
    """Which entries to open so that about as many rows as `reach` come of them, each row adding
    little; none when the first `wanted` are rows already.
    """
    rows = 0
    found: list[int] = []
    for number, entry in enumerate(entries):
        if isinstance(entry, Found):
            rows += 1
            if rows >= wanted and not found:
                return []
        else:
            found.append(number)
            rows += entry.weight
        if rows >= reach or len(found) >= _UNITS_AT_ONCE:
            break
    return found


def _still_ahead(entries: Iterable[Entry], after: Key | None) -> list[Entry]:
    """What lies behind the key; of a unit's things, those from the key's on."""
    if after is None:
        return list(entries)
    found: list[Entry] = []
    for entry in entries:
        match entry:
            case Found():
                found += [entry] if entry.key > after else []
            case Hanging(place=place):
                found += _hanging_from(entry, after) if place.codes >= after[0] else []
            case Below(place=place):
                found += [] if _is_past(place.codes, after) else [entry]
    return found


def _hanging_from(entry: Hanging, after: Key) -> list[Entry]:
    codes, stage, kind, id_, _ = after
    if entry.place.codes != codes or stage != _THINGS or (entry.kind, entry.id) >= (kind, id_):
        return [entry]
    return [replace(entry, kind=kind, id=id_)]


def _is_past(codes: tuple[str, ...], after: Key | None) -> bool:
    """Whether all below these codes lies before the key."""
    return after is not None and codes < after[0][: len(codes)]
