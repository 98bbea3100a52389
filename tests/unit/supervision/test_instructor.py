"""An instructor's life: sent by the township to units of its own, withdrawn, sent again."""

from datetime import date, timedelta

import pytest

from services.supervision.domain.instructor import (
    INSTRUCTOR,
    Assign,
    AssignedOtherwise,
    InstructorFromElsewhere,
    NotAssigned,
    NotGrassroots,
    Withdraw,
)
from services.supervision.domain.team_rules import BeforePrevious
from shared.contracts.supervision import InstructorAssigned, InstructorWithdrawn
from shared.kernel.refusals import DateInFuture
from shared.kernel.setting import ExplanationMissing, UnitAtHand
from tests.support.given import given
from tests.unit.supervision.occasions import (
    DISTRICT,
    OTHER_TOWN,
    TODAY,
    TOWN,
    VILLAGE,
    C,
    at,
    day,
    unit,
)

I = "p-150202001-i001"  # noqa: E741 - the instructor


def assign(where: UnitAtHand = VILLAGE, by: str = TOWN.code, on: date | None = None) -> Assign:
    return Assign(at(where), I, by, on or day(2, 24))


def assigned(on: date | None = None) -> InstructorAssigned:
    return InstructorAssigned(
        campaign=C, unit=VILLAGE.code, instructor=I, assigned_by=TOWN.code,
        assigned_on=on or day(2, 24),
    )  # fmt: skip


def withdraw(on: date, reason: str = "另有任用") -> Withdraw:
    return Withdraw(at(VILLAGE), I, reason, on)


def withdrawn(on: date) -> InstructorWithdrawn:
    return InstructorWithdrawn(
        campaign=C, unit=VILLAGE.code, instructor=I, assigned_by=TOWN.code, reason="另有任用",
        withdrawn_on=on,
    )  # fmt: skip


GONE = (assigned(), withdrawn(day(3, 1)))


def test_a_township_sends_an_instructor_to_a_unit_of_its_own_once() -> None:
    given(INSTRUCTOR).when(assign()).then(assigned())
    given(INSTRUCTOR, assigned()).when(assign()).then()
    given(INSTRUCTOR, assigned()).when(assign(on=day(2, 25))).then(AssignedOtherwise)


@pytest.mark.parametrize("by", [OTHER_TOWN.code, DISTRICT.code, VILLAGE.code, "15"])
def test_nobody_else_sends_instructors(by: str) -> None:
    given(INSTRUCTOR).when(assign(by=by)).then(InstructorFromElsewhere)


@pytest.mark.parametrize("where", [TOWN, DISTRICT, unit("15.1502.150202.150202001.150202001-W1")])
def test_instructors_are_sent_to_grassroots_units_only(where: UnitAtHand) -> None:
    given(INSTRUCTOR).when(assign(where, where.path.split(".")[-2])).then(NotGrassroots)


def test_not_tomorrow() -> None:
    tomorrow = TODAY + timedelta(days=1)
    given(INSTRUCTOR).when(assign(on=tomorrow)).then(DateInFuture)
    given(INSTRUCTOR, assigned()).when(withdraw(tomorrow)).then(DateInFuture)


def test_withdrawn_with_a_reason_once_and_not_before_it_began() -> None:
    given(INSTRUCTOR, assigned()).when(withdraw(day(3, 1))).then(withdrawn(day(3, 1)))
    given(INSTRUCTOR, *GONE).when(withdraw(day(3, 1))).then()
    given(INSTRUCTOR, *GONE).when(withdraw(day(3, 2))).then(NotAssigned)
    given(INSTRUCTOR, assigned()).when(withdraw(day(2, 23))).then(BeforePrevious)
    given(INSTRUCTOR, assigned()).when(withdraw(day(3, 1), " ")).then(ExplanationMissing)
    given(INSTRUCTOR).when(withdraw(day(3, 1))).then(NotAssigned)


def test_sent_again_after_leaving_and_not_before() -> None:
    given(INSTRUCTOR, *GONE).when(assign(on=day(3, 5))).then(assigned(day(3, 5)))
    given(INSTRUCTOR, *GONE).when(assign(on=day(2, 28))).then(BeforePrevious)
    given(INSTRUCTOR, *GONE).when(assign()).then()


def test_active_is_who_was_sent_and_not_withdrawn() -> None:
    lives = [(), (assigned(),), GONE, (*GONE, assigned(day(3, 5)))]

    assert [given(INSTRUCTOR, *life).state().active for life in lives] == [
        False, True, False, True,
    ]  # fmt: skip
