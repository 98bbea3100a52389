"""One league's facts and lines made anew from its events, and put in place of those that serve."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from services.status.facts import UnitFact
from services.status.folding import ThingRef, UnitKey, refs_of, sorted_out, unit_of
from services.status.rebuilding.building import since, standing
from services.status.rebuilding.reading import Reading, Slim
from services.status.rebuilding.recollecting import Part, Recollection
from services.status.rebuilding.refusals import LeagueChanging, LeagueUnknown
from services.status.rebuilding.sources import Source
from services.status.storage import (
    FACT_COLUMNS,
    add_rollups,
    campaign_row,
    columns,
    fact_row,
    fetch_facts,
    former_parent_rows,
    read_facts,
    rollup_rows,
)
from services.status.thing_storage import (
    THING_COLUMNS,
    THING_UNIT_COLUMNS,
    fetch_things,
    read_things,
    thing_row,
)
from services.status.things.kinds import rolled_by_unit
from shared.kernel.units import league_of
from shared.platform.postgres import Connection

_OF_LEAGUE: Final = "select campaign, unit from unit_facts where league = $1"
_CLEAR: Final = """
delete from {table} f using unnest($1::text[], $2::text[]) u(campaign, unit)
where (f.campaign, f.unit) = (u.campaign, u.unit)
"""
_CLEAR_THINGS: Final = """
delete from thing_facts f using unnest($1::text[], $2::text[], $3::text[]) t(campaign, kind, id)
where (f.campaign, f.kind, f.id) = (t.campaign, t.kind, t.id)
"""
_UNHANG: Final = """
delete from thing_units h
using unnest($1::text[], $2::text[]) u(campaign, unit),
    unnest($3::text[], $4::text[], $5::text[]) t(campaign, kind, id)
where (h.campaign, h.unit, h.kind, h.id) = (u.campaign, u.unit, t.kind, t.id)
    and t.campaign = u.campaign
"""
_CLEAR_LINES: Final = """
delete from rollup_daily r using unnest($1::text[], $2::text[]) a(campaign, ancestor)
where (r.campaign, r.ancestor) = (a.campaign, a.ancestor)
"""

Line = tuple[Any, ...]


class OfLeague:
    """The units and things a league's history tells of, folded from all histories."""

    def __init__(self, league: str, reading: Reading) -> None:
        self.league = league
        self.reading = reading
        self._facts = Recollection()
        self._units: set[UnitKey] = set()
        self._things: set[ThingRef] = set()

    async def read(self, connection: Connection, projection: str, source: Source) -> None:
        """First the league's own histories; then, from all others, what concerns the same."""
        wanted = self.reading.wanted
        own = {key: version for key, version in wanted.items() if key[1] == self.league}
        async for portion in source.portions(own):
            async for values in portion.batches:
                self._take(e for e in self.reading.fresh(values) if e.league == self.league)
        self.reading.finish({self.league})
        self._units |= {tuple(row) for row in await connection.fetch(_OF_LEAGUE, self.league)}
        hanging = await fetch_things(connection, (), self._units)
        self._things |= {(campaign, kind, id_) for campaign, kind, id_, *_ in hanging}
        others = {key: version for key, version in wanted.items() if key[1] != self.league}
        async for portion in source.portions(others):
            async for values in portion.batches:
                self._facts.learn(self._concerning(self.reading.fresh(values)))
            self.reading.finish(portion.leagues - {self.league})

    def _take(self, events: Iterable[Slim]) -> None:
        found = list(events)
        units, things = _told_of(found)
        self._units |= units
        self._things |= things
        self._facts.learn(found)

    def _concerning(self, events: Sequence[Slim]) -> list[Slim]:
        """Campaigns are told of in few events: all of them are taken."""
        told = sorted_out(events)
        return [
            *(event for event, _ in told.campaigns),
            *(event for event, _ in told.units if unit_of(event) in self._units),
            *(event for event, opened in told.things if self._hangs_together(event, opened)),
        ]

    def _hangs_together(self, event: Slim, opened: Any) -> bool:
        return not self._things.isdisjoint(refs_of(event, opened))

    async def replace(self, connection: Connection, projection: str) -> None:
        """Within a transaction, while workers wait; LeagueChanging where it has come to tell of
        units or things that others told of before.
        """
        async for events in since(connection, projection, self.reading.read, self.reading.excluded):
            units, things = _told_of([e for e in events if e.league == self.league])
            if units - self._units or things - self._things:
                raise LeagueChanging(league=self.league)
            self._facts.learn(self._concerning(events))
        now = self._recollected()
        was = await self._present(connection)
        elsewhere = await _elsewhere(connection, now, was)
        await self._write(connection, now, was)
        # What is not ours alone changes by the difference; what is, is written anew.
        inside = {key for key, fact in now.units.items() if self._inside(fact)}
        new, old = rollup_rows(now.counted(elsewhere)), rollup_rows(was.counted(elsewhere))
        await connection.execute(_CLEAR_LINES, *columns(inside, 2))
        await add_rollups(connection, [*_lines(new, inside), *_difference(new, old, inside)])

    def _recollected(self) -> Part:
        part, rest = self._facts.take_part(), self._facts.take_rest()
        things = {
            ref: told for ref, told in (part.things | rest.things).items() if ref in self._things
        }
        return Part(part.units | rest.units, things)

    async def _present(self, connection: Connection) -> Part:
        """The same, as the tables say it."""
        found = read_facts(self._units, await fetch_facts(connection, self._units))
        rows = await fetch_things(connection, self._things, ())
        things = {ref: thing for ref, (_, thing) in read_things((), rows).items()}
        return Part(
            {key: fact for key, (_, fact) in found.items()},
            {ref: (thing, rolled_by_unit(thing)) for ref, thing in things.items()},
        )

    def _inside(self, fact: UnitFact) -> bool:
        """Nothing but what this league tells of was ever below it."""
        paths = [placement.path for placement in fact.placements]
        return bool(paths) and all("." in p and league_of(p) == self.league for p in paths)

    async def _write(self, connection: Connection, now: Part, was: Part) -> None:
        for table in ("unit_facts", "former_parents"):
            await connection.execute(_CLEAR.format(table=table), *columns(self._units, 2))
        await connection.execute(_CLEAR_THINGS, *columns(self._things, 3))
        units = self._units | now.concerned() | was.concerned()
        await connection.execute(_UNHANG, *columns(units, 2), *columns(self._things, 3))
        things = now.things.items()
        for table, names, rows in (
            ("unit_facts", FACT_COLUMNS, [fact_row(key, 1, f) for key, f in now.units.items()]),
            ("former_parents", ("campaign", "parent", "unit"),
             former_parent_rows(now.units.items())),
            ("thing_facts", THING_COLUMNS,
             [thing_row(ref, 1, thing) for ref, (thing, _) in things]),
            ("thing_units", THING_UNIT_COLUMNS, [
                (campaign, unit, kind, id_)
                for (campaign, kind, id_), (_, added) in things for unit in added
            ]),
        ):  # fmt: skip
            await connection.copy_records_to_table(table, columns=names, records=rows)
        for name, fact in self._facts.campaigns.items():
            _, _, text = campaign_row(name, 1, fact)
            await connection.execute(
                "insert into campaign_facts values ($1, 1, $2) on conflict (campaign)"
                " do update set fact = excluded.fact, revision = campaign_facts.revision + 1",
                name, text,
            )  # fmt: skip


def _told_of(events: Sequence[Slim]) -> tuple[set[UnitKey], set[ThingRef]]:
    told = sorted_out(events)
    return (
        {unit_of(event) for event, _ in told.units},
        {ref for event, opened in told.things for ref in refs_of(event, opened)},
    )


async def _elsewhere(connection: Connection, now: Part, was: Part) -> dict[UnitKey, UnitFact]:
    """Units of other leagues that the things add to."""
    others = (now.concerned() | was.concerned()) - now.units.keys() - was.units.keys()
    found = read_facts(others, await fetch_facts(connection, others))
    return {key: fact for key, (_, fact) in found.items()}


def _lines(rows: Iterable[Line], inside: set[UnitKey]) -> list[Line]:
    return [row for row in rows if (row[0], row[1]) in inside]


def _difference(new: Iterable[Line], old: Iterable[Line], inside: set[UnitKey]) -> list[Line]:
    sums: Counter[Line] = Counter()
    for rows, sign in ((new, 1), (old, -1)):
        for row in rows:
            if (row[0], row[1]) not in inside:
                sums[row[:-1]] += sign * row[-1]
    return [(*line, n) for line, n in sums.items() if n]


async def begun(connection: Connection, projection: str, league: str) -> OfLeague:
    """A league to be read up to where the present views are."""
    async with connection.transaction(isolation="repeatable_read"):
        wanted, excluded = await standing(connection, projection)
    if league not in {of for _, of in wanted}:
        raise LeagueUnknown(league=league)
    return OfLeague(league, Reading(wanted, excluded, {}))
