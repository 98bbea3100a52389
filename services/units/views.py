"""Inline read models of units and leading groups: written with their events, folded again on demand."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter

from services.units.domain.leading_group import LEADING_GROUP, Group, InUnit
from services.units.domain.tree import Tree, Unit
from shared.contracts.units import UnitMoved, UnitRegistered, UnitRenamed
from shared.kernel.events import Event
from shared.kernel.units import unit_class
from shared.platform.commands import Change
from shared.platform.inline_views import Row, Showing, Table
from shared.platform.lives import Life
from shared.platform.postgres import Connection

_UNIT = (
    "campaign, code, parent, path, level, kind, name,"
    " registered_on, named_on, placed_on, gone_on, merged_into"
)
_unit_row = attrgetter(*_UNIT.split(", "))
_BY_CODES = f"select {_UNIT} from units where campaign = $1 and code = any($2::text[])"  # noqa: S608 - a constant
# '/' follows '.' in the C collation: everything below a unit lies between its path with either.
_BELOW = f"""
select {_UNIT} from units where campaign = $1 and path > $2 || '.' and path < $2 || '/'
"""  # noqa: S608 - a constant
_ROOT = "select code from units where campaign = $1 and parent is null"
_ELSEWHERE = "select distinct code from units where campaign <> $1 and code = any($2::text[])"

UNITS = Table(
    "units",
    ("campaign", "code"),
    {
        "campaign": "text", "code": "text", "parent": "text", "path": "text", "level": "smallint",
        "kind": "text", "name": "text", "registered_on": "date", "named_on": "date",
        "placed_on": "date", "gone_on": "date", "merged_into": "text", "class": "text",
        "version": "int",
    },
)  # fmt: skip
NAMES = Table(
    "unit_names",
    ("campaign", "code", "from_on"),
    {"campaign": "text", "code": "text", "from_on": "date", "until_on": "date", "name": "text"},
)
PLACES = Table(
    "unit_places",
    ("campaign", "code", "from_on"),
    {
        "campaign": "text", "code": "text", "from_on": "date", "until_on": "date",
        "parent": "text", "path": "text",
    },
)  # fmt: skip
GROUPS = Table(
    "leading_groups",
    ("campaign", "unit", "group_kind"),
    {
        "campaign": "text", "unit": "text", "group_kind": "text", "leader": "text",
        "members": "int", "formed_on": "date", "reinforced_on": "date", "rules_title": "text",
        "rules_adopted_on": "date", "version": "int",
    },
)  # fmt: skip

UNIT_TABLES = (UNITS, NAMES, PLACES)

_ENDED = """
update {table} t set until_on = n.from_on
from unnest($1::text[], $2::text[], $3::date[]) as n(campaign, code, from_on)
where t.campaign = n.campaign and t.code = n.code
  and t.until_on is null and t.from_on < n.from_on
"""


def unit_stream(campaign: str, code: str) -> str:
    return f"unit/{campaign}/{code}"


@dataclass(slots=True)
class UnitChange:
    """A unit as its new events left it."""

    unit: Unit
    version: int
    events: list[Event] = field(default_factory=list)


async def units_by_code(
    connection: Connection, campaign: str, codes: Iterable[str]
) -> dict[str, Unit]:
    rows = await connection.fetch(_BY_CODES, campaign, list(codes))
    return {row["code"]: Unit(*row) for row in rows}


async def read_tree(
    connection: Connection, campaign: str, codes: Iterable[str], *below: str
) -> Tree:
    """The units of these codes, the root, and everything below some of them."""
    wanted = set(codes)
    units = await units_by_code(connection, campaign, wanted)
    root = await connection.fetchval(_ROOT, campaign)
    missing = wanted - units.keys()
    elsewhere = await connection.fetch(_ELSEWHERE, campaign, list(missing)) if missing else []
    for path in [units[code].path for code in below if code in units]:
        rows = await connection.fetch(_BELOW, campaign, path)
        units |= {row["code"]: Unit(*row) for row in rows}
    return Tree(units.values(), root, (row["code"] for row in elsewhere))


async def write_units(connection: Connection, changes: Sequence[UnitChange]) -> None:
    """Show the changes: one statement for the units, one for names, one for places."""
    rows = [
        (*_unit_row(change.unit), unit_class(change.unit.level, change.unit.kind), change.version)
        for change in changes
    ]
    await UNITS.put(connection, rows)
    names, places = _Dated(NAMES), _Dated(PLACES)
    for event in (event for change in changes for event in change.events):
        match event:
            case UnitRegistered():
                key = (event.campaign, event.code)
                names.begin(key, event.registered_on, event.name)
                places.begin(key, event.registered_on, event.parent, event.path)
            case UnitRenamed():
                names.change((event.campaign, event.code), event.effective_on, event.name)
            case UnitMoved():
                key = (event.campaign, event.code)
                places.change(key, event.effective_on, event.parent, event.path)
            case _:
                pass  # ends and departures change neither name nor place
    await names.write(connection)
    await places.write(connection)


class _Dated:
    """What held for units from a day on, until the next; the days never go backwards."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._new: dict[tuple[str, str], dict[date, Row]] = {}
        self._ends: dict[tuple[str, str], date] = {}

    def begin(self, key: tuple[str, str], on: date, *values: str | None) -> None:
        self._new.setdefault(key, {})[on] = values

    def change(self, key: tuple[str, str], on: date, *values: str | None) -> None:
        """A change ends what is already written, unless its beginning is new, too."""
        if key not in self._new:
            self._ends[key] = on
        self.begin(key, on, *values)

    async def write(self, connection: Connection) -> None:
        if self._ends:
            ended = [(*key, on) for key, on in self._ends.items()]
            statement = _ENDED.format(table=self._table.name)
            await connection.execute(statement, *zip(*ended, strict=True))
        await self._table.put(connection, [row for key in self._new for row in self._rows(key)])

    def _rows(self, key: tuple[str, str]) -> Iterator[Row]:
        days = list(self._new[key])
        for on, until in zip(days, [*days[1:], None], strict=True):
            yield (*key, on, until, *self._new[key][on])


def _group_row(change: Change[InUnit, Group]) -> Row:
    """A group's row in its table; the stream names campaign, unit and group."""
    _, campaign, unit, kind = change.work.stream.split("/")
    group = change.state
    now = group.staffings[-1]
    rules = max(group.rules, key=attrgetter("adopted_on"), default=None)
    return (
        campaign,
        unit,
        kind,
        now.leader,
        now.members,
        group.formed_on,
        now.since if len(group.staffings) > 1 else None,
        rules.title if rules else None,
        rules.adopted_on if rules else None,
        change.version,
    )


OF_GROUP = Life("group", LEADING_GROUP, Showing(GROUPS, _group_row))
