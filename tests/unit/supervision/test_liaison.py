"""Leaders and their liaison points: what fits, how many, visits and life meetings; the quotas."""

from datetime import date, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.supervision.domain.liaison import (
    LEADER,
    Attend,
    Command,
    LeaderNamedOtherwise,
    Leave,
    Name,
    PointNotTaken,
    PointTakenOtherwise,
    QuotaExceeded,
    Take,
    TargetMismatch,
    UnknownLeader,
)
from services.supervision.domain.quota import (
    QUOTA,
    QuotaRepeated,
    QuotaReversed,
    SetQuota,
    UnknownTarget,
)
from services.supervision.domain.team_rules import BeforePrevious
from shared.contracts.supervision import (
    LiaisonLeaderNamed,
    LiaisonPointLeft,
    LiaisonPointTaken,
    LiaisonQuotaSet,
    LiaisonTarget,
    LifeMeetingAttended,
)
from shared.kernel.refusals import DateInFuture, Refusal
from shared.kernel.setting import ExplanationMissing, UnitAtHand
from tests.support.given import given
from tests.unit.supervision.occasions import (
    CITY,
    DEPARTMENT,
    DISTRICT,
    NOW,
    OTHER_CITY,
    OTHER_DISTRICT,
    REGION,
    TODAY,
    TOWN,
    VILLAGE,
    C,
    at,
    day,
    unit,
)

L = "p-1502-0003"
ONE_OF_EACH = tuple(
    LiaisonTarget(target, 1, 1) for target in ("league", "banner", "township", "department")
)
LEADING_BODIES = unit("15.1502.1502-L01", "leading_bodies")


def named(rank: str = "city_leader") -> LiaisonLeaderNamed:
    return LiaisonLeaderNamed(campaign=C, leader=L, area="1502", rank=rank, named_on=day(1, 26))


def name(rank: str = "city_leader", on: date | None = None) -> Name:
    return Name(at(CITY), L, rank, on or day(1, 26))


def take(
    where: UnitAtHand = DISTRICT,
    target: str = "banner",
    on: date | None = None,
    quota: tuple[LiaisonTarget, ...] = (),
) -> Take:
    return Take(at(where), L, target, on or day(1, 28), quota)


def taken(
    where: UnitAtHand = DISTRICT, target: str = "banner", on: date | None = None
) -> LiaisonPointTaken:
    return LiaisonPointTaken(
        campaign=C, unit=where.code, leader=L, area="1502", target=target,
        taken_on=on or day(1, 28),
    )  # fmt: skip


def left(on: date) -> LiaisonPointLeft:
    return LiaisonPointLeft(
        campaign=C, unit="150202", leader=L, area="1502", reason="分工调整", left_on=on
    )


def leave(on: date, reason: str = "分工调整") -> Leave:
    return Leave(at(DISTRICT), L, reason, on)


def attended(on: date, where: UnitAtHand = DEPARTMENT) -> LifeMeetingAttended:
    return LifeMeetingAttended(campaign=C, unit=where.code, leader=L, area="1502", attended_on=on)


def test_a_leader_is_named_once_with_area_and_rank() -> None:
    given(LEADER).when(name()).then(named())
    given(LEADER, named(), taken()).when(name()).then()
    given(LEADER, named()).when(name("standing_committee")).then(LeaderNamedOtherwise)
    given(LEADER).when(name(on=TODAY + timedelta(days=1))).then(DateInFuture)


COMMANDS: list[Command] = [take(), leave(day(3, 1)), Attend(at(DEPARTMENT), L, day(3, 3), ())]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_who_was_not_named_has_no_points(command: Command) -> None:
    given(LEADER).when(command).then(UnknownLeader)


@pytest.mark.parametrize(
    ("where", "target"),
    [
        (CITY, "league"), (OTHER_CITY, "league"), (DISTRICT, "banner"), (TOWN, "township"),
        (DEPARTMENT, "department"), (unit("15.15-D01"), "department"),
    ],
)  # fmt: skip
def test_a_point_fits_its_target(where: UnitAtHand, target: str) -> None:
    given(LEADER, named()).when(take(where, target)).then(taken(where, target))


@pytest.mark.parametrize(
    ("where", "target"),
    [
        (CITY, "banner"), (DISTRICT, "league"), (VILLAGE, "township"), (REGION, "league"),
        (CITY, "department"), (LEADING_BODIES, "department"), (LEADING_BODIES, "league"),
        (DEPARTMENT, "league"), (DEPARTMENT, "life_meeting"),
    ],
)  # fmt: skip
def test_no_other_unit_is_such_a_point(where: UnitAtHand, target: str) -> None:
    given(LEADER, named()).when(take(where, target)).then(TargetMismatch)


def test_a_point_is_taken_once_not_before_the_leader_was_named_nor_tomorrow() -> None:
    given(LEADER, named(), taken()).when(take()).then()
    given(LEADER, named(), taken()).when(take(on=day(1, 29))).then(PointTakenOtherwise)
    given(LEADER, named()).when(take(on=day(1, 25))).then(BeforePrevious)
    given(LEADER, named()).when(take(on=TODAY + timedelta(days=1))).then(DateInFuture)


def test_a_quota_is_not_exceeded_and_a_point_left_makes_room() -> None:
    more = take(OTHER_DISTRICT, on=day(3, 2), quota=ONE_OF_EACH)
    given(LEADER, named(), taken()).when(more).then(QuotaExceeded)
    given(LEADER, named(), taken(), left(day(3, 1))).when(more).then(
        taken(OTHER_DISTRICT, on=day(3, 2))
    )


def test_a_quota_says_nothing_of_other_targets_and_none_limits_nothing() -> None:
    both = (named(), taken())
    given(LEADER, *both).when(take(TOWN, "township", quota=ONE_OF_EACH)).then(
        taken(TOWN, "township")
    )
    given(LEADER, *both).when(take(OTHER_DISTRICT)).then(taken(OTHER_DISTRICT))


def test_a_point_is_left_with_a_reason_after_it_was_taken() -> None:
    life = (named(), taken())
    given(LEADER, *life).when(leave(day(3, 1))).then(left(day(3, 1)))
    given(LEADER, *life, left(day(3, 1))).when(leave(day(3, 1))).then()
    given(LEADER, *life).when(leave(day(3, 1), "")).then(ExplanationMissing)
    given(LEADER, *life).when(leave(day(1, 27))).then(BeforePrevious)
    given(LEADER, named()).when(leave(day(3, 1))).then(PointNotTaken)


def test_three_to_five_life_meetings_and_not_a_sixth() -> None:
    quota = (LiaisonTarget("life_meeting", 3, 5),)
    five = [attended(day(3, number)) for number in range(1, 6)]
    sixth = Attend(at(DEPARTMENT), L, day(3, 6), quota)
    again = Attend(at(DEPARTMENT), L, day(3, 1), quota)

    given(LEADER, named(), *five[:4]).when(sixth).then(attended(day(3, 6)))
    given(LEADER, named(), *five).when(sixth).then(QuotaExceeded)
    given(LEADER, named(), *five).when(again).then()
    given(LEADER, named()).when(Attend(at(DEPARTMENT), L, TODAY + timedelta(days=1), ())).then(
        DateInFuture
    )


@for_all(
    st.lists(st.tuples(st.sampled_from((DISTRICT, OTHER_DISTRICT)), st.booleans()), max_size=12)
)
def test_however_points_are_taken_and_left_no_leader_has_too_many(
    steps: list[tuple[UnitAtHand, bool]],
) -> None:
    state = LEADER.fold([named()])
    for number, (where, taking) in enumerate(steps):
        on = day(2, 1) + timedelta(days=number)
        command: Command = (
            take(where, on=on, quota=ONE_OF_EACH) if taking else Leave(at(where), L, "分工调整", on)
        )
        try:
            state = LEADER.fold(LEADER.decide(command, state), state)
        except Refusal:
            continue
        assert state is not None
        assert len(state.points) <= 1


def set_quota(*targets: LiaisonTarget) -> SetQuota:
    return SetQuota(C, "1502", "city_leader", targets, NOW)


def quota_set(*targets: LiaisonTarget) -> LiaisonQuotaSet:
    return LiaisonQuotaSet(campaign=C, area="1502", rank="city_leader", targets=targets, set_at=NOW)


ONE = LiaisonTarget("banner", 1, 1)
TWO = LiaisonTarget("banner", 1, 2)


def test_a_quota_is_set_and_set_anew() -> None:
    given(QUOTA).when(set_quota(ONE)).then(quota_set(ONE))
    given(QUOTA, quota_set(ONE)).when(set_quota(ONE)).then()
    given(QUOTA, quota_set(ONE)).when(set_quota(TWO)).then(quota_set(TWO))


@pytest.mark.parametrize(
    ("targets", "refusal"),
    [
        ((LiaisonTarget("banner", 2, 1),), QuotaReversed),
        ((ONE, TWO), QuotaRepeated),
        ((LiaisonTarget("village", 1, 1),), UnknownTarget),
    ],
)
def test_a_quota_makes_sense(targets: tuple[LiaisonTarget, ...], refusal: type[Refusal]) -> None:
    given(QUOTA).when(set_quota(*targets)).then(refusal)
