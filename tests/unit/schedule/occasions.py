"""A campaign, units and moments that the schedule's unit tests tell their stories with."""

from datetime import date, datetime

import msgspec

from services.schedule.domain.campaign import Campaign
from services.schedule.domain.setting import PlanStanding, Setting, UnitAtHand
from shared.contracts.schedule import CampaignOpened, Window
from shared.kernel.time import SHANGHAI

C = "nmg-2014"
WINDOWS = (
    Window((2, 3), ("area", "leading_bodies"), date(2014, 1, 24), date(2014, 2, 20)),
    Window((4, 5), ("area",), date(2014, 3, 1), date(2014, 3, 15)),
)
OPENED = CampaignOpened(
    campaign=C,
    name_zh="第二批教育实践活动",
    name_en="Batch two",
    root="15",
    starts_on=date(2013, 11, 1),
    ends_on=date(2014, 10, 31),
    mobilization_from=date(2014, 1, 20),
    windows=WINDOWS,
)
CAMPAIGN_OPEN = Campaign(opened_windows=WINDOWS, **msgspec.structs.asdict(OPENED))


def at(month: int, day: int, hour: int = 9, minute: int = 0, year: int = 2014) -> datetime:
    """A wall clock reading in Shanghai."""
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


NOW = at(3, 4, 18)


def banner(
    *, abolished_on: date | None = None, registered_on: date = date(2000, 1, 1),
    plan: PlanStanding | None = None,
) -> UnitAtHand:  # fmt: skip
    return UnitAtHand("150202", 3, "district", "15.1502.150202", registered_on, abolished_on, plan)


REGION = UnitAtHand("15", 1, "region", "15", date(2000, 1, 1))
LEAGUE = UnitAtHand("1502", 2, "city", "15.1502", date(2000, 1, 1))
DEPARTMENT = UnitAtHand("1502-D03", 2, "directly_affiliated", "15.1502.1502-D03", date(2000, 1, 1))


def here(
    unit: UnitAtHand | None = None, now: datetime = NOW, campaign: Campaign = CAMPAIGN_OPEN
) -> Setting:
    """The setting of a command: the banner 150202 on 4 March 2014, unless said otherwise."""
    return Setting(campaign, unit or banner(), now)
