"""The status projection: a pure fold over a batch, then one set of writes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from services.status import learning
from services.status.contributions import Line, Mark, add_change, picture, spread
from services.status.facts import CampaignFact, UnitFact
from services.status.learning import (
    CONTRACTS,
    concerns_campaign,
    concerns_unit,
    learn,
    learn_campaign,
    opened,
)
from services.status.storage import (
    UnitKey,
    add_rollups,
    campaign_facts,
    copy_history,
    rollup_rows,
    unit_facts,
    write_campaign_facts,
    write_unit_facts,
)
from shared.kernel.envelope import Envelope
from shared.kernel.events import Event
from shared.platform.postgres import Connection


class Told(learning.Told, Protocol):
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
        await update_views(connection, envelopes)
        await copy_history(connection, envelopes)


async def update_views(connection: Connection, envelopes: Sequence[Told]) -> None:
    """Teach the stored facts, and add what that changes to the roll-ups."""
    about_units, about_campaigns = sorted_out(envelopes)
    if about_units:
        units = await unit_facts(connection, {unit_of(e) for e, _ in about_units})
        changes = fold({key: fact for key, (_, fact) in units.items()}, about_units)
        await write_unit_facts(connection, units)
        await add_rollups(connection, rollup_rows(changes))
    if about_campaigns:
        campaigns = await campaign_facts(connection, {e.campaign for e, _ in about_campaigns})
        fold_campaigns({name: fact for name, (_, fact) in campaigns.items()}, about_campaigns)
        await write_campaign_facts(connection, campaigns)


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
) -> dict[str, dict[Line, int]]:
    """Teach the facts, in place; by campaign, what that changes in the roll-ups."""
    before = {key: picture(fact) for key, fact in facts.items()}
    for envelope, event in events:
        learn(facts[unit_of(envelope)], envelope, event)
    changes: defaultdict[str, dict[Mark, int]] = defaultdict(dict)
    for key, fact in facts.items():
        add_change(changes[key[0]], before[key], picture(fact))
    return {campaign: spread(changed) for campaign, changed in changes.items()}


def fold_campaigns(facts: Mapping[str, CampaignFact], events: Sequence[tuple[Told, Event]]) -> None:
    for envelope, event in events:
        learn_campaign(facts[envelope.campaign], envelope, event)


def unit_of(envelope: Told) -> UnitKey:
    return envelope.campaign, envelope.subject
