"""What is selected for a replay: types by name, days by the calendar of the campaign."""

from datetime import UTC, date, datetime

import pytest

from services.status.learning import CONTRACTS
from services.status.replaying.selection import (
    Days,
    DaysReversed,
    UnknownEventType,
    types_named,
)

HELD = "campaign.schedule.MobilizationHeld.v1"


def test_a_name_stands_for_every_version_of_its_type() -> None:
    assert types_named("MobilizationHeld") == (HELD,)


def test_a_full_name_stands_for_itself() -> None:
    assert types_named(HELD) == (HELD,)


def test_several_names_are_separated_by_commas_and_named_once() -> None:
    assert types_named(f"ItemRaised, MobilizationHeld,{HELD}") == (
        "campaign.rectification.ItemRaised.v1",
        HELD,
    )


def test_every_event_there_is_can_be_named() -> None:
    names = [name for contract in CONTRACTS for name in contract.events]

    assert len(types_named(",".join(names))) >= len(names)


@pytest.mark.parametrize("text", ["MobilisationHeld", "", "MobilizationHeld,", "x" * 4000])
def test_a_type_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(UnknownEventType) as refused:
        types_named(text)

    assert len(refused.value.message_zh) < 200


def test_days_begin_and_end_at_local_midnight() -> None:
    days = Days("occurred", date(2014, 3, 1), date(2014, 3, 4))

    assert days.begin == datetime(2014, 2, 28, 16, tzinfo=UTC)
    assert days.end == datetime(2014, 3, 4, 16, tzinfo=UTC)


def test_open_days_have_no_bounds() -> None:
    assert (Days().begin, Days().end) == (None, None)


def test_days_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(DaysReversed):
        Days("recorded", date(2014, 3, 5), date(2014, 3, 4))
