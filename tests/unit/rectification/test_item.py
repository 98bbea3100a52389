"""A ledger item's life, step by step."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.rectification.domain.item import ITEM as LIFE
from services.rectification.domain.item import Closed, Closing, Open, told
from services.rectification.domain.item_refusals import (
    ChildrenOpen,
    ClockIsPaused,
    ClockIsRunning,
    ClosureIsRequested,
    ClosureNotRequested,
    DueBeforeRaised,
    EvidenceMissing,
    ExtensionNotLater,
    ItemAlreadyRaised,
    ItemIsClosed,
    ItemNotClosed,
    OwnItem,
    ReasonRequired,
    ScoreOutOfRange,
    StepBeforePrevious,
    UnknownItem,
)
from services.rectification.domain.item_steps import (
    Assign,
    Close,
    Extend,
    Pause,
    Progress,
    Rate,
    Reject,
    Reopen,
    ReopenOrder,
    RequestClosure,
    Resume,
    Review,
)
from shared.contracts.rectification import (
    ClockResumed,
    ClosureRejected,
    DueDateExtended,
    FollowUpReviewed,
    ItemAssigned,
    ItemReopened,
    ProgressReported,
    RectificationClosed,
    SatisfactionRated,
)
from shared.kernel.refusals import DateInFuture, Refusal, UnitAbolishedAlready
from shared.kernel.setting import BeforeCampaign, BeforeRegistration
from shared.kernel.time import local_midnight
from tests.support.given import given
from tests.unit.rectification.ledger import (
    CLERK,
    CLOSED,
    ITEM,
    OWNER,
    PAUSED,
    PHOTO,
    PLACE,
    RAISED,
    REQUESTED,
    SETTING,
    VERIFIER,
    april,
    item_after,
    march,
    raised,
    raising,
    setting,
)

TOMORROW = date(2014, 5, 2)


def step(kind: type, day: date, *told: Any, **named: Any) -> Any:
    return kind(SETTING, ITEM, day, *told, **named)


class TestRaising:
    def test_what_is_raised_gets_its_number_later(self) -> None:
        given(LIFE).when(raising()).then(raised(number=0))

    def test_raised_twice_changes_nothing_whatever_its_number(self) -> None:
        given(LIFE, raised(number=17)).when(raising()).then()

    def test_raised_again_after_much_work_changes_nothing(self) -> None:
        given(LIFE, RAISED, REQUESTED, CLOSED).when(raising()).then()

    @pytest.mark.parametrize(
        "changed",
        [
            {"summary": "另一事项"},
            {"setting": setting("150303")},
            {"due_on": march(29)},
            {"responsible_person": CLERK},
        ],
    )
    def test_the_same_id_with_other_content_is_refused(self, changed: dict[str, Any]) -> None:
        given(LIFE, RAISED).when(raising(**changed)).then(ItemAlreadyRaised)

    @pytest.mark.parametrize(
        ("changed", "refusal"),
        [
            ({"due_on": march(2)}, DueBeforeRaised),
            ({"raised_on": TOMORROW, "due_on": date(2014, 6, 1)}, DateInFuture),
            ({"raised_on": date(2013, 10, 31)}, BeforeCampaign),
            ({"setting": setting(abolished_on=march(3))}, UnitAbolishedAlready),
        ],
    )
    def test_impossible_days_are_refused(
        self, changed: dict[str, Any], refusal: type[Refusal]
    ) -> None:
        given(LIFE).when(raising(**changed)).then(refusal)

    def test_a_unit_has_no_items_before_it_exists(self) -> None:
        early = raising(raised_on=date(2013, 11, 1))
        late_unit = setting()
        object.__setattr__(late_unit.unit, "registered_on", date(2014, 1, 1))

        given(LIFE).when(raising(raised_on=early.raised_on, setting=late_unit)).then(
            BeforeRegistration
        )

    def test_due_on_the_day_it_is_raised_is_allowed(self) -> None:
        given(LIFE).when(raising(due_on=march(3))).then(raised(number=0, due_on=march(3)))

    def test_a_step_before_the_raising_is_refused(self) -> None:
        given(LIFE).when(step(Assign, march(4), CLERK)).then(UnknownItem)


class TestAnyStep:
    STEPS = (
        step(Assign, march(2), CLERK),
        step(Progress, march(2), "已动工", 30),
        step(Extend, march(2), april(10), "天气", CLERK),
        step(Pause, march(2), "等待批复"),
        step(RequestClosure, march(2), "已整改", (PHOTO,), CLERK),
    )

    @pytest.mark.parametrize("command", STEPS, ids=lambda s: type(s).__name__)
    def test_lies_not_before_the_previous_one(self, command: Any) -> None:
        given(LIFE, RAISED).when(command).then(StepBeforePrevious)

    def test_lies_not_in_the_future(self) -> None:
        given(LIFE, RAISED).when(step(Progress, TOMORROW, "已动工", 30)).then(DateInFuture)

    def test_may_still_be_taken_when_the_unit_is_gone(self) -> None:
        gone = setting(abolished_on=march(10))
        command = Close(gone, ITEM, march(24), "现场核查", VERIFIER)

        given(LIFE, RAISED, REQUESTED).when(command).then(CLOSED)


class TestAssigning:
    def test_another_person_is_responsible(self) -> None:
        event = ItemAssigned(
            **PLACE, responsible_person=CLERK, assigned_at=local_midnight(march(5))
        )
        given(LIFE, RAISED).when(step(Assign, march(5), CLERK)).then(event)
        assert item_after(RAISED, event).responsible_person == CLERK

    def test_today_is_told_to_the_minute(self) -> None:
        event = ItemAssigned(
            **PLACE, responsible_person=CLERK, assigned_at=datetime(2014, 5, 1, 4, tzinfo=UTC)
        )
        given(LIFE, RAISED).when(step(Assign, SETTING.today, CLERK)).then(event)

    def test_to_the_one_who_has_it_changes_nothing(self) -> None:
        given(LIFE, RAISED).when(step(Assign, march(5), OWNER)).then()

    def test_a_closed_item_is_refused(self) -> None:
        given(LIFE, RAISED, REQUESTED, CLOSED).when(step(Assign, march(25), CLERK)).then(
            ItemIsClosed
        )


class TestProgress:
    REPORTED = ProgressReported(**PLACE, note="已动工", percent=30, reported_on=march(5))

    def test_is_reported(self) -> None:
        given(LIFE, RAISED).when(step(Progress, march(5), "已动工", 30)).then(self.REPORTED)
        assert item_after(RAISED, self.REPORTED).percent == 30

    def test_reported_twice_changes_nothing(self) -> None:
        given(LIFE, RAISED, self.REPORTED, REQUESTED, CLOSED).when(
            step(Progress, march(5), "已动工", 30)
        ).then()

    def test_is_reported_while_the_clock_is_paused(self) -> None:
        reported = ProgressReported(**PLACE, note="催办", percent=40, reported_on=march(12))
        given(LIFE, RAISED, PAUSED).when(step(Progress, march(12), "催办", 40)).then(reported)

    def test_waits_while_closure_is_being_verified(self) -> None:
        given(LIFE, RAISED, REQUESTED).when(step(Progress, march(21), "补充", 90)).then(
            ClosureIsRequested
        )


class TestExtending:
    EXTENDED = DueDateExtended(
        **PLACE, former_due_on=march(28), due_on=april(10), reason="天气", approved_by=CLERK,
        extended_on=march(20),
    )  # fmt: skip

    def test_moves_the_due_date(self) -> None:
        given(LIFE, RAISED).when(step(Extend, march(20), april(10), "天气", CLERK)).then(
            self.EXTENDED
        )
        item = item_after(RAISED, self.EXTENDED)
        assert (item.due_on, item.extensions) == (april(10), 1)

    def test_again_with_the_same_words_changes_nothing(self) -> None:
        given(LIFE, RAISED, self.EXTENDED).when(
            step(Extend, march(20), april(10), "天气", CLERK)
        ).then()

    @pytest.mark.parametrize("day", [march(28), march(27)])
    def test_not_to_a_later_day_is_refused(self, day: date) -> None:
        given(LIFE, RAISED).when(step(Extend, march(20), day, "天气", CLERK)).then(
            ExtensionNotLater
        )

    def test_to_a_day_already_past_is_refused(self) -> None:
        given(LIFE, RAISED).when(step(Extend, april(5), april(1), "天气", CLERK)).then(
            DueBeforeRaised
        )

    def test_is_not_approved_by_the_responsible_person(self) -> None:
        given(LIFE, RAISED).when(step(Extend, march(20), april(10), "天气", OWNER)).then(OwnItem)

    def test_needs_a_reason(self) -> None:
        given(LIFE, RAISED).when(step(Extend, march(20), april(10), " ", CLERK)).then(
            ReasonRequired
        )

    def test_a_closed_item_is_refused(self) -> None:
        given(LIFE, RAISED, REQUESTED, CLOSED).when(
            step(Extend, march(25), april(10), "天气", CLERK)
        ).then(ItemIsClosed)


class TestTheClock:
    # 10 March 2014 is a Monday: to the 17th are five working days.
    RESUMED = ClockResumed(**PLACE, due_on=april(4), resumed_on=march(17))

    def test_stands_still_from_the_pause_on(self) -> None:
        given(LIFE, RAISED).when(step(Pause, march(10), "等待自治区批复")).then(PAUSED)
        assert item_after(RAISED, PAUSED).standing == Open(march(10))

    def test_runs_on_with_the_working_days_of_the_pause_added(self) -> None:
        given(LIFE, RAISED, PAUSED).when(step(Resume, march(17))).then(self.RESUMED)
        assert item_after(RAISED, PAUSED, self.RESUMED).due_on == april(4)

    def test_resumed_twice_changes_nothing(self) -> None:
        given(LIFE, RAISED, PAUSED, self.RESUMED).when(step(Resume, march(17))).then()

    def test_paused_twice_changes_nothing(self) -> None:
        given(LIFE, RAISED, PAUSED).when(step(Pause, march(10), "等待自治区批复")).then()

    def test_paused_while_it_stands_is_refused(self) -> None:
        given(LIFE, RAISED, PAUSED).when(step(Pause, march(11), "又一原因")).then(ClockIsPaused)

    def test_paused_without_a_reason_is_refused(self) -> None:
        given(LIFE, RAISED).when(step(Pause, march(11), "")).then(ReasonRequired)

    def test_resumed_while_it_runs_is_refused(self) -> None:
        given(LIFE, RAISED).when(step(Resume, march(17))).then(ClockIsRunning)

    def test_closure_is_not_requested_while_it_stands(self) -> None:
        given(LIFE, RAISED, PAUSED).when(
            step(RequestClosure, march(20), "已整改", (PHOTO,), CLERK)
        ).then(ClockIsPaused)


class TestClosing:
    REJECTED = ClosureRejected(
        **PLACE, reason="扬尘仍在", rejected_by=VERIFIER, rejected_on=march(22)
    )

    def test_is_requested_with_evidence(self) -> None:
        given(LIFE, RAISED).when(step(RequestClosure, march(20), "已整改", (PHOTO,), CLERK)).then(
            REQUESTED
        )
        item = item_after(RAISED, REQUESTED)
        assert (item.standing, item.evidence) == (Closing(CLERK, march(20)), 1)

    def test_without_evidence_is_refused(self) -> None:
        given(LIFE, RAISED).when(step(RequestClosure, march(20), "已整改", (), CLERK)).then(
            EvidenceMissing
        )

    def test_of_history_written_up_needs_no_file(self) -> None:
        command = step(RequestClosure, march(20), "已整改", (), CLERK, written_up=True)
        event = type(REQUESTED)(
            **PLACE, summary="已整改", evidence=(), requested_by=CLERK, requested_on=march(20)
        )
        given(LIFE, RAISED).when(command).then(event)

    def test_requested_again_otherwise_is_refused(self) -> None:
        given(LIFE, RAISED, REQUESTED).when(
            step(RequestClosure, march(21), "又", (PHOTO,), CLERK)
        ).then(ClosureIsRequested)

    def test_is_verified_by_somebody_else(self) -> None:
        given(LIFE, RAISED, REQUESTED).when(step(Close, march(24), "现场核查", VERIFIER)).then(
            CLOSED
        )
        assert item_after(RAISED, REQUESTED, CLOSED).standing == Closed(VERIFIER, march(24))

    @pytest.mark.parametrize("verifier", [OWNER, CLERK])
    @pytest.mark.parametrize("kind", [Close, Reject])
    def test_is_not_verified_by_the_owner_or_who_requested_it(
        self, kind: type, verifier: str
    ) -> None:
        given(LIFE, RAISED, REQUESTED).when(step(kind, march(24), "现场核查", verifier)).then(
            OwnItem
        )

    @pytest.mark.parametrize("kind", [Close, Reject])
    def test_is_not_verified_unasked(self, kind: type) -> None:
        given(LIFE, RAISED).when(step(kind, march(24), "现场核查", VERIFIER)).then(
            ClosureNotRequested
        )

    def test_is_rejected_with_a_reason_and_goes_on(self) -> None:
        given(LIFE, RAISED, REQUESTED).when(step(Reject, march(22), "扬尘仍在", VERIFIER)).then(
            self.REJECTED
        )
        item = item_after(RAISED, REQUESTED, self.REJECTED)
        assert (item.standing, item.rejections) == (Open(), 1)

    def test_is_not_rejected_without_a_reason(self) -> None:
        given(LIFE, RAISED, REQUESTED).when(step(Reject, march(22), "", VERIFIER)).then(
            ReasonRequired
        )

    @pytest.mark.parametrize("past", [(RAISED, REQUESTED, CLOSED)])
    def test_closed_twice_changes_nothing(self, past: tuple[Any, ...]) -> None:
        given(LIFE, *past).when(step(Close, march(24), "现场核查", VERIFIER)).then()

    def test_closed_by_another_later_is_refused(self) -> None:
        given(LIFE, RAISED, REQUESTED, CLOSED).when(
            step(Close, march(25), "再查", "p-1503-0003")
        ).then(ItemIsClosed)

    def test_an_order_waits_for_the_items_below_it(self) -> None:
        command = step(Close, march(24), "现场核查", VERIFIER, open_children=3)
        given(LIFE, RAISED, REQUESTED).when(command).then(ChildrenOpen)


class TestAfterClosing:
    PAST = (RAISED, REQUESTED, CLOSED)

    def reopened(self, cause: str, reason: str, due_on: date) -> ItemReopened:
        return ItemReopened(
            **PLACE, cause=cause, reason=reason, due_on=due_on, reopened_on=march(26)
        )

    def test_is_reopened_by_decision_with_a_new_due_date(self) -> None:
        command = step(Reopen, march(26), "群众反映", april(30))
        given(LIFE, *self.PAST).when(command).then(self.reopened("decision", "群众反映", april(30)))

    def test_an_order_comes_back_for_an_item_below_it_each_time_anew(self) -> None:
        command = step(ReopenOrder, march(26), "wuhai-1-150302")
        first = self.reopened("child_open", "wuhai-1-150302 (1)", march(28))
        again = self.reopened("child_open", "wuhai-1-150302 (2)", march(28))

        given(LIFE, *self.PAST).when(command).then(first)
        given(LIFE, *self.PAST, first, REQUESTED, CLOSED).when(command).then(again)
        given(LIFE, *self.PAST, first).when(command).then(ItemNotClosed)

    def test_keeps_its_due_date_while_that_is_ahead(self) -> None:
        given(LIFE, *self.PAST).when(step(Reopen, march(26), "群众反映")).then(
            self.reopened("decision", "群众反映", march(28))
        )

    def test_gets_ten_working_days_when_its_due_date_is_past(self) -> None:
        event = ItemReopened(
            **PLACE, cause="decision", reason="群众反映", due_on=april(15), reopened_on=march(31)
        )  # 7 April is a holiday
        given(LIFE, *self.PAST).when(step(Reopen, march(31), "群众反映")).then(event)

    @pytest.mark.parametrize(
        ("told", "refusal"),
        [(("", None), ReasonRequired), (("群众反映", march(25)), DueBeforeRaised)],
    )
    def test_a_bad_reopening_is_refused(
        self, told: tuple[Any, ...], refusal: type[Refusal]
    ) -> None:
        given(LIFE, *self.PAST).when(step(Reopen, march(26), *told)).then(refusal)

    def test_a_review_that_holds_changes_only_what_is_known(self) -> None:
        reviewed = FollowUpReviewed(
            **PLACE, holds=True, note="未反弹", reviewed_by=VERIFIER, reviewed_on=march(26)
        )
        given(LIFE, *self.PAST).when(step(Review, march(26), True, "未反弹", VERIFIER)).then(
            reviewed
        )
        item = item_after(*self.PAST, reviewed)
        assert (item.reviewed_on, type(item.standing)) == (march(26), Closed)

    def test_what_has_relapsed_is_reopened_in_the_same_decision(self) -> None:
        reviewed = FollowUpReviewed(
            **PLACE, holds=False, note="反弹", reviewed_by=VERIFIER, reviewed_on=march(26)
        )
        given(LIFE, *self.PAST).when(step(Review, march(26), False, "反弹", VERIFIER)).then(
            reviewed, self.reopened("relapse", "反弹", march(28))
        )

    def test_is_not_reviewed_by_its_owner(self) -> None:
        given(LIFE, *self.PAST).when(step(Review, march(26), True, "未反弹", OWNER)).then(OwnItem)

    @pytest.mark.parametrize("score", [1, 2])
    def test_a_poor_rating_reopens_by_rule(self, score: int) -> None:
        rated = SatisfactionRated(**PLACE, score=score, raters=40, rated_on=march(26))
        given(LIFE, *self.PAST).when(step(Rate, march(26), score, 40)).then(
            rated, self.reopened("poor_rating", f"{score}/5", march(28))
        )
        item = item_after(*self.PAST, rated, self.reopened("poor_rating", "2/5", march(28)))
        assert (item.score, item.reopenings) == (score, 1)

    @pytest.mark.parametrize("score", [3, 5])
    def test_a_fair_rating_leaves_it_closed(self, score: int) -> None:
        given(LIFE, *self.PAST).when(step(Rate, march(26), score, 40)).then(
            SatisfactionRated(**PLACE, score=score, raters=40, rated_on=march(26))
        )

    @pytest.mark.parametrize(("score", "raters"), [(0, 1), (6, 1), (3, 0)])
    def test_an_impossible_rating_is_refused(self, score: int, raters: int) -> None:
        given(LIFE, *self.PAST).when(step(Rate, march(26), score, raters)).then(ScoreOutOfRange)

    @pytest.mark.parametrize(
        "command",
        [
            step(Reopen, march(26), "群众反映"),
            step(Review, march(26), True, "未反弹", VERIFIER),
            step(Rate, march(26), 4, 40),
        ],
        ids=lambda s: type(s).__name__,
    )
    def test_only_what_is_closed_is_looked_back_at(self, command: Any) -> None:
        given(LIFE, RAISED).when(command).then(ItemNotClosed)

    def test_is_closed_again_after_it_was_reopened(self) -> None:
        again = type(REQUESTED)(
            **PLACE, summary="再次整改", evidence=(PHOTO,), requested_by=CLERK,
            requested_on=march(27),
        )  # fmt: skip
        past = (*self.PAST, self.reopened("decision", "群众反映", april(30)), again)
        closed = RectificationClosed(
            **PLACE, note="复查", verified_by=VERIFIER, closed_on=march(28)
        )
        given(LIFE, *past).when(step(Close, march(28), "复查", VERIFIER)).then(closed)


def test_what_followed_from_the_state_is_not_what_was_told() -> None:
    one = ClockResumed(**PLACE, due_on=april(4), resumed_on=march(17))
    other = ClockResumed(**PLACE, due_on=april(8), resumed_on=march(17))

    assert told(one) == told(other)
    assert told(raised(number=3)) == told(raised(number=4, item="other"))
    assert told(RAISED) != told(raised(summary="另一事项"))
