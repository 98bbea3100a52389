"""How urging rules and steps are kept and shown, and what is queued for delivery with a step."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from services.rectification.domain.urging import RULES, STEP, Step
from shared.contracts.rectification import UrgingRulesSet
from shared.platform.commands import Change
from shared.platform.inline_views import Row, Showing, Table
from shared.platform.lives import Life
from shared.platform.postgres import Connection

_QUEUE = """
insert into urging_deliveries (campaign, subject, thing, due_on, step, channel, unit)
select u.campaign, u.subject, u.thing, u.due_on, u.step, channel, u.unit
from unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::text[], $6::text[])
         as u(campaign, subject, thing, due_on, step, unit),
     unnest($7::text[]) as channel
on conflict do nothing
"""


def _rules_row(change: Change[Any, UrgingRulesSet]) -> Row:
    r = change.state
    return r.campaign, r.area, r.subject, msgspec.json.encode(r.steps).decode(), change.version


def _step_row(change: Change[Any, Step]) -> Row:
    step, t = change.state, change.state.taken
    return (
        t.campaign, t.subject, t.thing, t.due_on, t.step, t.unit, t.addressee, t.taken_on,
        msgspec.json.encode(step.channels).decode(), step.delivered_at, change.version,
    )  # fmt: skip


URGING_RULES: Final = Table(
    "urging_rules",
    ("campaign", "area", "subject"),
    dict.fromkeys(("campaign", "area", "subject"), "text") | {"steps": "jsonb", "version": "int"},
)
URGING_STEPS: Final = Table(
    "urging_steps",
    ("campaign", "subject", "thing", "due_on", "step"),
    {"campaign": "text", "subject": "text", "thing": "text", "due_on": "date", "step": "text"}
    | {"unit": "text", "addressee": "text", "taken_on": "date", "channels": "jsonb"}
    | {"delivered_at": "timestamptz", "version": "int"},
)

OF_RULES: Final = Life("urging-rules", RULES, Showing(URGING_RULES, _rules_row))
OF_STEP: Final = Life("urging", STEP, Showing(URGING_STEPS, _step_row))
URGING_LIVES: Final = (OF_RULES, OF_STEP)


@dataclass(frozen=True)
class Queueing:
    """Shows steps as they are taken and queues each for every channel, in the same transaction."""

    channels: Sequence[str]

    async def __call__(self, connection: Connection, changes: Sequence[Change[Any, Step]]) -> None:
        await OF_STEP.view(connection, changes)
        taken = [change.state.taken for change in changes]
        rows = [(t.campaign, t.subject, t.thing, t.due_on, t.step, t.unit) for t in taken]
        await connection.execute(_QUEUE, *zip(*rows, strict=True), list(self.channels))
