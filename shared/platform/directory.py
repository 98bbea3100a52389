"""The local unit directory: what a service knows of units, fed from the units topic."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shared.contracts.units import (
    UNITS,
    UnitAbolished,
    UnitMerged,
    UnitMoved,
    UnitRegistered,
    UnitRenamed,
)
from shared.kernel.envelope import Envelope
from shared.platform.postgres import Connection

_UPSERT = """
insert into unit_directory as d
    (campaign, code, parent, level, kind, name, path, registered_on, abolished_on,
     placed_by, named_by)
select * from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[],
                     $7::text[], $8::date[], $9::date[], $10::int[], $11::int[])
on conflict (campaign, code) do update set
    level = coalesce(excluded.level, d.level),
    kind = coalesce(excluded.kind, d.kind),
    registered_on = coalesce(excluded.registered_on, d.registered_on),
    abolished_on = coalesce(excluded.abolished_on, d.abolished_on),
    parent = case when excluded.placed_by > d.placed_by then excluded.parent else d.parent end,
    path = case when excluded.placed_by > d.placed_by then excluded.path else d.path end,
    placed_by = greatest(excluded.placed_by, d.placed_by),
    name = case when excluded.named_by > d.named_by then excluded.name else d.name end,
    named_by = greatest(excluded.named_by, d.named_by)
"""


@dataclass(slots=True)
class _Row:
    """What a batch says of one unit; the stream version that says it decides between topics'
    partitions, whose order is not given.
    """

    parent: str | None = None
    level: int | None = None
    kind: str | None = None
    name: str | None = None
    path: str | None = None
    registered_on: date | None = None
    abolished_on: date | None = None
    placed_by: int = 0
    named_by: int = 0

    def place(self, parent: str | None, path: str, version: int) -> None:
        if version > self.placed_by:
            self.parent, self.path, self.placed_by = parent, path, version

    def call(self, name: str, version: int) -> None:
        if version > self.named_by:
            self.name, self.named_by = name, version


class DirectoryProjection:
    """Keeps `unit_directory`; the same whatever order leagues' events arrive in."""

    name = "unit-directory"
    contracts = (UNITS,)
    tables = ("unit_directory",)

    async def apply(self, connection: Connection, envelopes: Sequence[Envelope]) -> None:
        rows: dict[tuple[str, str], _Row] = {}
        for envelope in envelopes:
            event = UNITS.open(envelope)
            key = (envelope.campaign, envelope.subject)
            version = envelope.streamversion
            match event:
                case UnitRegistered():
                    row = rows.setdefault(key, _Row())
                    row.level, row.kind, row.registered_on = (
                        event.level,
                        event.kind,
                        event.registered_on,
                    )
                    row.place(event.parent, event.path, version)
                    row.call(event.name, version)
                case UnitMoved():
                    rows.setdefault(key, _Row()).place(event.parent, event.path, version)
                case UnitRenamed():
                    rows.setdefault(key, _Row()).call(event.name, version)
                case UnitMerged() | UnitAbolished():
                    rows.setdefault(key, _Row()).abolished_on = event.effective_on
                case _:
                    pass  # not about where a unit stands
        if rows:
            await connection.execute(_UPSERT, *_columns(rows))


def _columns(rows: dict[tuple[str, str], _Row]) -> list[list[object]]:
    return [
        list(column)
        for column in zip(
            *(
                (
                    campaign,
                    code,
                    r.parent,
                    r.level,
                    r.kind,
                    r.name,
                    r.path,
                    r.registered_on,
                    r.abolished_on,
                    r.placed_by,
                    r.named_by,
                )
                for (campaign, code), r in rows.items()
            ),
            strict=True,
        )
    ]
