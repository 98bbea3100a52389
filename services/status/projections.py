"""The status projection: a pure fold over a batch, then one set of writes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from services.status import pieces
from services.status.contributions import Mark, Picture, add_change, spans, standing
from services.status.facts import PARTS, CampaignFact, Part, UnitFact
from services.status.learning import (
    CONTRACTS,
    concerns_campaign,
    concerns_unit,
    learn,
    learn_campaign,
    opened,
    part_changed,
)
from services.status.storage import (
    UnitKey,
    add_rollups,
    campaign_facts,
    copy_history,
    fetch_facts,
    history_rows,
    meanwhile,
    read_facts,
    rollup_rows,
    write_campaign_facts,
    write_unit_facts,
)
from shared.kernel.envelope import Envelope
from shared.kernel.events import Event
from shared.platform.postgres import Connection


class Told(pieces.Told, Protocol):
    """What folding needs of an envelope."""

    @property
    def campaign(self) -> str: ...
    @property
    def subject(self) -> str: ...


T = TypeVar("T", bound=Told)


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
    rows, (about_units, about_campaigns) = await meanwhile(
        fetch_facts(connection, keys), lambda: sorted_out(envelopes)
    )
    if about_campaigns:
        campaigns = await campaign_facts(connection, {e.campaign for e, _ in about_campaigns})
        fold_campaigns({name: fact for name, (_, fact) in campaigns.items()}, about_campaigns)
        await write_campaign_facts(connection, campaigns)
    if about_units:
        units = read_facts({unit_of(e) for e, _ in about_units}, rows)
        marks = fold({key: fact for key, (_, fact) in units.items()}, about_units)
        lines = await write_unit_facts(connection, units, lambda: rollup_rows(marks))
        # Last: all workers meet at the region's lines, and wait there for one another's commit.
        await add_rollups(connection, lines)


def sorted_out(envelopes: Iterable[T]) -> tuple[list[tuple[T, Event]], list[tuple[T, Event]]]:
    """Events about units, and about campaigns; the rest says nothing that the views show."""
    about_units: list[tuple[T, Event]] = []
    about_campaigns: list[tuple[T, Event]] = []
    for envelope in envelopes:
        event = opened(envelope)
        if concerns_unit(event):
            about_units.append((envelope, event))
        elif concerns_campaign(event):
            about_campaigns.append((envelope, event))
    return about_units, about_campaigns


def fold(
    facts: Mapping[UnitKey, UnitFact], events: Sequence[tuple[Told, Event]]
) -> dict[str, dict[Mark, int]]:
    """Teach the facts, in place; by campaign, what that changes in the roll-ups.

    Only the parts of a fact that events are about are looked at before and after.
    """
    about: dict[UnitKey, set[Part]] = {}
    for envelope, event in events:
        part = part_changed(event)
        if part is not None:
            about.setdefault(unit_of(envelope), set()).add(part)
    before: dict[UnitKey, tuple[Sequence[Part], Picture]] = {}
    for key, found in about.items():
        fact = facts[key]
        looked_at: Sequence[Part] = PARTS if "place" in found else sorted(found)
        before[key] = looked_at, (standing(fact), spans(fact, looked_at))
    for envelope, event in events:
        learn(facts[unit_of(envelope)], envelope, event)
    changes: defaultdict[str, dict[Mark, int]] = defaultdict(dict)
    for key, (parts, picture) in before.items():
        fact = facts[key]
        stands = standing(fact) if parts is PARTS else picture[0]
        add_change(changes[key[0]], picture, (stands, spans(fact, parts)))
    return changes


def fold_campaigns(facts: Mapping[str, CampaignFact], events: Sequence[tuple[Told, Event]]) -> None:
    for envelope, event in events:
        learn_campaign(facts[envelope.campaign], envelope, event)


def unit_of(envelope: Told) -> UnitKey:
    return envelope.campaign, envelope.subject
