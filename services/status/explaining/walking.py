"""Walking down the roll-ups: level by level, set by set, only where a figure is not zero."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
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
from services.status.explaining.reach import as_many_as, unopened
from services.status.facts import UnitFact
from services.status.figures import Sum
from services.status.queries import Asked, parent_on
from services.status.rows import SumRow
from services.status.things.thing import Thing

_THINGS_AT_ONCE: Final = 1_000

Opened: TypeAlias = dict[int, list[Entry]]
"""What came of entries, by their number in the list."""
ByClass: TypeAlias = Mapping[str, int]
Own: TypeAlias = Mapping[str, Sequence[Found]]
"""What units add themselves, by their codes."""


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
        while wanted := unopened(entries, limit + 1, turn):
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
        classes = {
            entry.place.code: None if ALL in entry.by_class else entry.by_class.keys()
            for entry in wanted.values()
        }
        children = await self._grounds.that_may_add(asked.campaign, classes, figure.kinds)
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
        own = {number: self._own(siblings) for number, siblings in wanted.items()}
        many = {
            number: as_many_as(siblings, rows[number])
            for number, siblings in wanted.items()
            if not self._is_all(own[number], siblings)
        }
        sums = await self._sums(
            [
                place.code
                for number, first in many.items()
                for place in wanted[number].places[:first]
                if place.code in wanted[number].parents
            ],
            {name for number in many for name, n in wanted[number].by_class.items() if n},
        )
        below = {code: self._measure.by_class(of_unit) for code, of_unit in sums.items()}
        return {
            number: self._looked_into(wanted[number], many[number], own[number], below)
            if number in many
            else [each for found in own[number].values() for each in found]
            for number in wanted
        }

    def _own(self, siblings: Siblings) -> Own:
        """What the units themselves add; things that hang on them are not known yet."""
        if self._measure.figure.kinds:
            return {}
        return {
            place.code: founds(place, self._measure.unit(place.fact, below=True))
            for place in siblings.places
            if siblings.by_class.get(place.fact.class_)
        }

    def _is_all(self, own: Own, siblings: Siblings) -> bool:
        """Whether nothing need be asked of what is below the units."""
        if self._measure.figure.kinds:
            return False
        whole = sum(each.amount.n for found in own.values() for each in found)
        return whole == siblings.weight or not siblings.parents

    def _looked_into(
        self, siblings: Siblings, many: int, own: Own, below: Mapping[str, ByClass]
    ) -> list[Entry]:
        """The first of them, each with what is below it; where that is all there is, they add
        nothing themselves.
        """
        first, last = siblings.places[:many], siblings.places[many:]
        rest = Counter(siblings.by_class)
        for place in first:
            rest.subtract(below.get(place.code, {}))
        hanging = self._hanging(siblings.places, rest)
        found: list[Entry] = []
        for place in first:
            if rest[place.fact.class_]:
                themselves = own.get(place.code, ())
                rest[place.fact.class_] -= sum(each.amount.n for each in themselves)
                found += themselves
            found += hanging.get(place.code, ())
            if figures := below.get(place.code):
                found.append(Below(place, sum(figures.values()), figures))
        if last and any(rest.values()):
            seen = siblings.seen + sum(place.code in siblings.parents for place in first)
            found.append(Siblings(last, sum(rest.values()), rest, siblings.parents, seen))
        return found

    def _hanging(self, places: Sequence[Place], rest: ByClass) -> dict[str, list[Hanging]]:
        """Things on units, as far as what is left of the figure may hang there; no figure counts
        them and units both.
        """
        figure = self._measure.figure
        if not figure.kinds:
            return {}
        alike = Counter(place.fact.class_ for place in places)
        # Details of things are told of all classes together.
        of_all = rest.get(ALL, 0) / len(places) if places else 0
        found: dict[str, list[Hanging]] = {}
        for place in places:
            class_ = place.fact.class_
            weight = rest.get(class_, 0) / alike[class_] + of_all
            if weight and figure.class_ in {None, class_}:
                found[place.code] = [Hanging(place, weight)]
        return found

    async def _all_below(self) -> ByClass:
        """The figure by class; what it is not made of is never read again."""
        asked = self._asked
        rows = await self._grounds.sums(
            asked.campaign, [asked.unit], asked.tree, asked.day, self._measure.windows
        )
        sums = _by_class(rows).get(asked.unit, {})
        self._metrics = self._measure.metrics(sums)
        return self._measure.by_class(sums)

    async def _sums(
        self, codes: Collection[str], classes: Collection[str]
    ) -> dict[str, dict[str, list[Sum]]]:
        if not codes:
            return {}
        asked, windows = self._asked, self._measure.windows
        return _by_class(
            await self._grounds.sums_of(
                asked.campaign, codes, asked.tree, asked.day, windows, self._metrics, classes
            )
        )


def _by_class(rows: Iterable[SumRow]) -> dict[str, dict[str, list[Sum]]]:
    found: dict[str, dict[str, list[Sum]]] = {}
    for ancestor, class_, metric, n, in_time in rows:
        if n:
            of_unit = found.setdefault(ancestor, {})
            of_unit.setdefault(class_, []).append(Sum(metric, n, in_time))
    return found
