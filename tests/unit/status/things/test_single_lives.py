"""Liaison, findings, filed plans, programmes and pairings: what each adds, and how long."""

from services.status.things.kinds import spans_by_unit
from services.status.things.thing import Thing
from tests.unit.status.things.said import (
    BANNER,
    LEAGUE,
    completed,
    filed,
    finding_refused,
    found,
    handed_over,
    help_ended,
    launched,
    left,
    named,
    paired,
    progressed,
    taken,
)
from tests.unit.status.things.telling import at, day, known, learnt, told


def progress_on(programme: Thing, *days: int) -> list[int]:
    return [at(programme, LEAGUE, n).get("programme_progress:village_help", 0) for n in days]


def test_a_leader_counts_for_the_area_last_named_for() -> None:
    leader = known("leader", named(2, LEAGUE), named(6, BANNER))

    assert (at(leader, LEAGUE, 5), at(leader, BANNER, 5)) == ({"liaison_leaders": 1}, {})
    assert (at(leader, LEAGUE, 6), at(leader, BANNER, 6)) == ({}, {"liaison_leaders": 1})


def test_a_point_counts_there_and_where_its_leader_belongs_until_it_is_left() -> None:
    point = known("point", taken(3), left(7), taken(9))

    assert at(point, BANNER, 3) == {"liaison_points": 1}
    assert at(point, LEAGUE, 3) == {"liaison_points_taken": 1}
    assert at(point, BANNER, 7) == at(point, LEAGUE, 8) == {}
    assert at(point, BANNER, 9) == {"liaison_points": 1}


def test_a_point_left_before_its_taking_arrives_adds_nothing() -> None:
    assert spans_by_unit(known("point", left(7))) == {}


def test_a_finding_for_the_ledger_counts_as_handed_over_once_it_is() -> None:
    finding = known("finding", found(3), handed_over(5))

    assert at(finding, BANNER, 3) == {"findings": 1, "findings_for_rectification": 1}
    assert at(finding, BANNER, 5)["findings_handed_over"] == 1


def test_a_finding_refused_and_taken_after_all_is_refused_only_until_then() -> None:
    finding = known("finding", found(3), finding_refused(5), handed_over(8))

    assert at(finding, BANNER, 6)["findings_refused"] == 1
    assert "findings_refused" not in at(finding, BANNER, 8)
    assert at(finding, BANNER, 8)["findings_handed_over"] == 1


def test_nothing_is_handed_over_before_it_was_found() -> None:
    finding = known("finding", found(6), handed_over(4))

    assert at(finding, BANNER, 5) == {}
    assert at(finding, BANNER, 6)["findings_handed_over"] == 1


def test_a_finding_not_for_the_ledger_is_only_a_finding() -> None:
    finding = known("finding", found(3, for_rectification=False))

    assert at(finding, BANNER, 9) == {"findings": 1}


def test_a_finding_whose_report_has_not_arrived_adds_nothing() -> None:
    assert spans_by_unit(known("finding", handed_over(5), finding_refused(6))) == {}


def test_a_unit_has_filed_all_once_the_last_of_the_three_is_filed() -> None:
    filing = known(
        "filing",
        filed(2, "rectification_plan"),
        filed(4, "institution_schedule"),
        filed(6, "special_rectification_plan"),
        filed(9, "rectification_plan"),
    )

    assert at(filing, BANNER, 5) == {"filed:rectification_plan": 1, "filed:institution_schedule": 1}
    assert at(filing, BANNER, 6)["filed_all"] == 1
    assert at(filing, BANNER, 9)["filed:rectification_plan"] == 1


def test_a_programme_counts_with_its_target_and_progress_for_the_unit_that_launched_it() -> None:
    programme = known(
        "programme",
        launched(2, 100),
        progressed(4, "e-1", 30),
        progressed(6, "e-2", 50),
        completed(8),
    )

    assert at(programme, LEAGUE, 2) == {
        "programmes:village_help": 1, "programme_target:village_help": 100,
    }  # fmt: skip
    assert progress_on(programme, 3, 4, 6) == [0, 30, 80]
    assert "programmes_completed:village_help" not in at(programme, LEAGUE, 7)
    assert at(programme, LEAGUE, 8)["programmes_completed:village_help"] == 1
    assert at(programme, BANNER, 8) == {}


def test_progress_is_shown_up_to_the_target() -> None:
    programme = known(
        "programme", launched(2, 60), progressed(4, "e-1", 50), progressed(5, "e-2", 50)
    )

    assert progress_on(programme, 4, 5, 9) == [50, 60, 60]


def test_a_correction_takes_progress_back_but_never_below_nothing() -> None:
    programme = known(
        "programme", launched(2, 60), progressed(4, "e-1", 70), progressed(6, "e-2", -30),
        progressed(7, "e-3", -90),
    )  # fmt: skip

    assert progress_on(programme, 4, 6, 7) == [60, 40, 0]


def test_an_entry_told_twice_counts_once() -> None:
    programme = known(
        "programme", launched(2, 60), progressed(4, "e-1", 10), progressed(4, "e-1", 10)
    )

    assert progress_on(programme, 9) == [10]


def test_progress_before_the_launch_arrives_waits_for_it() -> None:
    envelopes = told([launched(5, 60), progressed(4, "e-1", 10)])

    assert spans_by_unit(learnt("programme", envelopes[1:])) == {}
    assert progress_on(learnt("programme", envelopes[::-1]), 4, 5) == [0, 10]


def test_a_programme_without_a_target_has_no_progress_to_show() -> None:
    programme = known("programme", launched(2, 0, "commitment"), progressed(4, "e-1", 3))

    assert at(programme, LEAGUE, 9) == {"programmes:commitment": 1}


def test_a_pairing_counts_until_the_help_ends() -> None:
    pairing = known("pairing", paired(3, 12), help_ended(9))

    assert at(pairing, BANNER, 8) == {
        "detail:pairings:household": 1,
        "detail:households:household": 12,
    }
    assert at(pairing, BANNER, 9) == {}


def test_a_pairing_that_ended_as_it_began_was_none() -> None:
    assert spans_by_unit(known("pairing", paired(3, 12), help_ended(3))) == {}
    assert spans_by_unit(known("pairing", help_ended(3))) == {}
    assert spans_by_unit(known("pairing", paired(3, 0)))[BANNER] == [
        ("detail:pairings:household", day(3), None, 1)
    ]
