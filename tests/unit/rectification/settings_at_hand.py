"""Settings for rectification's rules: a campaign of 2014 and units of one league."""

from datetime import UTC, date, datetime

from shared.kernel.setting import Setting, UnitAtHand
from shared.platform.campaigns import KnownCampaign

CAMPAIGN = KnownCampaign(
    campaign="nmg-2014", name_zh="第二批", name_en="Batch two", root="15",
    starts_on=date(2013, 11, 1), ends_on=date(2014, 10, 31),
    mobilization_from=date(2014, 1, 20), windows=(),
)  # fmt: skip
NOW = datetime(2014, 3, 10, 4, tzinfo=UTC)


def setting(path: str = "15.1502", *, abolished_on: date | None = None) -> Setting:
    """Of the unit of a path, on 10 March 2014."""
    code = path.rpartition(".")[2]
    unit = UnitAtHand(code, path.count(".") + 1, "city", path, date(2013, 11, 1), abolished_on)
    return Setting(CAMPAIGN, unit, NOW)
