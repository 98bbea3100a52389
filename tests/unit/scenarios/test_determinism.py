"""The same bytes in every process: nothing depends on a clock, on hashing, or on order of use."""

import subprocess
import sys
from datetime import date

import pytest

from deploy.scenarios.nmg_2014.campaign import at
from deploy.scenarios.nmg_2014.census import event_counts
from deploy.scenarios.nmg_2014.draws import Draws
from deploy.scenarios.nmg_2014.files import csv_bytes
from deploy.scenarios.nmg_2014.people import people
from deploy.scenarios.nmg_2014.requests import REQUESTS
from deploy.scenarios.nmg_2014.rows import Person
from deploy.scenarios.nmg_2014.teams import teams

_DIGESTS = """
from hashlib import sha256
from deploy.scenarios.nmg_2014.files import csv_bytes
from deploy.scenarios.nmg_2014.requests import REQUESTS, Bulk, Single
for request in {order}(REQUESTS):
    if isinstance(request, Bulk):
        body = csv_bytes(request.rows(), request.columns)
    else:
        body = repr(list(request.bodies())).encode()
    print(request.name, sha256(body).hexdigest())
"""


def _digests(order: str, hash_seed: str) -> set[str]:
    program = _DIGESTS.format(order=order)
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path), "TZ": "UTC"},
    )
    return set(done.stdout.splitlines())


def test_two_processes_write_the_same_bytes_whatever_they_build_first() -> None:
    first = _digests("list", "1")
    second = _digests("reversed", "2")

    assert len(first) == len(REQUESTS)
    assert first == second


def test_a_stream_of_draws_depends_on_its_purpose_alone() -> None:
    one, other = Draws("a"), Draws("b")
    again = Draws("a")
    values = [one.between(1, 1000) for _ in range(20)]

    assert values == [again.between(1, 1000) for _ in range(20)]
    assert values != [other.between(1, 1000) for _ in range(20)]


def test_some_are_different_ones_in_their_given_order() -> None:
    chosen = Draws("order").some(range(100), 30)

    assert len(set(chosen)) == 30
    assert chosen == sorted(chosen)


def test_between_reaches_both_ends() -> None:
    draws = Draws("ends")

    assert {draws.between(3, 5) for _ in range(200)} == {3, 4, 5}


def test_about_a_hundred_and_fifty_thousand_events_are_written() -> None:
    assert event_counts() == {
        "UnitRegistered": 19_915,
        "LeadingGroupFormed": 2_692,
        "LeadingGroupReinforced": 2,
        "WorkingRulesAdopted": 2_694,
        "CampaignOpened": 1,
        "GatesSet": 1,
        "DocumentIssued": 5,
        "PreparationOrdered": 1,
        "MeetingHeld": 5,
        "PreparationCompleted": 3_732,
        "PlanSubmitted": 2_977,
        "GatePassed": 2_560,
        "PlanReturned": 442,
        "PlanApproved": 2_524,
        "MobilizationHeld": 19_847,
        "TrainingHeld": 2_409,
        "TeamFormed": 1_513,
        "TeamTrained": 1_513,
        "TeamDispatched": 1_512,
        "OfficialsListed": 1,
        "InstructorAssigned": 16_888,
        "DutyDone": 8_278,
        "FindingReported": 307,
        "FindingHandedOver": 126,
        "LiaisonQuotaSet": 5,
        "LiaisonLeaderNamed": 744,
        "LiaisonPointTaken": 768,
        "LiaisonVisitMade": 756,
        "LifeMeetingAttended": 8,
        "JointMeetingHeld": 4,
        "TeamRulesAdopted": 4,
        "PublicityIssued": 1_920,
        "LectureGiven": 286,
        "ItemRaised": 22_483,
        "ProgressReported": 13_166,
        "DueDateExtended": 518,
        "ClosureRequested": 6_971,
        "ClosureRejected": 560,
        "RectificationClosed": 5_402,
        "SatisfactionRated": 1_636,
        "FollowUpReviewed": 791,
        "ItemReopened": 80,
        "PlanFiled": 6,
        "BatchesLinked": 12,
        "ProgrammeLaunched": 30,
        "ProgrammeProgressed": 529,
        "PetitionsReceived": 671,
        "HelpPaired": 1_000,
    }


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (date(2014, 2, 18), "2014-02-18"),
        (at(date(2014, 2, 18), 9), "2014-02-18 09:00"),
        (("spirit_not_reflected", "not_actionable"), "spirit_not_reflected;not_actionable"),
        ((), ""),
        (17, "17"),
        ("包头市, 东河区", '"包头市, 东河区"'),
    ],
)
def test_a_value_becomes_a_cell(value: object, cell: str) -> None:
    body = csv_bytes([(value, "x")], ("value", "x"))

    assert body.decode() == f"value,x\n{cell},x\n"


def test_people_have_ids_of_their_unit_and_no_two_share_one() -> None:
    rows = people()

    sent_out = {member for team in teams() for member in team.members}
    assert len({row.person for row in rows}) == len(rows)
    assert all(row.person.startswith(f"p-{row.unit}-") or row.person in sent_out for row in rows)
    assert sent_out <= {row.person for row in rows}


def test_a_person_is_written_in_the_columns_of_the_directory() -> None:
    assert Person._fields == ("person", "name", "title", "rank", "unit")
