"""The urging ladder: working days, once a step, never before the rules say, words of a notice."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from services.rectification.domain.urging import (
    DEFAULT_STEPS,
    RULES,
    STEP,
    Deliver,
    LadderOutOfOrder,
    SetRules,
    Step,
    StepNotDue,
    StepNotTaken,
    Take,
    falling,
)
from services.rectification.urging.delivering import wait_after
from services.rectification.urging.due import ladder_rows, window_rows
from services.rectification.urging.wording import Notice
from shared.contracts.rectification import (
    LADDER_STEPS,
    LadderStep,
    UrgingDelivered,
    UrgingRulesSet,
    UrgingStepTaken,
)
from shared.contracts.schedule import Window
from shared.kernel.calendar import WorkingCalendar
from shared.platform.campaigns import KnownCampaign
from tests.support.given import given

CALENDAR = WorkingCalendar()
AT = datetime(2014, 2, 21, 1, tzinfo=UTC)
DAYS = st.dates(date(2013, 11, 1), date(2014, 12, 31))
DUE = date(2014, 2, 20)


def taken(on: date = date(2014, 2, 21)) -> UrgingStepTaken:
    return UrgingStepTaken(
        campaign="nmg-2014", subject="mobilization", thing="1502", unit="1502", step="notice",
        due_on=DUE, addressee="office:1502", taken_on=on,
    )  # fmt: skip


def delivered(channel: str) -> UrgingDelivered:
    return UrgingDelivered(
        campaign="nmg-2014", subject="mobilization", thing="1502", unit="1502", step="notice",
        due_on=DUE, channel=channel, delivered_at=AT,
    )  # fmt: skip


def rules(*steps: LadderStep) -> UrgingRulesSet:
    return UrgingRulesSet(campaign="nmg-2014", area="15", subject="item", steps=steps, set_at=AT)


def test_a_step_is_taken_once() -> None:
    command = Take(taken(), date(2014, 2, 21))
    given(STEP).when(command).then(taken())
    given(STEP, taken()).when(command).then()


def test_a_step_is_not_taken_early() -> None:
    given(STEP).when(Take(taken(), date(2014, 2, 22))).then(StepNotDue)


def test_a_step_is_delivered_once_a_channel() -> None:
    given(STEP, taken()).when(Deliver("file", AT)).then(delivered("file"))
    given(STEP, taken(), delivered("file")).when(Deliver("file", AT)).then()
    given(STEP, taken(), delivered("file")).when(Deliver("post", AT)).then(delivered("post"))


def test_nothing_is_delivered_that_was_not_taken() -> None:
    given(STEP).when(Deliver("file", AT)).then(StepNotTaken)


def test_rules_are_set_and_the_same_again_changes_nothing() -> None:
    given(RULES).when(SetRules(rules(*DEFAULT_STEPS))).then(rules(*DEFAULT_STEPS))
    given(RULES, rules(*DEFAULT_STEPS)).when(SetRules(rules(*DEFAULT_STEPS))).then()


def test_an_area_may_urge_nothing() -> None:
    given(RULES, rules(*DEFAULT_STEPS)).when(SetRules(rules())).then(rules())


@pytest.mark.parametrize(
    "steps",
    [
        (LadderStep("notice", 1), LadderStep("reminder", 2)),
        (LadderStep("notice", 1), LadderStep("notice", 2)),
        (LadderStep("reminder", 1), LadderStep("notice", 1)),
    ],
)
def test_a_ladder_climbs(steps: tuple[LadderStep, ...]) -> None:
    given(RULES).when(SetRules(rules(*steps))).then(LadderOutOfOrder)


@pytest.mark.parametrize(
    ("step", "falls_on"),
    [
        ("reminder", date(2014, 1, 28)),
        ("notice", date(2014, 2, 7)),  # the new year's holidays end on 6 February
        ("bulletin", date(2014, 2, 12)),  # a Saturday is worked in between
        ("interview", date(2014, 2, 19)),
    ],
)
def test_steps_fall_on_working_days_around_the_new_year(step: str, falls_on: date) -> None:
    due_on = date(2014, 1, 31)
    fallen = [f for f in falling(DEFAULT_STEPS, falls_on, 0, CALENDAR) if f.due_on == due_on]

    assert [f.step for f in fallen] == [step]


@drawn(DAYS, st.integers(0, 15))
def test_only_what_fell_between_the_oldest_day_and_today_is_taken(day: date, back: int) -> None:
    oldest = CALENDAR.add_workdays(day, -back)
    for fall in falling(DEFAULT_STEPS, day, back, CALENDAR):
        workdays = {step.step: step.workdays for step in DEFAULT_STEPS}[fall.step]
        assert CALENDAR.add_workdays(fall.due_on, workdays) == fall.falls_on
        assert oldest <= fall.falls_on <= day


@settings(deadline=None, max_examples=40)
@drawn(DAYS, st.integers(0, 40))
def test_run_day_by_day_every_step_of_a_due_date_is_taken_exactly_once_and_in_order(
    due_on: date, start: int
) -> None:
    first = due_on - timedelta(days=start)
    states: dict[str, Step | None] = {}
    order = []
    for number in range(start + 45):
        day = first + timedelta(days=number)
        for fall in falling(DEFAULT_STEPS, day, 10, CALENDAR):
            if fall.due_on != due_on:
                continue
            told = taken(day)
            events = STEP.decide(Take(told, fall.falls_on), states.get(fall.step))
            states[fall.step] = STEP.fold(events, states.get(fall.step))
            order += [fall.step] * len(events)

    missed = {
        step.step
        for step in DEFAULT_STEPS
        if CALENDAR.add_workdays(due_on, step.workdays) < CALENDAR.add_workdays(first, -10)
    }
    assert order == [step for step in LADDER_STEPS if step not in missed]


def test_a_class_of_units_has_the_first_window_that_covers_it() -> None:
    early, late = date(2014, 1, 24), date(2014, 3, 1)
    windows = (
        Window((2, 3), ("area",), early, DUE),
        Window((3, 4), ("area", "window_unit"), late, date(2014, 3, 15)),
    )
    campaign = KnownCampaign("c", "甲", "A", "15", early, late, early, windows)

    assert {row[:2]: row[2] for row in window_rows(campaign)} == {
        (2, "area"): early, (3, "area"): early, (3, "window_unit"): late, (4, "area"): late,
        (4, "window_unit"): late,
    }  # fmt: skip


def test_each_rule_has_rows_of_its_own_area() -> None:
    rows = list(
        ladder_rows(
            {("", "item"): DEFAULT_STEPS, ("1502", "item"): (LadderStep("notice", 2),)},
            date(2014, 6, 12),
            0,
        )
    )

    assert {(area, step, due_on) for area, _, due_on, step, _ in rows if area} == {
        ("1502", "notice", date(2014, 6, 10))
    }
    assert {step for area, _, _, step, _ in rows if not area} == set(LADDER_STEPS)


def test_waits_grow_and_stay_bounded() -> None:
    waits = [wait_after(attempts) for attempts in range(12)]

    assert all(earlier <= later for earlier, later in pairwise(waits))
    assert (waits[0], waits[-1]) == (timedelta(minutes=1), timedelta(hours=6))


def notice(subject: str, on: date) -> Notice:
    return Notice(
        campaign="nmg-2014", subject=subject, thing="i-1", due_on=DUE, step="notice",
        channel="file", unit="1502", path="15.1502", unit_name="包头市", summary="办事拖延",
        addressee="p-9", taken_on=on, attempts=0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("on", "zh", "en"),
    [
        (date(2014, 2, 17), "还有 3 个工作日", "3 working days left"),
        (DUE, "今日到期", "due today"),
        (date(2014, 2, 21), "已逾期 1 个工作日", "overdue by 1 working days"),
    ],
)
def test_a_notice_says_how_far_off_the_due_date_is(on: date, zh: str, en: str) -> None:
    told = notice("mobilization", on)

    assert (zh in told.zh, en in told.en) == (True, True)
    assert told.zh.startswith("包头市(1502):动员会应召开,时限 2014-02-20")


def test_a_notice_about_an_item_names_it() -> None:
    told = notice("item", DUE)

    assert told.title == "【督办】Supervision notice"
    assert "(i-1:办事拖延)" in told.zh
    assert " i-1: item to be closed by 2014-02-20" in told.en
