"""What is recorded once: filed plans, links of both batches, receptions; and help, which ends."""

from datetime import date
from typing import Any

import msgspec
import pytest

from services.rectification.domain.batch_link import BATCH_LINK, AlreadyLinked, LinkedToItself
from services.rectification.domain.filed_plan import FILED_PLAN, PlanAlreadyFiled
from services.rectification.domain.pairing import (
    PAIRING,
    End,
    EndedBeforePaired,
    HelpEndedAlready,
    Pair,
    PairingAlreadyRecorded,
    UnknownPairing,
)
from services.rectification.domain.petition import (
    RECEPTION,
    ReceptionAlreadyRecorded,
    SettledExceedsCases,
)
from shared.contracts.rectification import (
    BatchesLinked,
    HelpEnded,
    HelpPaired,
    PetitionsReceived,
    PlanFiled,
)
from shared.kernel.decider import Decider
from shared.kernel.events import Event
from shared.kernel.once import Record
from shared.kernel.refusals import DateInFuture, Refusal
from shared.kernel.setting import BeforeCampaign
from tests.support.given import given
from tests.unit.rectification.settings_at_hand import setting

FILED = PlanFiled(
    campaign="nmg-2014", unit="1502", document="rectification_plan", title="整改方案",
    digest="9f86d081", filed_on=date(2013, 12, 20),
)  # fmt: skip
LINKED = BatchesLinked(campaign="nmg-2014", unit="1502", led_by="15", linked_on=date(2014, 1, 28))
RECEIVED = PetitionsReceived(
    campaign="nmg-2014", reception="pet-1", unit="1502", received_by="p-1", visits=24, cases=11,
    settled_on_spot=11, held_on=date(2014, 2, 18),
)  # fmt: skip
PAIRED = HelpPaired(
    campaign="nmg-2014", pairing="help-1", unit="1502", helper="15-D03", kind="village",
    households=6, paired_on=date(2014, 2, 24),
)  # fmt: skip
ENDED = HelpEnded(
    campaign="nmg-2014", pairing="help-1", unit="1502", outcome="脱贫", ended_on=date(2014, 3, 3)
)
Life = Decider[Any, Any, Any]
ONCE = [
    (FILED_PLAN, FILED, {"digest": "00000000"}, PlanAlreadyFiled),
    (BATCH_LINK, LINKED, {"linked_on": date(2014, 1, 29)}, AlreadyLinked),
    (RECEPTION, RECEIVED, {"visits": 25}, ReceptionAlreadyRecorded),
]


@pytest.mark.parametrize(("life", "event", "changed", "refusal"), ONCE)
def test_it_is_recorded_and_the_same_again_changes_nothing(
    life: Life, event: Event, changed: dict[str, Any], refusal: type[Refusal]
) -> None:
    command = Record(setting(), event)
    given(life).when(command).then(event)
    given(life, event).when(command).then()


@pytest.mark.parametrize(("life", "event", "changed", "refusal"), ONCE)
def test_other_content_is_refused(
    life: Life, event: Event, changed: dict[str, Any], refusal: type[Refusal]
) -> None:
    other = msgspec.structs.replace(event, **changed)
    given(life, event).when(Record(setting(), other)).then(refusal)


@pytest.mark.parametrize(("life", "event", "changed", "refusal"), ONCE)
@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2013, 10, 31), BeforeCampaign), (date(2014, 3, 11), DateInFuture)],
)
def test_its_day_lies_in_the_campaign_and_has_come(
    life: Life,
    event: Event,
    changed: dict[str, Any],
    refusal: type[Refusal],
    day: date,
    expected: type[Refusal],
) -> None:
    other = msgspec.structs.replace(event, **{event.happened: day})
    given(life).when(Record(setting(), other)).then(expected)


def test_a_unit_does_not_lead_itself() -> None:
    link = msgspec.structs.replace(LINKED, led_by="1502")
    given(BATCH_LINK).when(Record(setting(), link)).then(LinkedToItself)


def test_no_more_is_settled_than_was_opened() -> None:
    event = msgspec.structs.replace(RECEIVED, settled_on_spot=12)
    given(RECEPTION).when(Record(setting(), event)).then(SettledExceedsCases)


def end(outcome: str = "脱贫", on: date = date(2014, 3, 3)) -> End:
    return End(setting(), "help-1", outcome, on)


def test_help_is_paired_and_ended_and_repeats_change_nothing() -> None:
    given(PAIRING).when(Pair(setting(), PAIRED)).then(PAIRED)
    given(PAIRING, PAIRED).when(Pair(setting(), PAIRED)).then()
    given(PAIRING, PAIRED).when(end()).then(ENDED)
    given(PAIRING, PAIRED, ENDED).when(end()).then()
    given(PAIRING, PAIRED, ENDED).when(Pair(setting(), PAIRED)).then()


@pytest.mark.parametrize(
    ("past", "command", "refusal"),
    [
        ([], end(), UnknownPairing),
        ([PAIRED], end(on=date(2014, 2, 23)), EndedBeforePaired),
        ([PAIRED], end(on=date(2014, 3, 11)), DateInFuture),
        ([PAIRED, ENDED], end("中止"), HelpEndedAlready),
        (
            [PAIRED],
            Pair(setting(), msgspec.structs.replace(PAIRED, households=7)),
            PairingAlreadyRecorded,
        ),
    ],
)
def test_help_that_cannot_be(
    past: list[HelpPaired | HelpEnded], command: Pair | End, refusal: type[Refusal]
) -> None:
    given(PAIRING, *past).when(command).then(refusal)
