"""Rehearsing: steps decided one after another as they would be, and nothing of it written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.units.deciding import Deciding
from services.units.domain.unit import MergeInto, Move
from services.units.scope import scope_of
from services.units.views import read_tree
from shared.kernel.access import Action, Caller
from shared.kernel.refusals import Refusal
from shared.platform.commands import Work
from shared.platform.eventstore import EventStore
from shared.platform.recording import Pending

Step = Work[Move | MergeInto]


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """An event as it would be recorded, and the version its stream would have then."""

    pending: Pending
    stream_version: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What would come of a step: events, or why not."""

    events: Sequence[Rehearsed] = ()
    refusal: Refusal | None = None


async def rehearse(
    store: EventStore, campaign: str, steps: Sequence[Step], caller: Caller, today: date
) -> list[Outcome]:
    """Each step in the tree that those before it would leave; a refused one changes nothing.

    No league is locked: what is rehearsed may be overtaken, as any answer may.
    """
    caller.require_anywhere(Action.WRITE_UNITS)
    heads = [step.unit for step in steps]
    codes = {code for step in steps for code in (step.unit, _other(step))}
    async with store.pool.acquire() as connection:
        tree = await read_tree(connection, campaign, codes, *heads)
    streams = {stream for step in steps for stream in scope_of(tree, step).streams}
    async with store.session((), sorted(streams)) as session:
        tree = await read_tree(session.connection, campaign, codes, *heads)
        deciding = Deciding(session, tree, caller, today)
        return [_outcome(deciding, step) for step in steps]


def _outcome(deciding: Deciding, step: Step) -> Outcome:
    known = len(deciding.pending)
    try:
        deciding.decide(step)
    except Refusal as refusal:
        return Outcome(refusal=refusal)
    told = deciding.pending[known:]
    versions: dict[str, int] = {}
    events: list[Rehearsed] = []
    for pending in reversed(told):
        # Only now is a stream's last version known: those before count down from it.
        version = versions.get(pending.stream, deciding.version_of(pending.stream))
        versions[pending.stream] = version - 1
        events.append(Rehearsed(pending, version))
    return Outcome(events[::-1])


def _other(step: Step) -> str:
    match step.command:
        case Move(to=code) | MergeInto(into=code):
            return code
