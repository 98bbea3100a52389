"""A finding's life: reported; marked for rectification, it is handed over or refused."""

from datetime import date, timedelta

import pytest

from services.supervision.domain.finding import (
    FINDING,
    DueBeforeFound,
    FindingReportedOtherwise,
    HandOver,
    NothingToHandOver,
    Refuse,
    Report,
    ResponsibilityMissing,
)
from services.supervision.domain.recording import NotStationedThere, TeamAtHand
from shared.contracts.supervision import FindingHandedOver, FindingRefused, FindingReported
from shared.kernel.access import Caller, Role
from shared.kernel.refusals import DateInFuture
from tests.support.given import given
from tests.unit.supervision.occasions import (
    DISTRICT,
    NOW,
    OTHER_DISTRICT,
    TODAY,
    C,
    at,
    caller,
    day,
)

MEMBER = "p-1502-0101"
TEAM = TeamAtHand(
    "st-1502-01", "1502", "15.1502", day(1, 27), frozenset({MEMBER}), "150202", "150202",
    day(2, 11),
)  # fmt: skip
OFFICE = caller(Role.CLERK, "1502")


def found(
    *,
    marked: bool = True,
    person: str = "p-150202-0001",
    due_on: date | None = date(2014, 3, 20),
    on: date | None = None,
    unit: str = "150202",
) -> FindingReported:
    return FindingReported(
        campaign=C, finding="f-1", team=TEAM.team, unit=unit, category="service",
        summary="窗口无人值守", for_rectification=marked, responsible_person=person,
        due_on=due_on, found_on=on or day(2, 25),
    )  # fmt: skip


def report(reported: FindingReported, who: Caller = OFFICE) -> Report:
    where = DISTRICT if reported.unit == "150202" else OTHER_DISTRICT
    return Report(at(where), who, TEAM, reported)


HANDED = FindingHandedOver(
    campaign=C, finding="f-1", unit="150202", item="150202-1", handed_over_at=NOW
)
REFUSED = FindingRefused(
    campaign=C, finding="f-1", unit="150202", code="unit-abolished", refused_at=NOW
)
TAKE = HandOver("f-1", "150202-1", NOW)
REFUSE = Refuse("f-1", "unit-abolished", NOW)


def test_a_finding_is_reported_once() -> None:
    given(FINDING).when(report(found())).then(found())
    given(FINDING, found(), HANDED).when(report(found())).then()
    given(FINDING, found()).when(report(found(person="p-9"))).then(FindingReportedOtherwise)


def test_marked_for_rectification_it_names_who_and_until_when() -> None:
    given(FINDING).when(report(found(person=""))).then(ResponsibilityMissing)
    given(FINDING).when(report(found(due_on=None))).then(ResponsibilityMissing)
    plain = found(marked=False, person="", due_on=None)
    given(FINDING).when(report(plain)).then(plain)


def test_it_is_not_due_before_it_was_found_nor_found_tomorrow() -> None:
    tomorrow = TODAY + timedelta(days=1)
    given(FINDING).when(report(found(due_on=day(2, 24)))).then(DueBeforeFound)
    given(FINDING).when(report(found(on=tomorrow, due_on=tomorrow))).then(DateInFuture)


def test_a_member_reports_it_where_the_team_is() -> None:
    member = caller(Role.SUPERVISOR, "1502", MEMBER)
    given(FINDING).when(report(found(), member)).then(found())
    given(FINDING).when(report(found(unit="150203"), member)).then(NotStationedThere)


def test_the_ledgers_answer_is_recorded_once() -> None:
    given(FINDING, found()).when(TAKE).then(HANDED)
    given(FINDING, found(), HANDED).when(TAKE).then()
    given(FINDING, found()).when(REFUSE).then(REFUSED)
    given(FINDING, found(), REFUSED).when(REFUSE).then()


def test_what_has_an_item_is_refused_no_more_but_what_was_refused_may_still_get_one() -> None:
    given(FINDING, found(), HANDED).when(REFUSE).then()
    given(FINDING, found(), REFUSED).when(TAKE).then(HANDED)


@pytest.mark.parametrize("command", [TAKE, REFUSE])
def test_nothing_is_handed_over_that_is_unknown_or_not_marked(command: HandOver | Refuse) -> None:
    given(FINDING).when(command).then(NothingToHandOver)
    given(FINDING, found(marked=False)).when(command).then(NothingToHandOver)


def test_its_state_says_how_far_it_is() -> None:
    lives = [
        (found(marked=False),), (found(),), (found(), HANDED), (found(), REFUSED),
        (found(), REFUSED, HANDED),
    ]  # fmt: skip
    states = [given(FINDING, *life).state() for life in lives]

    assert [state.state for state in states if state is not None] == [
        "reported", "waiting", "handed_over", "refused", "handed_over",
    ]  # fmt: skip
