"""Walking down the roll-ups: level by level, set by set, only where a figure is not zero."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import ceil
from typing import Final, TypeAlias

from services.status.contributions import ALL
from services.status.explaining.entries import (
    Below,
    Entry,
    Found,
    Hanging,
    Key,
    Place,
    Siblings,
    founds,
    is_past,
    still_ahead,
)
from services.status.explaining.grounds import Grounds
from services.status.explaining.measuring import Measure
from services.status.facts import UnitFact
from services.status.figures import Sum
from services.status.queries import Asked, parent_on
from services.status.rows import SumRow
from services.status.things.thing import Thing
from shared.kernel.units import LEVELS

_THINGS_AT_ONCE: Final = 1_000
_ENTRIES_AT_ONCE: Final = 1_000
_LEVELS: Final = len(LEVELS)
"""After so many turns rows add more each than was thought: then more is opened at once."""

Opened: TypeAlias = dict[int, list[Entry]]
"""What came of entries, by their number in the list."""
ByClass: TypeAlias = Mapping[str, int]


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
            opened = await self._open(entries, wanted, after)
            entries = [
                each
                for number, entry in enumerate(entries)
                for each in opened.get(number, (entry,))
            ]
            turn += 1
        found = [entry for entry in entries[: limit + 1] if isinstance(entry, Found)]
        more = len(found) > limit
        return found[:limit], found[limit - 1].key if more else None

    def _start(self, place: Place, below: int, by_class: ByClass, after: Key | None) -> list[Entry]:
        figure = self._measure.figure
        entries: list[Entry] = []
        if figure.scope == "total" and not figure.kinds:
            entries += founds(place, self._measure.unit(place.fact, below=False))
        if figure.scope in {"total", "own"} and figure.kinds:
            entries.append(Hanging(place, 1))
        if below:
            entries.append(Below(place, below, by_class))
        return still_ahead(entries, after)

    async def _open(
        self, entries: Sequence[Entry], wanted: Mapping[int, float], after: Key | None
    ) -> Opened:
        hanging: dict[int, Hanging] = {}
        below: dict[int, Below] = {}
        siblings: dict[int, Siblings] = {}
        for number in wanted:
            match entries[number]:
                case Hanging() as entry:
                    hanging[number] = entry
                case Below() as entry:
                    below[number] = entry
                case Siblings() as entry:
                    siblings[number] = entry
                case Found():
                    pass
        opened = await self._things(hanging) if hanging else {}
        siblings |= await self._children(below, after) if below else {}
        opened |= await self._level(siblings, wanted) if siblings else {}
        return {number: still_ahead(found, after) for number, found in opened.items()}

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
                opened[number].append(Hanging(entry.place, entry.weight, kind, id_, read=True))
        return opened

    def _of_thing(self, place: Place, kind: str, id_: str, thing: Thing) -> list[Found]:
        amounts = self._measure.thing(thing, place.code, place.fact)
        return founds(place, amounts, kind, id_, thing)

    async def _children(
        self, wanted: Mapping[int, Below], after: Key | None
    ) -> dict[int, Siblings]:
        """The units one level down that may add or have others below them, those that are no more,
        too: what was not moved elsewhere may still stand below them.
        """
        asked, figure = self._asked, self._measure.figure
        numbers = {entry.place.code: number for number, entry in wanted.items()}
        classes = {name for entry in wanted.values() for name in entry.by_class}
        children = await self._grounds.that_may_add(
            asked.campaign, numbers, None if ALL in classes else classes, figure.kinds
        )
        places: dict[int, list[Place]] = {number: [] for number in wanted}
        parents: dict[int, set[str]] = {number: set() for number in wanted}
        for code, (fact, is_parent) in sorted(children.items(), key=lambda child: child[0]):
            number = numbers.get(parent_on(fact, asked)) if fact.placements else None
            if number is None:
                continue
            codes = (*wanted[number].place.codes, code)
            if not is_past(codes, after):
                places[number].append(Place(codes, fact))
                parents[number] |= {code} if is_parent else set()
        return {
            number: Siblings(
                places[number], entry.weight, entry.by_class, frozenset(parents[number])
            )
            for number, entry in wanted.items()
        }

    async def _level(self, wanted: Mapping[int, Siblings], rows: Mapping[int, float]) -> Opened:
        """What comes of units of one parent: as many of them are looked into as those rows take."""
        opened: Opened = {}
        first: dict[int, int] = {}
        for number, siblings in wanted.items():
            alone = self._alone(siblings)
            if alone is None:
                first[number] = _as_many_as(siblings, rows[number])
            else:
                opened[number] = alone
        sums = await self._sums(
            [
                place.code
                for number, many in first.items()
                for place in wanted[number].places[:many]
                if place.code in wanted[number].parents
            ]
        )
        below = {code: self._measure.by_class(of_unit) for code, of_unit in sums.items()}
        return opened | {
            number: self._looked_into(wanted[number], many, below) for number, many in first.items()
        }

    def _alone(self, siblings: Siblings) -> list[Entry] | None:
        """What the units themselves add, if that is all there is: then nothing need be asked of
        what is below them. Things that hang on them are not known yet.
        """
        if self._measure.figure.kinds:
            return None
        found = [each for place in siblings.places for each in self._of_unit(place, siblings)]
        whole = sum(each.amount.n for each in found)
        return [*found] if whole == siblings.weight or not siblings.parents else None

    def _of_unit(self, place: Place, siblings: Siblings) -> list[Found]:
        if not siblings.by_class.get(place.fact.class_):
            return []
        return founds(place, self._measure.unit(place.fact, below=True))

    def _looked_into(
        self, siblings: Siblings, many: int, below: Mapping[str, ByClass]
    ) -> list[Entry]:
        """The first of them, each with what is below it; where that is all there is, they add
        nothing themselves.
        """
        rest = Counter(siblings.by_class)
        for place in siblings.places[:many]:
            rest.subtract(below.get(place.code, {}))
        remaining = Siblings(siblings.places, sum(rest.values()), rest, siblings.parents)
        alike = Counter(place.fact.class_ for place in siblings.places)
        found: list[Entry] = []
        for place in siblings.places[:many]:
            found += self._itself(place, remaining, alike)
            if figures := below.get(place.code):
                found.append(Below(place, sum(figures.values()), figures))
        for entry in found:
            if isinstance(entry, Found):
                rest[entry.place.fact.class_] -= entry.amount.n
        if many < len(siblings.places) and any(rest.values()):
            last = siblings.places[many:]
            weight = sum(rest.values())
            found.append(Siblings(last, weight, rest, siblings.parents, siblings.turn + many))
        return found

    def _itself(self, place: Place, siblings: Siblings, alike: Mapping[str, int]) -> list[Entry]:
        """What the unit itself adds, or things on it: no figure counts both."""
        if not self._measure.figure.kinds:
            return [*self._of_unit(place, siblings)]
        figure, class_ = self._measure.figure, place.fact.class_
        if figure.class_ not in {None, class_}:
            return []
        weight = siblings.by_class.get(class_, 0) / alike[class_]
        # Details of things are told of all classes together.
        weight += siblings.by_class.get(ALL, 0) / len(siblings.places)
        return [Hanging(place, weight)] if weight else []

    async def _all_below(self) -> ByClass:
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


def _as_many_as(siblings: Siblings, rows: float) -> int:
    """How many to look into: so that about so many rows come of them, were they all alike; when
    they are not, twice as many as the time before.
    """
    many = len(siblings.places)
    likely = ceil(rows * many / siblings.weight) + 1 if siblings.weight > 0 else many
    return min(many, max(likely, siblings.turn))


def _by_class(rows: Iterable[SumRow]) -> dict[str, dict[str, list[Sum]]]:
    found: dict[str, dict[str, list[Sum]]] = {}
    for ancestor, class_, metric, n, in_time in rows:
        if n:
            of_unit = found.setdefault(ancestor, {})
            of_unit.setdefault(class_, []).append(Sum(metric, n, in_time))
    return found


def _unopened(entries: Sequence[Entry], wanted: int, reach: int) -> dict[int, float]:
    """Which entries to open so that about as many rows as `reach` come of them, each row adding
    little, and how many are still lacking at each; none when the first `wanted` are rows already.
    """
    rows = 0.0
    found: dict[int, float] = {}
    for number, entry in enumerate(entries):
        if isinstance(entry, Found):
            rows += 1
            if rows >= wanted and not found:
                return {}
        else:
            found[number] = reach - rows
            rows += entry.weight
        if rows >= reach or len(found) >= _ENTRIES_AT_ONCE:
            break
    return found
