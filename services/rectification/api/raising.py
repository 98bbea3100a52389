"""Raising items one by one and by order: numbers are given while the leagues are locked."""

from collections.abc import Sequence
from typing import Any

import msgspec
from fastapi import Response

from services.rectification.api.office import Office
from services.rectification.domain.item import Item, Raise
from services.rectification.views.lives import OF_ITEM
from services.rectification.views.numbers import numbered
from shared.kernel.units import league_of
from shared.platform.asking import Asking, answered
from shared.platform.commands import Outcome, RowsRefused, Work


class Raised(msgspec.Struct, frozen=True):
    """The answer to raising an item: its id and number, and the receipt."""

    item: str
    number: int
    stream: str
    version: int
    league: str
    events: list[str]


class CascadeRaised(msgspec.Struct, frozen=True):
    """The answer to an order: how many items it became, and how many of these are new."""

    item: str
    number: int
    children: int
    recorded: int


async def raise_one(office: Office, ask: Asking, command: Raise) -> Response:
    def report(outcome: Outcome[Any, Any]) -> tuple[int, bytes]:
        change = next(iter(outcome.changes.values()))
        item: Item = change.state
        stream = OF_ITEM.stream(item.raised.campaign, item.id)
        events = [recorded.name for recorded in outcome.recorded]
        raised = Raised(
            item.id, item.raised.number, stream, change.version,
            league_of(command.setting.unit.path), events,
        )  # fmt: skip
        return 201 if events else 200, msgspec.json.encode(raised)

    return await _raise(office, ask, [command], report)


async def raise_all(
    office: Office, ask: Asking, order: Raise, children: Sequence[Raise]
) -> Response:
    """The order and its children, in one transaction over all leagues."""
    stream = OF_ITEM.stream(order.setting.campaign.campaign, order.item)

    def report(outcome: Outcome[Any, Any]) -> tuple[int, bytes]:
        item: Item = outcome.changes[stream].state
        recorded = len(outcome.recorded)
        raised = CascadeRaised(item.id, item.raised.number, len(children), recorded)
        return 201 if recorded else 200, msgspec.json.encode(raised)

    return await _raise(office, ask, [order, *children], report)


async def _raise(office: Office, ask: Asking, commands: Sequence[Raise], report: Any) -> Response:
    works = [_work(number, command) for number, command in enumerate(commands, 1)]
    try:
        outcome = await office.handler.many(
            OF_ITEM.decider,
            works,
            ask.origin,
            report,
            key=ask.key,
            view=OF_ITEM.view,
            complete=numbered,
        )
    except RowsRefused as refused:
        raise refused.outcome.refused[0][1] from refused
    assert outcome.answer is not None  # noqa: S101 - only a dry run has none
    return answered(outcome.answer)


def _work(number: int, command: Raise) -> Work[Raise]:
    unit, campaign = command.setting.unit, command.setting.campaign.campaign
    stream = OF_ITEM.stream(campaign, command.item)
    return Work(stream, campaign, unit.code, unit.path, command, row=number)
