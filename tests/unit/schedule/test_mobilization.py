"""The life of a mobilization, told as given, when, then."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.schedule.domain.mobilization import (
    MOBILIZATION,
    AlreadyMobilized,
    Correct,
    Hold,
    Meeting,
    NotMobilized,
    NoWindow,
    PlanDate,
    Void,
)
from services.schedule.domain.setting import (
    PlanStanding,
    Setting,
)
from shared.contracts.schedule import (
    MobilizationCorrected,
    MobilizationHeld,
    MobilizationPlanned,
    MobilizationVoided,
)
from shared.kernel.refusals import DateInFuture, Refusal, UnitAbolishedAlready
from shared.kernel.setting import BeforeCampaign, BeforeRegistration, ExplanationMissing
from tests.support.given import given
from tests.unit.schedule.occasions import DEPARTMENT, NOW, REGION, C, at, banner, here


def meeting(held_at: datetime, attendees: int = 220) -> Meeting:
    return Meeting(held_at, attendees, "p-150202-0001", "会议中心")


def held(held_at: datetime, attendees: int = 220, flags: tuple[str, ...] = ()) -> MobilizationHeld:
    return MobilizationHeld(
        campaign=C, unit="150202", held_at=held_at, attendees=attendees,
        chaired_by="p-150202-0001", place="会议中心", flags=flags,
    )  # fmt: skip


PLANNED = MobilizationPlanned(
    campaign=C, unit="150202", planned_at=at(2, 18), place="会议中心", arranged_at=at(2, 1)
)
VOIDED = MobilizationVoided(campaign=C, unit="150202", reason="登记错单位", voided_at=NOW)


def test_a_meeting_inside_its_window_is_held_without_flags() -> None:
    given(MOBILIZATION).when(Hold(here(), meeting(at(2, 18)))).then(held(at(2, 18)))


def test_the_last_day_of_the_window_is_on_time_until_midnight() -> None:
    last = at(2, 20, 23, 59)

    given(MOBILIZATION).when(Hold(here(), meeting(last))).then(held(last))


def test_a_meeting_after_the_window_is_held_late() -> None:
    given(MOBILIZATION).when(Hold(here(), meeting(at(2, 21, 0)))).then(
        held(at(2, 21, 0), flags=("late",))
    )


def test_a_meeting_before_the_window_is_held_early() -> None:
    given(MOBILIZATION).when(Hold(here(), meeting(at(1, 23)))).then(
        held(at(1, 23), flags=("early",))
    )


def test_a_meeting_without_an_approved_plan_is_flagged() -> None:
    setting = here(banner(plan=PlanStanding(None)))

    given(MOBILIZATION).when(Hold(setting, meeting(at(2, 18)))).then(
        held(at(2, 18), flags=("plan-not-approved",))
    )


def test_a_plan_approved_only_after_the_meeting_does_not_count() -> None:
    setting = here(banner(plan=PlanStanding(at(2, 19))))

    given(MOBILIZATION).when(Hold(setting, meeting(at(2, 18)))).then(
        held(at(2, 18), flags=("plan-not-approved",))
    )


def test_an_approved_plan_leaves_no_flag() -> None:
    setting = here(banner(plan=PlanStanding(at(2, 17))))

    given(MOBILIZATION).when(Hold(setting, meeting(at(2, 18)))).then(held(at(2, 18)))


def test_the_same_meeting_told_again_changes_nothing() -> None:
    given(MOBILIZATION, held(at(2, 18))).when(Hold(here(), meeting(at(2, 18)))).then()


def test_the_same_instant_in_another_offset_is_the_same_meeting() -> None:
    in_utc = datetime.fromisoformat("2014-02-18T01:00:00+00:00")

    given(MOBILIZATION, held(at(2, 18))).when(Hold(here(), meeting(in_utc))).then()


def test_a_second_meeting_is_refused() -> None:
    given(MOBILIZATION, held(at(2, 18))).when(Hold(here(), meeting(at(2, 19)))).then(
        AlreadyMobilized
    )


@pytest.mark.parametrize(
    ("setting", "held_at", "refusal"),
    [
        (here(), at(1, 19), BeforeCampaign),
        (here(), NOW + timedelta(minutes=1), DateInFuture),
        (here(banner(registered_on=date(2014, 2, 19))), at(2, 18), BeforeRegistration),
        (here(banner(abolished_on=date(2014, 2, 18))), at(2, 18), UnitAbolishedAlready),
        (here(REGION), at(2, 18), NoWindow),
        (here(DEPARTMENT), at(2, 18), NoWindow),
    ],
)
def test_what_the_rules_refuse(setting: Setting, held_at: datetime, refusal: type[Refusal]) -> None:
    given(MOBILIZATION).when(Hold(setting, meeting(held_at))).then(refusal)


def test_a_meeting_before_the_unit_was_abolished_is_fine() -> None:
    setting = here(banner(abolished_on=date(2014, 2, 19)))

    given(MOBILIZATION).when(Hold(setting, meeting(at(2, 18)))).then(held(at(2, 18)))


def test_a_date_is_planned_ahead_and_again() -> None:
    setting = here(now=at(2, 1))

    given(MOBILIZATION).when(PlanDate(setting, at(2, 18), "会议中心")).then(PLANNED)
    given(MOBILIZATION, PLANNED).when(PlanDate(setting, at(2, 18), "会议中心")).then()
    given(MOBILIZATION, PLANNED).when(PlanDate(setting, at(2, 19), "礼堂")).then(
        MobilizationPlanned(
            campaign=C, unit="150202", planned_at=at(2, 19), place="礼堂", arranged_at=at(2, 1)
        )
    )


def test_a_planned_meeting_is_then_held() -> None:
    given(MOBILIZATION, PLANNED).when(Hold(here(), meeting(at(2, 18)))).then(held(at(2, 18)))


def test_planning_follows_the_rules_of_the_day() -> None:
    given(MOBILIZATION).when(PlanDate(here(), at(1, 19), "")).then(BeforeCampaign)
    given(MOBILIZATION).when(PlanDate(here(REGION), at(3, 19), "")).then(NoWindow)
    given(MOBILIZATION, held(at(2, 18))).when(PlanDate(here(), at(3, 19), "")).then(
        AlreadyMobilized
    )


def test_a_correction_says_why_and_flags_anew() -> None:
    given(MOBILIZATION, held(at(2, 18))).when(
        Correct(here(), meeting(at(2, 21)), "日期登记有误")
    ).then(
        MobilizationCorrected(
            campaign=C,
            unit="150202",
            held_at=at(2, 21),
            attendees=220,
            chaired_by="p-150202-0001",
            place="会议中心",
            flags=("late",),
            reason="日期登记有误",
            corrected_at=NOW,
        )
    )


def test_a_correction_to_the_same_changes_nothing() -> None:
    given(MOBILIZATION, held(at(2, 18))).when(Correct(here(), meeting(at(2, 18)), "核对")).then()


def test_a_correction_is_held_to_the_rules_of_a_meeting() -> None:
    correct = Correct(here(), meeting(NOW + timedelta(days=1)), "核对")

    given(MOBILIZATION, held(at(2, 18))).when(correct).then(DateInFuture)


@pytest.mark.parametrize("reason", ["", "  "])
def test_correcting_and_voiding_need_a_reason(reason: str) -> None:
    story = given(MOBILIZATION, held(at(2, 18)))

    story.when(Correct(here(), meeting(at(2, 19)), reason)).then(ExplanationMissing)
    story.when(Void(here(), reason)).then(ExplanationMissing)


def test_nothing_to_correct_or_void() -> None:
    for past in ((), (PLANNED,)):
        given(MOBILIZATION, *past).when(Correct(here(), meeting(at(2, 18)), "核对")).then(
            NotMobilized
        )
        given(MOBILIZATION, *past).when(Void(here(), "误登")).then(NotMobilized)


def test_a_voided_meeting_may_be_held_again() -> None:
    given(MOBILIZATION, held(at(2, 18))).when(Void(here(), "登记错单位")).then(VOIDED)
    given(MOBILIZATION, held(at(2, 18)), VOIDED).when(Void(here(), "登记错单位")).then()
    given(MOBILIZATION, held(at(2, 18)), VOIDED).when(Hold(here(), meeting(at(2, 18)))).then(
        held(at(2, 18))
    )


@for_all(st.integers(0, 43 * 24 * 60))
def test_whatever_is_recorded_may_be_told_twice(minutes: int) -> None:
    command = Hold(here(), meeting(at(1, 20, 0) + timedelta(minutes=minutes)))
    events = MOBILIZATION.decide(command, MOBILIZATION.initial)

    assert MOBILIZATION.decide(command, MOBILIZATION.fold(events)) == []
