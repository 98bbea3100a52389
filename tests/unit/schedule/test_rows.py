"""The rows that show the schedule's lives, made of each state a life can be in."""

from collections.abc import Iterable
from datetime import date

import msgspec
import pytest

from services.schedule.domain.mobilization import Held, Meeting, Planned, Voided
from services.schedule.views.listing import (
    DOCUMENT_LIST,
    MEETING_LIST,
    MOBILIZATION_LIST,
    ORDER_LIST,
    PLAN_LIST,
    PREPARATION_LIST,
    TRAINING_LIST,
)
from services.schedule.views.lives import LIVES, OF_MOBILIZATION, OF_PLAN
from shared.contracts.schedule import (
    DocumentIssued,
    Gate,
    GatePassed,
    MeetingHeld,
    PlanApproved,
    PlanReturned,
    PlanSubmitted,
    PreparationCompleted,
    PreparationOrdered,
    TrainingHeld,
)
from shared.kernel.events import Event
from shared.platform.commands import Change, Work
from shared.platform.listing import Listing
from shared.platform.lives import Life
from tests.unit.schedule.occasions import OPENED, C, at

LISTS = (
    DOCUMENT_LIST, MEETING_LIST, MOBILIZATION_LIST, ORDER_LIST, PLAN_LIST, PREPARATION_LIST,
    TRAINING_LIST,
)  # fmt: skip
GATES = (
    Gate("office", "审核", "Review", "clerk", "1502"),
    Gate("lead", "审定", "Lead", "leader", "15"),
)
SUBMITTED = PlanSubmitted(
    campaign=C, unit="150202", category="implementation", plan_version=1, title="实施方案",
    digest="digest-01", gates=GATES, submitted_at=at(2, 1),
)  # fmt: skip
PASSED = GatePassed(
    campaign=C, unit="150202", category="implementation", plan_version=1, gate="office", note="",
    passed_at=at(2, 2),
)  # fmt: skip
RETURNED = PlanReturned(
    campaign=C, unit="150202", category="implementation", plan_version=1, gate="office",
    reasons=("not_actionable",), note="", returned_at=at(2, 2),
)  # fmt: skip
APPROVED = PlanApproved(
    campaign=C, unit="150202", category="implementation", plan_version=1, approved_at=at(2, 3)
)


def row(life: Life, events: Iterable[Event], unit: str = "150202") -> dict[str, object]:
    """The row of a life with these events, by column."""
    past = list(events)
    work = Work(life.stream(C, unit), C, unit, f"15.1502.{unit}", None)
    change = Change(work, life.decider.fold(past), len(past))
    return dict(zip(life.view.table.columns, life.view.row_of(change), strict=True))


def shown(life: Life, state: object) -> dict[str, object]:
    change = Change(Work("s", C, "150202", "15.1502.150202", None), state, 1)
    return dict(zip(life.view.table.columns, life.view.row_of(change), strict=True))


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.prefix)
def test_prefixes_and_tables_are_each_lifes_own(life: Life) -> None:
    assert [other.prefix for other in LIVES].count(life.prefix) == 1
    assert [other.view.table.name for other in LIVES].count(life.view.table.name) == 1
    assert life.stream("c", "u") == f"{life.prefix}/c/u"
    assert not any(other.prefix.startswith(f"{life.prefix}/") for other in LIVES)


@pytest.mark.parametrize("listing", LISTS, ids=lambda listing: listing.table.name)
def test_a_list_shows_and_sorts_by_columns_there_are(listing: Listing) -> None:
    names = [member.name for member in msgspec.structs.fields(listing.shown)]

    assert set(names) <= set(listing.table.columns)
    assert set(listing.sorts) <= set(names)
    assert listing.table.key[0] == "campaign"
    assert listing.sorts[0] == listing.key[0]


@pytest.mark.parametrize(
    ("past", "state", "gate", "decided_at"),
    [
        ([SUBMITTED], "in_review", ("office", "clerk", "1502"), None),
        ([SUBMITTED, PASSED], "in_review", ("lead", "leader", "15"), None),
        ([SUBMITTED, RETURNED], "returned", ("", "", ""), at(2, 2)),
        ([SUBMITTED, PASSED, APPROVED], "approved", ("", "", ""), at(2, 3)),
    ],
)
def test_a_plan_names_who_is_asked_next(
    past: list[Event], state: str, gate: tuple[str, str, str], decided_at: object
) -> None:
    found = row(OF_PLAN, past)

    assert (found["state"], found["decided_at"], found["version"]) == (state, decided_at, len(past))
    assert (found["gate"], found["gate_role"], found["gate_holder"]) == gate
    assert (found["unit"], found["category"], found["digest"]) == (
        "150202", "implementation", "digest-01",
    )  # fmt: skip


def test_a_mobilization_in_each_of_its_states() -> None:
    planned = shown(OF_MOBILIZATION, Planned(at(2, 18), "会议中心"))
    held = shown(OF_MOBILIZATION, Held(Meeting(at(2, 18), 220, "p-1", "会议中心"), ("late",)))
    voided = shown(OF_MOBILIZATION, Voided("误登"))

    assert (planned["state"], planned["planned_at"], planned["held_at"]) == (
        "planned", at(2, 18), None,
    )  # fmt: skip
    assert (held["state"], held["planned_at"], held["held_at"]) == ("held", None, at(2, 18))
    assert (held["attendees"], held["chaired_by"], held["flags"]) == (220, "p-1", '["late"]')
    assert (voided["state"], voided["reason"], voided["attendees"]) == ("voided", "误登", None)
    assert {planned["flags"], voided["flags"]} == {"[]"}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (OPENED, {"campaign": C, "version": 1}),
        (
            DocumentIssued(
                campaign=C, document="d-1", kind="work_plan", title="方案", topic="work_plan",
                unit="15", issued_on=date(2014, 1, 24), applies_to=("area",),
            ),
            {"document": "d-1", "unit": "15", "applies_to": '["area"]'},
        ),
        (
            PreparationOrdered(
                campaign=C, order="ahead", title="通知", unit="15", levels=(2, 3),
                ordered_on=date(2013, 11, 15),
            ),
            {"preparation_order": "ahead", "levels": "[2,3]"},
        ),
        (
            PreparationCompleted(campaign=C, unit="1502", prepared_on=date(2013, 12, 20)),
            {"unit": "1502", "prepared_on": date(2013, 12, 20)},
        ),
        (
            MeetingHeld(
                campaign=C, meeting="m-1", kind="other", title="会议", unit="1502", attendees=12,
                held_at=at(2, 18),
            ),
            {"meeting": "m-1", "attendees": 12, "held_at": at(2, 18)},
        ),
        (
            TrainingHeld(
                campaign=C, unit="1502", training="t-1", audience="organisers", participants=8,
                phase="before", held_on=date(2014, 1, 10),
            ),
            {"training": "t-1", "phase": "before", "participants": 8},
        ),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_is_recorded_once_is_shown_as_it_was_told(
    event: Event, expected: dict[str, object]
) -> None:
    kinds = {
        "CampaignOpened": "campaign", "DocumentIssued": "document", "MeetingHeld": "meeting",
        "PreparationOrdered": "order", "PreparationCompleted": "preparation",
        "TrainingHeld": "training",
    }  # fmt: skip
    life = next(life for life in LIVES if life.prefix == kinds[type(event).__name__])
    found = row(life, [event])

    assert {name: found[name] for name in expected} == expected
