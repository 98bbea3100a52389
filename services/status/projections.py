"""The status projection: a pure fold over a batch, then one set of writes."""

from collections.abc import Mapping, Sequence

from services.status.contributions import standing
from services.status.facts import UnitFact
from services.status.folding import (
    Places,
    Told,
    UnitKey,
    concerned,
    count_things,
    fold,
    fold_campaigns,
    fold_things,
    moved_units,
    refs_of,
    sorted_out,
    unit_of,
)
from services.status.learning import CONTRACTS
from services.status.storage import (
    add_rollups,
    campaign_facts,
    copy_history,
    fetch_facts,
    history_rows,
    meanwhile,
    read_facts,
    rollup_rows_apart,
    write_campaign_facts,
    write_unit_facts,
)
from services.status.thing_storage import fetch_things, hold_still, read_things, write_things
from shared.kernel.envelope import Envelope
from shared.kernel.events import Event
from shared.platform.postgres import Connection


class StatusProjection:
    """Keeps history, facts and roll-ups in step with the events applied."""

    name = "status"
    contracts = CONTRACTS

    async def apply(self, connection: Connection, envelopes: Sequence[Envelope]) -> None:
        await copy_history(connection, history_rows(envelopes))
        await update_views(connection, envelopes)


async def update_views(connection: Connection, envelopes: Sequence[Told]) -> None:
    """Teach the stored facts, and add what that changes to the roll-ups.

    Python and the server take turns as little as may be: while one query runs, what the next
    needs is made ready.
    """
    keys = {unit_of(e) for e in envelopes}
    rows, told = await meanwhile(fetch_facts(connection, keys), lambda: sorted_out(envelopes))
    if told.campaigns:
        await _update_campaigns(connection, told.campaigns)
    if told.units or told.things:
        await _update_units(connection, read_facts(keys, rows), told.units, told.things)


async def _update_campaigns(connection: Connection, events: Sequence[tuple[Told, Event]]) -> None:
    campaigns = await campaign_facts(connection, {e.campaign for e, _ in events})
    fold_campaigns({name: fact for name, (_, fact) in campaigns.items()}, events)
    await write_campaign_facts(connection, campaigns)


async def _update_units(
    connection: Connection,
    stored: Mapping[UnitKey, tuple[int, UnitFact]],
    about_units: Sequence[tuple[Told, Event]],
    about_things: Sequence[tuple[Told, Event]],
) -> None:
    """Units and the things that hang on them, counted together."""
    units = {key: stored[key] for key in {unit_of(e) for e, _ in about_units}}
    told = {ref for envelope, event in about_things for ref in refs_of(envelope, event)}
    moved = moved_units(about_units)
    rows, (changes, places) = await meanwhile(
        fetch_things(connection, told, moved),
        lambda: fold({key: fact for key, (_, fact) in units.items()}, about_units),
    )
    things = read_things(told, rows)
    added = fold_things({ref: thing for ref, (_, thing) in things.items()}, about_things)
    seen = await _stand(connection, concerned(told, added) - places.keys(), stored, places)
    count_things(changes, added, places)
    below, at_roots = await write_unit_facts(connection, units, lambda: rollup_rows_apart(changes))
    await add_rollups(connection, below)
    if told or moved:
        read_only = {key: revision for key, revision in seen.items() if key not in units}
        await hold_still(connection, read_only, moved, things)
        await write_things(connection, things, told, added)
    # Last: all workers meet at the roots' lines, and wait there for one another's commit.
    await add_rollups(connection, at_roots)


async def _stand(
    connection: Connection,
    units: set[UnitKey],
    stored: Mapping[UnitKey, tuple[int, UnitFact]],
    places: Places,
) -> dict[UnitKey, int]:
    """Find where units stand that the batch leaves where they are; the revisions read."""
    others = units - stored.keys()
    fetched = read_facts(others, await fetch_facts(connection, others) if others else [])
    seen: dict[UnitKey, int] = {}
    for key in units:
        seen[key], fact = stored[key] if key in stored else fetched[key]
        stands = standing(fact)
        places[key] = stands, stands
    return seen
