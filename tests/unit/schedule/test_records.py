"""Documents, meetings, preparation and training: recorded once, the same again changes nothing."""

from datetime import date, timedelta

import msgspec
import pytest

from services.schedule.domain.document import DOCUMENT, DocumentAlreadyIssued, Issue
from services.schedule.domain.meeting import MEETING, MeetingAlreadyRecorded, Record
from services.schedule.domain.preparation import (
    ORDER,
    PREPARATION,
    AlreadyPrepared,
    Complete,
    Order,
    PreparationAlreadyOrdered,
)
from services.schedule.domain.setting import Setting
from services.schedule.domain.training import (
    TRAINING,
    Hold,
    NoParticipants,
    TrainingAlreadyRecorded,
)
from shared.contracts.schedule import (
    DocumentIssued,
    MeetingHeld,
    PreparationCompleted,
    PreparationOrdered,
    TrainingHeld,
)
from shared.kernel.refusals import DateInFuture, Refusal, UnitAbolishedAlready
from shared.kernel.setting import BeforeCampaign, BeforeRegistration
from tests.support.given import given
from tests.unit.schedule.occasions import NOW, REGION, C, at, banner, here

WORK_PLAN = DocumentIssued(
    campaign=C, document="work-plan", kind="work_plan", title="工作方案", topic="work_plan",
    unit="15", issued_on=date(2014, 1, 24), applies_to=("area", "leading_bodies"),
)  # fmt: skip
ORDERED = PreparationOrdered(
    campaign=C, order="preparation", title="通知", unit="15", levels=(2, 3), ordered_on=date(2013, 11, 15)
)  # fmt: skip
DEPLOYMENT = MeetingHeld(
    campaign=C, meeting="deployment", kind="deployment", title="部署会议", unit="15",
    attendees=1260, held_at=at(1, 24),
)  # fmt: skip
PREPARED = PreparationCompleted(campaign=C, unit="150202", prepared_on=date(2013, 12, 20))


def trained(held_on: date, phase: str, participants: int = 86) -> TrainingHeld:
    return TrainingHeld(
        campaign=C, unit="150202", training="t-1", audience="office_staff",
        participants=participants, phase=phase, held_on=held_on,
    )  # fmt: skip


def train(held_on: date, participants: int = 86, setting: Setting | None = None) -> Hold:
    return Hold(setting or here(), "t-1", "office_staff", held_on, participants)


def test_a_document_is_issued_once() -> None:
    issue = Issue(here(REGION), WORK_PLAN)
    other = Issue(here(REGION), msgspec.structs.replace(WORK_PLAN, title="另一题目"))

    given(DOCUMENT).when(issue).then(WORK_PLAN)
    given(DOCUMENT, WORK_PLAN).when(issue).then()
    given(DOCUMENT, WORK_PLAN).when(other).then(DocumentAlreadyIssued)


def test_preparation_is_ordered_once() -> None:
    order = Order(here(REGION), ORDERED)
    other = Order(here(REGION), msgspec.structs.replace(ORDERED, levels=(2,)))

    given(ORDER).when(order).then(ORDERED)
    given(ORDER, ORDERED).when(order).then()
    given(ORDER, ORDERED).when(other).then(PreparationAlreadyOrdered)


def test_a_meeting_is_recorded_once() -> None:
    record = Record(here(REGION), DEPLOYMENT)
    other = Record(here(REGION), msgspec.structs.replace(DEPLOYMENT, attendees=1))

    given(MEETING).when(record).then(DEPLOYMENT)
    given(MEETING, DEPLOYMENT).when(record).then()
    given(MEETING, DEPLOYMENT).when(other).then(MeetingAlreadyRecorded)


def test_preparation_is_completed_once() -> None:
    given(PREPARATION).when(Complete(here(), date(2013, 12, 20))).then(PREPARED)
    given(PREPARATION, PREPARED).when(Complete(here(), date(2013, 12, 20))).then()
    given(PREPARATION, PREPARED).when(Complete(here(), date(2013, 12, 21))).then(AlreadyPrepared)


def test_training_is_before_or_after_the_start() -> None:
    given(TRAINING).when(train(date(2014, 1, 19))).then(trained(date(2014, 1, 19), "before"))
    given(TRAINING).when(train(date(2014, 1, 20))).then(trained(date(2014, 1, 20), "after"))


def test_a_training_is_recorded_once() -> None:
    past = trained(date(2014, 1, 10), "before")

    given(TRAINING, past).when(train(date(2014, 1, 10))).then()
    given(TRAINING, past).when(train(date(2014, 1, 10), 87)).then(TrainingAlreadyRecorded)


@pytest.mark.parametrize("participants", [0, -3])
def test_a_training_has_participants(participants: int) -> None:
    given(TRAINING).when(train(date(2014, 1, 10), participants)).then(NoParticipants)


@pytest.mark.parametrize(
    ("setting", "day", "refusal"),
    [
        (here(), date(2013, 10, 31), BeforeCampaign),
        (here(), date(2014, 3, 5), DateInFuture),
        (here(banner(registered_on=date(2014, 1, 2))), date(2014, 1, 1), BeforeRegistration),
        (here(banner(abolished_on=date(2014, 1, 1))), date(2014, 1, 1), UnitAbolishedAlready),
    ],
)
def test_days_are_held_to_the_campaign_the_clock_and_the_unit(
    setting: Setting, day: date, refusal: type[Refusal]
) -> None:
    given(TRAINING).when(train(day, setting=setting)).then(refusal)
    given(PREPARATION).when(Complete(setting, day)).then(refusal)
    given(DOCUMENT).when(Issue(setting, msgspec.structs.replace(WORK_PLAN, issued_on=day))).then(
        refusal
    )
    given(ORDER).when(Order(setting, msgspec.structs.replace(ORDERED, ordered_on=day))).then(
        refusal
    )


def test_a_meeting_of_this_evening_has_not_been_held_yet() -> None:
    tonight = msgspec.structs.replace(DEPLOYMENT, held_at=NOW + timedelta(minutes=1))

    given(MEETING).when(Record(here(REGION), tonight)).then(DateInFuture)
