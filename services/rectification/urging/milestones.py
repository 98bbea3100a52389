"""What the schedule tells of units' duties: plans approved, mobilizations held."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from shared.contracts.schedule import (
    SCHEDULE,
    MobilizationCorrected,
    MobilizationHeld,
    MobilizationVoided,
    PlanApproved,
    PlanSubmitted,
)
from shared.kernel.envelope import Envelope
from shared.kernel.time import local_date
from shared.platform.postgres import Connection

# A later version of the plan's or the mobilization's stream decides, whatever arrives first.
_UPSERT: Final = """
insert into unit_milestones as m
    (campaign, unit, plan_approved_on, plan_by, mobilized_on, mobilized_by)
select * from unnest($1::text[], $2::text[], $3::date[], $4::int[], $5::date[], $6::int[])
on conflict (campaign, unit) do update set
    plan_approved_on = case when excluded.plan_by > m.plan_by
        then excluded.plan_approved_on else m.plan_approved_on end,
    plan_by = greatest(excluded.plan_by, m.plan_by),
    mobilized_on = case when excluded.mobilized_by > m.mobilized_by
        then excluded.mobilized_on else m.mobilized_on end,
    mobilized_by = greatest(excluded.mobilized_by, m.mobilized_by)
"""


@dataclass(slots=True)
class Milestones:
    """What a batch says of one unit."""

    plan_approved_on: date | None = None
    plan_by: int = 0
    mobilized_on: date | None = None
    mobilized_by: int = 0

    def plan(self, approved_on: date | None, version: int) -> None:
        if version > self.plan_by:
            self.plan_approved_on, self.plan_by = approved_on, version

    def mobilize(self, on: date | None, version: int) -> None:
        if version > self.mobilized_by:
            self.mobilized_on, self.mobilized_by = on, version


class MilestonesProjection:
    """Keeps `unit_milestones`; the same whatever order leagues' events arrive in."""

    name = "milestones"
    contracts = (SCHEDULE,)
    tables = ("unit_milestones",)

    async def apply(self, connection: Connection, envelopes: Sequence[Envelope]) -> None:
        rows = learned(envelopes)
        if rows:
            told = [
                (*place, m.plan_approved_on, m.plan_by, m.mobilized_on, m.mobilized_by)
                for place, m in rows.items()
            ]
            await connection.execute(_UPSERT, *zip(*told, strict=True))


def learned(envelopes: Sequence[Envelope]) -> dict[tuple[str, str], Milestones]:
    """What envelopes say of each unit, by (campaign, unit); the same in any order."""
    rows: dict[tuple[str, str], Milestones] = {}
    for envelope in envelopes:
        _learn(rows, envelope)
    return rows


def _learn(rows: dict[tuple[str, str], Milestones], envelope: Envelope) -> None:
    version = envelope.streamversion
    place = (envelope.campaign, envelope.subject)
    match SCHEDULE.open(envelope):
        case PlanApproved(category="implementation") as event:
            approved_on = local_date(event.approved_at)
            rows.setdefault(place, Milestones()).plan(approved_on, version)
        case PlanSubmitted(category="implementation"):
            rows.setdefault(place, Milestones()).plan(None, version)
        case MobilizationHeld() | MobilizationCorrected() as event:
            held_on = local_date(event.held_at)
            rows.setdefault(place, Milestones()).mobilize(held_on, version)
        case MobilizationVoided():
            rows.setdefault(place, Milestones()).mobilize(None, version)
        case _:
            pass  # changes no milestone
