"""Giving numbers to what was raised, while the leagues' locks keep everybody else from it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec

from services.rectification.domain.numbering import Counter, free_name, names_for
from services.rectification.views.lives import OF_ITEM
from shared.contracts.rectification import ItemRaised
from shared.platform.commands import Outcome
from shared.platform.eventstore import Session
from shared.platform.postgres import Connection
from shared.platform.recording import Pending

_LAST = """
select unit, max(number) as number from items
where campaign = $1 and unit = any($2::text[]) group by unit
"""
_TAKEN = "select item from items where campaign = $1 and item = any($2::text[])"

UNNAMED: Final = ""
"""The id of an item that is to be named after its number."""


async def numbered(session: Session, outcome: Outcome[Any, Any]) -> None:
    """Give each item raised the next number of its unit, and its id where it has none yet."""
    raised = {
        at: pending.event
        for at, pending in enumerate(outcome.pending)
        if isinstance(pending.event, ItemRaised)
    }
    if not raised:
        return
    connection = session.connection
    counter = Counter(await _last_numbers(connection, list(raised.values())))
    for at, event in raised.items():
        number = counter.next(event.unit)
        item = event.item or await _named(connection, event, number)
        _put(outcome, at, msgspec.structs.replace(event, number=number, item=item))


async def _last_numbers(connection: Connection, raised: Sequence[ItemRaised]) -> dict[str, int]:
    units = list({event.unit: None for event in raised})
    rows = await connection.fetch(_LAST, raised[0].campaign, units)
    return {row["unit"]: row["number"] for row in rows}


async def _named(connection: Connection, event: ItemRaised, number: int) -> str:
    names = names_for(event.unit, number)
    rows = await connection.fetch(_TAKEN, event.campaign, names)
    return free_name(event.unit, number, {row["item"] for row in rows})


def _put(outcome: Outcome[Any, Any], at: int, event: ItemRaised) -> None:
    """The event, the state it made and, for a new name, the stream they are kept under."""
    before = outcome.pending[at]
    stream = OF_ITEM.stream(event.campaign, event.item)
    outcome.pending[at] = Pending(stream, before.campaign, before.unit, before.path, event)
    change = outcome.changes.pop(before.stream)
    state = msgspec.structs.replace(change.state, raised=event)
    outcome.changes[stream] = replace(change, state=state)
