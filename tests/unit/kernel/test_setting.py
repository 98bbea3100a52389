"""Which days and moments a command may speak of, for every service alike."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

import pytest

from shared.kernel.refusals import DateInFuture, Refusal, UnitAbolishedAlready
from shared.kernel.setting import (
    BeforeCampaign,
    BeforeRegistration,
    ExplanationMissing,
    Setting,
    UnitAtHand,
    explained,
)
from shared.kernel.time import SHANGHAI


class Opened(NamedTuple):
    campaign: str = "nmg-2014"
    root: str = "15"
    starts_on: date = date(2013, 11, 1)
    ends_on: date = date(2014, 10, 31)
    mobilization_from: date = date(2014, 1, 20)


STARTS = date(2013, 11, 1)
# Half past midnight in Shanghai: in UTC it is still the day before.
NOW = datetime(2014, 3, 4, 0, 30, tzinfo=SHANGHAI)
UNIT = UnitAtHand("1502", 2, "city", "15.1502", date(2013, 12, 1), date(2014, 3, 1))
HERE = Setting(Opened(), UNIT, NOW)
LASTING = Setting(Opened(), UnitAtHand("1502", 2, "city", "15.1502", date(2000, 1, 1)), NOW)


def test_today_is_shanghais() -> None:
    assert HERE.today == date(2014, 3, 4)


@pytest.mark.parametrize(
    ("setting", "day", "refusal"),
    [
        (LASTING, date(2014, 3, 4), None),
        (LASTING, date(2014, 3, 5), DateInFuture),
        (LASTING, STARTS, None),
        (LASTING, STARTS - timedelta(days=1), BeforeCampaign),
        (HERE, date(2013, 12, 1), None),
        (HERE, date(2013, 11, 30), BeforeRegistration),
        (HERE, date(2014, 2, 28), None),
        (HERE, date(2014, 3, 1), UnitAbolishedAlready),
        (HERE, date(2014, 3, 5), DateInFuture),
    ],
)
def test_a_day(setting: Setting, day: date, refusal: type[Refusal] | None) -> None:
    found = None
    try:
        setting.allow_day(day, STARTS)
    except Refusal as raised:
        found = type(raised)

    assert found is refusal


def test_a_moment_is_asked_to_the_minute() -> None:
    LASTING.allow_instant(NOW, STARTS)
    with pytest.raises(DateInFuture) as caught:
        LASTING.allow_instant(NOW + timedelta(minutes=1), STARTS)

    assert caught.value.context == {"date": "2014-03-04 00:31"}


def test_a_moment_belongs_to_its_day_in_shanghai() -> None:
    HERE.allow_instant(datetime(2014, 2, 28, 23, 59, tzinfo=SHANGHAI), STARTS)
    with pytest.raises(UnitAbolishedAlready):
        HERE.allow_instant(datetime(2014, 3, 1, tzinfo=SHANGHAI), STARTS)


def test_a_day_to_come_is_asked_of_the_unit_only() -> None:
    LASTING.allow_unit(date(2014, 9, 1), STARTS)
    with pytest.raises(UnitAbolishedAlready):
        HERE.allow_unit(date(2014, 9, 1), STARTS)


def test_changing_what_was_recorded_takes_a_reason() -> None:
    assert explained("误登") == "误登"
    with pytest.raises(ExplanationMissing):
        explained("  ")
