"""Who records for a team, and where; duties, and what is told once."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.supervision.domain.duty import DUTY, Do
from services.supervision.domain.liaison import PointNotTaken
from services.supervision.domain.record import PUBLICITY, RecordedOtherwise
from services.supervision.domain.recording import (
    NotStationedThere,
    NotTeamMember,
    OutsideTeamArea,
    TeamAtHand,
)
from services.supervision.domain.team_rules import BeforePrevious
from services.supervision.domain.visit import VISIT, Visit
from shared.contracts.supervision import DutyDone, LiaisonVisitMade, PublicityIssued
from shared.kernel.access import Caller, Role
from shared.kernel.once import Record
from shared.kernel.refusals import ActionNotAllowed, DateInFuture, OutsideSubtree, Refusal
from shared.kernel.setting import BeforeCampaign, UnitAtHand
from tests.support.given import given
from tests.unit.supervision.occasions import (
    CITY,
    DISTRICT,
    OTHER_CITY,
    OTHER_DISTRICT,
    REGION,
    TODAY,
    TOWN,
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
HOME = replace(TEAM, station="", dispatched_on=None)
SUPERVISOR = caller(Role.SUPERVISOR, "1502", MEMBER)
OFFICE = caller(Role.CLERK, "1502")


def done(where: UnitAtHand = DISTRICT, on: date | None = None, summary: str = "已办") -> DutyDone:
    return DutyDone(
        campaign=C, duty="d-1", kind="plan_examined", team=TEAM.team, unit=where.code,
        summary=summary, done_on=on or day(2, 12),
    )  # fmt: skip


def do(
    who: Caller,
    where: UnitAtHand = DISTRICT,
    team: TeamAtHand = TEAM,
    on: date | None = None,
    summary: str = "已办",
) -> Do:
    return Do(at(where), who, team, done(where, on, summary))


@pytest.mark.parametrize("where", [DISTRICT, TOWN])
def test_a_member_records_where_the_team_is_stationed_and_below(where: UnitAtHand) -> None:
    given(DUTY).when(do(SUPERVISOR, where)).then(done(where))


@pytest.mark.parametrize(
    ("who", "where", "team", "on", "refusal"),
    [
        (SUPERVISOR, OTHER_DISTRICT, TEAM, day(2, 12), NotStationedThere),
        (SUPERVISOR, CITY, TEAM, day(2, 12), NotStationedThere),
        (SUPERVISOR, DISTRICT, HOME, day(2, 12), NotStationedThere),
        (SUPERVISOR, DISTRICT, TEAM, day(2, 10), BeforePrevious),
        (caller(Role.SUPERVISOR, "1502", "p-77"), DISTRICT, TEAM, day(2, 12), NotTeamMember),
        (caller(Role.SUPERVISOR, "1503", MEMBER), DISTRICT, TEAM, day(2, 12), OutsideSubtree),
    ],
)
def test_a_member_records_nothing_elsewhere_nor_anybody_else(
    who: Caller, where: UnitAtHand, team: TeamAtHand, on: date, refusal: type[Refusal]
) -> None:
    given(DUTY).when(do(who, where, team, on)).then(refusal)


@pytest.mark.parametrize("who", [OFFICE, caller(Role.CLERK, "15"), caller(Role.SERVICE, "15")])
@pytest.mark.parametrize("team", [TEAM, HOME])
def test_the_office_that_formed_it_or_one_above_records_for_its_team(
    who: Caller, team: TeamAtHand
) -> None:
    given(DUTY).when(do(who, OTHER_DISTRICT, team)).then(done(OTHER_DISTRICT))


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        (caller(Role.CLERK, "150202"), OutsideSubtree),
        (caller(Role.CLERK, "1503"), OutsideSubtree),
        (caller(Role.AUDITOR, "15"), ActionNotAllowed),
        (caller(Role.LEADER, "15"), ActionNotAllowed),
    ],
)
def test_no_other_office_records_for_it(who: Caller, refusal: type[Refusal]) -> None:
    given(DUTY).when(do(who)).then(refusal)


@pytest.mark.parametrize("where", [OTHER_CITY, REGION])
def test_a_team_does_nothing_outside_the_area_of_its_level(where: UnitAtHand) -> None:
    given(DUTY).when(do(caller(Role.CLERK, "15"), where)).then(OutsideTeamArea)


def test_nothing_was_done_before_the_team_was_formed_nor_tomorrow() -> None:
    given(DUTY).when(do(OFFICE, on=day(1, 26))).then(BeforePrevious)
    given(DUTY).when(do(OFFICE, on=TODAY + timedelta(days=1))).then(DateInFuture)


def test_a_duty_told_again_changes_nothing_and_another_under_its_id_is_refused() -> None:
    given(DUTY, done()).when(do(OFFICE)).then()
    given(DUTY, done()).when(do(OFFICE, summary="另办")).then(RecordedOtherwise)


def issued(pieces: int = 12, on: date | None = None) -> PublicityIssued:
    return PublicityIssued(
        campaign=C, issue="pub-1", unit="1502", channel="press", title="专栏", pieces=pieces,
        issued_on=on or day(2, 17),
    )  # fmt: skip


def test_what_is_told_once_stays() -> None:
    given(PUBLICITY).when(Record(at(CITY), issued())).then(issued())
    given(PUBLICITY, issued()).when(Record(at(CITY), issued())).then()
    given(PUBLICITY, issued()).when(Record(at(CITY), issued(13))).then(RecordedOtherwise)


@pytest.mark.parametrize(
    ("on", "refusal"),
    [(TODAY + timedelta(days=1), DateInFuture), (date(2013, 10, 1), BeforeCampaign)],
)
def test_it_happened_on_a_day_of_the_campaign(on: date, refusal: type[Refusal]) -> None:
    given(PUBLICITY).when(Record(at(CITY), issued(on=on))).then(refusal)


def visit(taken_on: date | None, summary: str = "调研") -> Visit:
    made = LiaisonVisitMade(
        campaign=C, visit="v-1", unit="1502", leader="p-15-0001", summary=summary,
        visited_on=day(2, 17),
    )  # fmt: skip
    return Visit(at(CITY), made, taken_on)


def test_a_visit_is_made_to_a_point_once_it_was_taken() -> None:
    made = visit(day(2, 17)).made
    given(VISIT).when(visit(day(2, 17))).then(made)
    given(VISIT).when(visit(day(2, 18))).then(BeforePrevious)
    given(VISIT).when(visit(None)).then(PointNotTaken)


def test_a_visit_told_again_changes_nothing_though_the_point_was_left() -> None:
    made = visit(None).made
    given(VISIT, made).when(visit(None)).then()
    given(VISIT, made).when(visit(None, "另一次")).then(RecordedOtherwise)
