"""Milestones of units: what the schedule's events say, whatever order leagues bring them in."""

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.rectification.urging.milestones import learned
from shared.contracts.schedule import (
    MobilizationCorrected,
    MobilizationHeld,
    MobilizationVoided,
    PlanApproved,
    PlanSubmitted,
)
from shared.kernel.envelope import Envelope
from shared.kernel.events import Event
from tests.support.desk import enveloped

CAMPAIGN = "nmg-2014"
MEETING: dict[str, Any] = {"attendees": 9, "chaired_by": "p-1", "place": "", "flags": ()}


def at(day: int, hour: int = 1) -> datetime:
    return datetime(2014, 2, day, hour, tzinfo=UTC)


def mobilization(event: Event, version: int) -> Envelope:
    stream = f"mobilization/{CAMPAIGN}/1502"
    return enveloped("schedule", CAMPAIGN, "15.1502", stream, event, version)


def plan(event: Event, version: int) -> Envelope:
    stream = f"plan/{CAMPAIGN}/1502/implementation"
    return enveloped("schedule", CAMPAIGN, "15.1502", stream, event, version)


def held(day: int, hour: int = 1) -> MobilizationHeld:
    return MobilizationHeld(campaign=CAMPAIGN, unit="1502", held_at=at(day, hour), **MEETING)


VOIDED = MobilizationVoided(campaign=CAMPAIGN, unit="1502", reason="重报", voided_at=at(11))
CORRECTED = MobilizationCorrected(
    campaign=CAMPAIGN,
    unit="1502",
    held_at=at(13),
    reason="日期有误",
    corrected_at=at(14),
    **MEETING,
)


def submitted(version: int) -> PlanSubmitted:
    return PlanSubmitted(
        campaign=CAMPAIGN, unit="1502", category="implementation", plan_version=version,
        title="实施方案", digest="d", gates=(), submitted_at=at(version),
    )  # fmt: skip


def approved(category: str = "implementation", day: int = 5) -> PlanApproved:
    return PlanApproved(
        campaign=CAMPAIGN, unit="1502", category=category, plan_version=1, approved_at=at(day)
    )


LIFE = [
    mobilization(held(10), 1),
    mobilization(VOIDED, 2),
    mobilization(held(12), 3),
    mobilization(CORRECTED, 4),
    plan(submitted(1), 1),
    plan(approved(), 2),
]


@given(st.permutations(LIFE), st.lists(st.sampled_from(LIFE)))
def test_the_latest_version_decides_in_any_order_and_however_often(
    order: list[Envelope], again: list[Envelope]
) -> None:
    told = learned([*order, *again])[CAMPAIGN, "1502"]

    assert told.mobilized_on == date(2014, 2, 13)
    assert told.plan_approved_on == date(2014, 2, 5)


def test_a_voided_meeting_leaves_the_unit_unmobilized() -> None:
    told = learned(LIFE[:2])[CAMPAIGN, "1502"]

    assert (told.mobilized_on, told.mobilized_by) == (None, 2)


def test_a_plan_submitted_anew_is_not_approved() -> None:
    told = learned([*LIFE, plan(submitted(2), 3)])[CAMPAIGN, "1502"]

    assert told.plan_approved_on is None


def test_a_plan_of_another_category_is_no_milestone() -> None:
    assert learned([plan(approved("communities"), 2)]) == {}


def test_days_are_those_of_shanghai() -> None:
    told = learned([mobilization(held(9, 17), 1)])[CAMPAIGN, "1502"]

    assert told.mobilized_on == date(2014, 2, 10)
