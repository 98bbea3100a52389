"""Where and when the lives of supervision are told: a campaign, its units, a present moment."""

from datetime import UTC, date, datetime

from shared.contracts.schedule import Window
from shared.kernel.access import Caller, Grant, Role
from shared.kernel.setting import Setting, UnitAtHand
from shared.platform.campaigns import KnownCampaign

C = "nmg-2014"
NOW = datetime(2014, 3, 20, 2, tzinfo=UTC)
TODAY = date(2014, 3, 20)
_CAMPAIGN = KnownCampaign(
    C, "第二批", "Batch two", "15", date(2013, 11, 1), date(2014, 10, 31), date(2014, 1, 20),
    (Window((2,), ("area",), date(2014, 1, 24), date(2014, 2, 20)),),
)  # fmt: skip


def day(month: int, number: int) -> date:
    return date(2014, month, number)


def unit(path: str, kind: str = "", since: date = date(2000, 1, 1)) -> UnitAtHand:
    """A unit by its path; its depth is its level, an attached one takes that of its area."""
    codes = path.split(".")
    attached = "-" in codes[-1]
    level = len(codes) - attached
    kinds = {1: "region", 2: "city", 3: "district", 4: "town", 5: "village"}
    return UnitAtHand(
        codes[-1], level, kind or ("directly_affiliated" if attached else kinds[level]), path, since
    )


REGION = unit("15")
CITY = unit("15.1502")
OTHER_CITY = unit("15.1503")
DEPARTMENT = unit("15.1502.1502-D01")
DISTRICT = unit("15.1502.150202")
OTHER_DISTRICT = unit("15.1502.150203")
TOWN = unit("15.1502.150202.150202001")
OTHER_TOWN = unit("15.1502.150202.150202002")
VILLAGE = unit("15.1502.150202.150202001.150202001201")


def at(where: UnitAtHand, now: datetime = NOW) -> Setting:
    return Setting(_CAMPAIGN, where, now)


def caller(role: Role, where: str, person: str = "p-1") -> Caller:
    return Caller(person, [Grant(role, where)])
