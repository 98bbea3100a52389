"""Parked events: what could not be applied, and what waits behind it, kept in order."""

from collections.abc import Iterable, Sequence

import msgspec

from shared.kernel.envelope import Envelope
from shared.platform.postgres import Connection

WAITS = "waits behind an earlier parked event of the same unit"


class Delivery(msgspec.Struct, frozen=True, gc=False):
    """A record as it came: its place (`topic[partition]@offset`), value, and what it decodes to."""

    place: str
    value: bytes
    envelope: Envelope


def unit_key(envelope: Envelope) -> str:
    """What waits together: the events of one unit."""
    return f"{envelope.campaign}/{envelope.subject}"


_PARK = """
insert into parked (projection, service, league, version, unit, event_type, place, value, cause)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


async def park(
    connection: Connection, projection: str, parked: Sequence[tuple[Delivery, str]]
) -> None:
    """Keep deliveries with the cause of each, in the order they came."""
    if not parked:
        return
    await connection.executemany(
        _PARK,
        [
            (
                projection,
                d.envelope.service,
                d.envelope.league,
                d.envelope.version,
                unit_key(d.envelope),
                d.envelope.type,
                d.place,
                d.value,
                cause[:2000],
            )
            for d, cause in parked
        ],
    )


async def park_undecodable(
    connection: Connection, projection: str, records: Iterable[tuple[str, str, bytes, str]]
) -> None:
    """Keep records that are no envelope at all: (service, place, value, cause); a record that
    is delivered again is not kept twice.
    """
    await connection.executemany(
        "insert into parked (projection, service, place, value, cause)"
        " select $1::text, $2::text, $3::text, $4::bytea, $5::text where not exists"
        " (select 1 from parked where projection = $1 and place = $3 and value = $4)",
        [
            (projection, service, place, value, cause[:2000])
            for service, place, value, cause in records
        ],
    )


async def waiting_units(
    connection: Connection, projection: str, deliveries: Sequence[Delivery]
) -> set[str]:
    """Units among these whose earlier events are parked."""
    rows = await connection.fetch(
        "select distinct unit from parked where projection = $1 and unit = any($2::text[])",
        projection,
        list({unit_key(d.envelope) for d in deliveries}),
    )
    return {row["unit"] for row in rows}
