"""A programme's life: launched, counted to its target and beyond, verified by somebody else."""

from datetime import date

import msgspec
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.rectification.domain.programme import (
    PROGRAMME,
    BeforeLastProgress,
    BeforeLaunch,
    Command,
    Complete,
    DueBeforeLaunched,
    EntryAlreadyRecorded,
    Event,
    ItemsOpen,
    Launch,
    OutsideProgramme,
    OwnProgress,
    Programme,
    ProgrammeAlreadyLaunched,
    ProgrammeIsCompleted,
    Progress,
    TargetNotReached,
    UnknownProgramme,
)
from shared.contracts.rectification import (
    ProgrammeCompleted,
    ProgrammeLaunched,
    ProgrammeProgressed,
)
from shared.kernel.refusals import DateInFuture, Refusal, UnitAbolishedAlready
from shared.kernel.setting import BeforeCampaign
from tests.support.given import given
from tests.unit.rectification.settings_at_hand import setting

LAUNCHED = ProgrammeLaunched(
    campaign="nmg-2014", programme="b-01", unit="1502", kind="commitment", category="housing",
    title="改造棚户区", measure="户", target=100, due_on=date(2014, 10, 31),
    launched_on=date(2014, 2, 17),
)  # fmt: skip


def progressed(entry: str, count: int, by: str = "p-1", on: int = 20) -> ProgrammeProgressed:
    return ProgrammeProgressed(
        campaign="nmg-2014", programme="b-01", unit="150202", entry=entry, count=count, note="",
        reported_by=by, progressed_on=date(2014, 2, on),
    )  # fmt: skip


def progress(event: ProgrammeProgressed, path: str = "15.1502.150202") -> Progress:
    return Progress(setting(path), event)


def completed(by: str = "p-2", on: date = date(2014, 3, 3)) -> ProgrammeCompleted:
    return ProgrammeCompleted(
        campaign="nmg-2014", programme="b-01", unit="1502", note="", verified_by=by,
        completed_on=on,
    )  # fmt: skip


def complete(by: str = "p-2", on: date = date(2014, 3, 3), open_items: int = 0) -> Complete:
    return Complete(setting(), "b-01", by, "", on, open_items)


REACHED = progressed("e-1", 100)


def test_a_programme_is_launched() -> None:
    given(PROGRAMME).when(Launch(setting(), LAUNCHED)).then(LAUNCHED)


def test_launched_again_the_same_changes_nothing() -> None:
    given(PROGRAMME, LAUNCHED, REACHED).when(Launch(setting(), LAUNCHED)).then()


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"due_on": date(2014, 2, 16)}, DueBeforeLaunched),
        ({"launched_on": date(2014, 3, 11)}, DateInFuture),
        ({"launched_on": date(2013, 10, 31)}, BeforeCampaign),
    ],
)
def test_days_of_a_launch_are_checked(changed: dict[str, object], refusal: type[Refusal]) -> None:
    launched = msgspec.structs.replace(LAUNCHED, **changed)
    given(PROGRAMME).when(Launch(setting(), launched)).then(refusal)


def test_a_programme_may_have_no_due_date() -> None:
    launched = msgspec.structs.replace(LAUNCHED, due_on=None)
    given(PROGRAMME).when(Launch(setting(), launched)).then(launched)


def test_an_id_launched_with_other_content_is_refused() -> None:
    launched = msgspec.structs.replace(LAUNCHED, target=101)
    given(PROGRAMME, LAUNCHED).when(Launch(setting(), launched)).then(ProgrammeAlreadyLaunched)


@pytest.mark.parametrize("command", [progress(REACHED), complete()])
def test_nothing_is_recorded_of_what_was_not_launched(command: Command) -> None:
    given(PROGRAMME).when(command).then(UnknownProgramme)


def test_a_unit_below_adds_to_the_count() -> None:
    given(PROGRAMME, LAUNCHED).when(progress(REACHED)).then(REACHED)


def test_an_entry_repeated_counts_once_whoever_repeats_it() -> None:
    again = progressed("e-1", 100, by="p-7")
    given(PROGRAMME, LAUNCHED, REACHED).when(progress(again)).then()


def test_an_entry_is_still_a_repeat_after_completion() -> None:
    given(PROGRAMME, LAUNCHED, REACHED, completed()).when(progress(REACHED)).then()


@pytest.mark.parametrize(
    ("past", "event", "refusal"),
    [
        ([REACHED], progressed("e-1", 99), EntryAlreadyRecorded),
        ([REACHED, completed()], progressed("e-2", 1), ProgrammeIsCompleted),
        ([], progressed("e-2", 1, on=16), BeforeLaunch),
    ],
)
def test_progress_that_cannot_be(
    past: list[Event], event: ProgrammeProgressed, refusal: type[Refusal]
) -> None:
    given(PROGRAMME, LAUNCHED, *past).when(progress(event)).then(refusal)


def test_a_unit_elsewhere_adds_nothing() -> None:
    command = progress(REACHED, "15.1503.150302")
    given(PROGRAMME, LAUNCHED).when(command).then(OutsideProgramme)


def test_a_unit_abolished_adds_nothing_from_that_day() -> None:
    gone = setting("15.1502.150202", abolished_on=date(2014, 2, 20))
    given(PROGRAMME, LAUNCHED).when(Progress(gone, REACHED)).then(UnitAbolishedAlready)


def test_completion_is_verified_by_somebody_else() -> None:
    given(PROGRAMME, LAUNCHED, REACHED).when(complete()).then(completed())


def test_completed_again_the_same_changes_nothing() -> None:
    given(PROGRAMME, LAUNCHED, REACHED, completed()).when(complete()).then()


def test_who_reported_earlier_may_verify_what_another_reported_last() -> None:
    past = (LAUNCHED, progressed("e-1", 99, by="p-2"), progressed("e-2", 1, by="p-1"))
    given(PROGRAMME, *past).when(complete(by="p-2")).then(completed())


@pytest.mark.parametrize(
    ("past", "command", "refusal"),
    [
        ([REACHED], complete(by="p-1"), OwnProgress),
        ([progressed("e-1", 99)], complete(), TargetNotReached),
        ([REACHED], complete(open_items=2), ItemsOpen),
        ([REACHED], complete(on=date(2014, 2, 19)), BeforeLastProgress),
        ([REACHED], complete(on=date(2014, 2, 16)), BeforeLaunch),
        ([REACHED], complete(on=date(2014, 3, 11)), DateInFuture),
        ([REACHED, completed()], complete(by="p-3"), ProgrammeIsCompleted),
    ],
)
def test_completion_that_cannot_be(
    past: list[Event], command: Complete, refusal: type[Refusal]
) -> None:
    given(PROGRAMME, LAUNCHED, *past).when(command).then(refusal)


def test_a_special_rectification_is_counted_by_its_items() -> None:
    launched = msgspec.structs.replace(LAUNCHED, kind="special_rectification")
    given(PROGRAMME, launched).when(complete(open_items=1)).then(ItemsOpen)
    given(PROGRAMME, launched).when(complete()).then(completed())


@drawn(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 90)), max_size=12))
def test_each_entry_counts_once_and_no_more_than_the_target_is_reached(
    told: list[tuple[int, int]],
) -> None:
    state: Programme | None = PROGRAMME.fold([LAUNCHED])
    first: dict[str, int] = {}
    for number, count in told:
        event = progressed(f"e-{number}", count)
        first.setdefault(event.entry, count)
        try:
            state = PROGRAMME.fold(PROGRAMME.decide(progress(event), state), state)
        except EntryAlreadyRecorded:
            assert first[event.entry] != count

    assert state is not None
    assert state.counted == sum(first.values())
    assert (state.capped + state.excess, state.capped <= 100) == (state.counted, True)
