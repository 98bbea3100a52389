"""What a command of the schedule brings along: its campaign's gates, its unit's plan."""

from dataclasses import dataclass
from datetime import datetime

from services.schedule.domain.campaign import Campaign
from shared.kernel import setting


@dataclass(frozen=True, slots=True)
class PlanStanding:
    """That a unit has an implementation plan, and since when it is approved, if it is."""

    approved_at: datetime | None


@dataclass(frozen=True, slots=True)
class UnitAtHand(setting.UnitAtHand):
    """A unit and how its implementation plan stands; None where it has none."""

    plan: PlanStanding | None = None


@dataclass(frozen=True, slots=True)
class Setting(setting.Setting):
    """In which campaign, for which unit and when a command is given."""

    campaign: Campaign
    unit: UnitAtHand
