"""The life of a plan: gates in order, returns with reasons, versions, approval."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.schedule.domain.plan import (
    PLAN,
    Approved,
    BeforePreviousStep,
    BeforeSubmission,
    Command,
    Event,
    NothingChanged,
    Pass,
    PlanInReview,
    PlanIsApproved,
    PlanNotInReview,
    Return,
    RootSubmitsNoPlan,
    Submit,
)
from services.schedule.domain.reviewing import (
    GateOutOfOrder,
    GatesOutstanding,
    NotEntitledToGate,
    NotStationedThere,
    ReasonMissing,
    Reviewer,
    SupervisionUnavailable,
    UnknownReason,
)
from shared.contracts.schedule import Gate, GatePassed, PlanApproved, PlanReturned, PlanSubmitted
from shared.kernel.access import Caller, Grant, Role
from shared.kernel.refusals import DateInFuture, Refusal
from shared.kernel.setting import BeforeCampaign
from tests.support.given import given
from tests.unit.schedule.occasions import NOW, REGION, C, at, here

GATES = (
    Gate("city_supervision_team", "市委督导组", "City team", "supervisor", "1502"),
    Gate("campaign_office", "活动办", "Office", "clerk", "1502"),
    Gate("city_leader_liaison", "市委领导", "City leader", "leader", "1502"),
    Gate("region_supervision_team", "自治区督导组", "Region team", "supervisor", "15"),
)


def someone(*grants: tuple[Role, str]) -> Caller:
    return Caller("p-1", [Grant(role, unit) for role, unit in grants])


EVERYBODY = someone(
    (Role.SUPERVISOR, "1502"), (Role.CLERK, "1502"), (Role.LEADER, "1502"), (Role.SUPERVISOR, "15")
)
OFFICE = someone((Role.CLERK, "1502"))
TEAMS = frozenset({"15", "1502"})


def submit(digest: str = "first", on: datetime | None = None) -> Submit:
    return Submit(here(), "implementation", "实施方案", digest, GATES, on or at(2, 1))


def submitted(version: int = 1, digest: str = "first", on: datetime | None = None) -> PlanSubmitted:
    return PlanSubmitted(
        campaign=C, unit="150202", category="implementation", plan_version=version,
        title="实施方案", digest=digest, gates=GATES, submitted_at=on or at(2, 1),
    )  # fmt: skip


def pass_(
    gate: int, on: datetime, reviewer: Caller = EVERYBODY, *, approving: bool = False
) -> Pass:
    return Pass(here(), Reviewer(reviewer, TEAMS), GATES[gate].gate, "", on, approving)


def passed(gate: int, on: datetime, version: int = 1) -> GatePassed:
    return GatePassed(
        campaign=C, unit="150202", category="implementation", plan_version=version,
        gate=GATES[gate].gate, note="", passed_at=on,
    )  # fmt: skip


def return_(gate: int, on: datetime, *reasons: str, reviewer: Caller = EVERYBODY) -> Return:
    return Return(here(), Reviewer(reviewer, TEAMS), GATES[gate].gate, reasons, "请修改", on)


def returned(gate: int, on: datetime, *reasons: str) -> PlanReturned:
    return PlanReturned(
        campaign=C, unit="150202", category="implementation", plan_version=1,
        gate=GATES[gate].gate, reasons=reasons, note="请修改", returned_at=on,
    )  # fmt: skip


def approved(on: datetime) -> PlanApproved:
    return PlanApproved(
        campaign=C, unit="150202", category="implementation", plan_version=1, approved_at=on
    )


WAY_THROUGH = tuple(passed(n, at(2, 2 + n)) for n in range(4))
RETURNED = (submitted(), passed(0, at(2, 2)), returned(1, at(2, 3), "not_actionable"))


def test_a_first_version_enters_review_with_the_gates_in_force() -> None:
    given(PLAN).when(submit()).then(submitted())


def test_baotous_four_gates_are_passed_in_order_and_the_last_one_approves() -> None:
    for n in range(3):
        given(PLAN, submitted(), *WAY_THROUGH[:n]).when(pass_(n, at(2, 2 + n))).then(WAY_THROUGH[n])

    given(PLAN, submitted(), *WAY_THROUGH[:3]).when(pass_(3, at(2, 5))).then(
        WAY_THROUGH[3], approved(at(2, 5))
    )


@pytest.mark.parametrize("gate", [1, 2, 3])
def test_a_later_gate_cannot_come_first(gate: int) -> None:
    given(PLAN, submitted()).when(pass_(gate, at(2, 2))).then(GateOutOfOrder)
    given(PLAN, submitted()).when(return_(gate, at(2, 2), "not_actionable")).then(GateOutOfOrder)


def test_a_gate_passed_again_changes_nothing() -> None:
    given(PLAN, submitted(), WAY_THROUGH[0]).when(pass_(0, at(2, 9))).then()


@pytest.mark.parametrize(
    "reviewer",
    [
        OFFICE,
        someone((Role.SUPERVISOR, "15")),
        someone((Role.SUPERVISOR, "150202")),
        someone((Role.SERVICE, "150202")),
        someone((Role.SERVICE, "1503")),
        someone(),
    ],
)
def test_a_gate_is_passed_and_returned_only_by_who_holds_it(reviewer: Caller) -> None:
    given(PLAN, submitted()).when(pass_(0, at(2, 2), reviewer)).then(NotEntitledToGate)
    given(PLAN, submitted()).when(return_(0, at(2, 2), "not_actionable", reviewer=reviewer)).then(
        NotEntitledToGate
    )


@pytest.mark.parametrize(
    ("teams_of", "refusal"),
    [
        (frozenset(), NotStationedThere),
        (frozenset({"15"}), NotStationedThere),
        (None, SupervisionUnavailable),
    ],
)
def test_a_teams_gate_is_for_members_of_a_team_that_is_stationed_there(
    teams_of: frozenset[str] | None, refusal: type[Refusal]
) -> None:
    member = Reviewer(someone((Role.SUPERVISOR, "1502")), teams_of)
    passing = Pass(here(), member, GATES[0].gate, "", at(2, 2))
    returning = Return(here(), member, GATES[0].gate, ("not_actionable",), "", at(2, 2))
    given(PLAN, submitted()).when(passing).then(refusal)
    given(PLAN, submitted()).when(returning).then(refusal)


def test_an_offices_gate_asks_for_no_team() -> None:
    office = Reviewer(OFFICE, None)
    passing = Pass(here(), office, GATES[1].gate, "", at(2, 3))
    given(PLAN, submitted(), WAY_THROUGH[0]).when(passing).then(passed(1, at(2, 3)))


@pytest.mark.parametrize("unit", ["15", "1502"])
def test_a_service_records_history_for_the_holders_below_it(unit: str) -> None:
    given(PLAN, submitted()).when(pass_(0, at(2, 2), someone((Role.SERVICE, unit)))).then(
        WAY_THROUGH[0]
    )


def test_a_service_of_the_city_does_not_speak_for_the_region() -> None:
    given(PLAN, submitted(), *WAY_THROUGH[:3]).when(
        pass_(3, at(2, 5), someone((Role.SERVICE, "1502")))
    ).then(NotEntitledToGate)


def test_a_holder_the_unit_was_moved_away_from_answers_to_the_top() -> None:
    stray = submitted()
    gates = (Gate("office", "活动办", "Office", "clerk", "1503"),)
    stray = PlanSubmitted(
        **{f: getattr(stray, f) for f in stray.__struct_fields__} | {"gates": gates}
    )
    by_top = Pass(here(), Reviewer(someone((Role.SERVICE, "15"))), "office", "", at(2, 2))
    by_city = Pass(here(), Reviewer(someone((Role.SERVICE, "1502"))), "office", "", at(2, 2))

    given(PLAN, stray).when(by_city).then(NotEntitledToGate)
    assert PLAN.decide(by_top, PLAN.fold([stray]))


def test_a_return_needs_a_reason_that_is_known() -> None:
    given(PLAN, submitted()).when(return_(0, at(2, 2))).then(ReasonMissing)
    given(PLAN, submitted()).when(return_(0, at(2, 2), "ugly")).then(UnknownReason)


def test_a_return_keeps_its_reasons() -> None:
    reasons = ("spirit_not_reflected", "local_character_lacking")

    given(PLAN, submitted()).when(return_(0, at(2, 2), *reasons)).then(
        returned(0, at(2, 2), *reasons)
    )


def test_a_return_told_again_changes_nothing() -> None:
    given(PLAN, *RETURNED).when(return_(1, at(2, 8), "not_actionable")).then()


def test_a_return_with_other_reasons_finds_nothing_in_review() -> None:
    given(PLAN, *RETURNED).when(return_(1, at(2, 3), "spirit_not_reflected")).then(PlanNotInReview)


def test_a_new_version_starts_again_at_the_first_gate() -> None:
    second = submitted(2, "second", at(2, 8))

    given(PLAN, *RETURNED).when(submit("second", at(2, 8))).then(second)
    given(PLAN, *RETURNED, second).when(pass_(1, at(2, 9))).then(GateOutOfOrder)
    given(PLAN, *RETURNED, second).when(pass_(0, at(2, 9))).then(passed(0, at(2, 9), version=2))


def test_what_was_returned_must_be_revised() -> None:
    given(PLAN, *RETURNED).when(submit("first", at(2, 8))).then(NothingChanged)


def test_a_version_in_review_stays_the_only_one() -> None:
    given(PLAN, submitted()).when(submit("first", at(2, 8))).then()
    given(PLAN, submitted()).when(submit("other", at(2, 8))).then(PlanInReview)


@pytest.mark.parametrize(
    "command",
    [submit("other", at(2, 9)), return_(0, at(2, 9), "not_actionable")],
)
def test_an_approved_plan_is_locked(command: Command) -> None:
    life: list[Event] = [submitted(), *WAY_THROUGH, approved(at(2, 5))]

    given(PLAN, *life).when(command).then(PlanIsApproved)
    given(PLAN, *life).when(pass_(3, at(2, 9))).then()
    given(PLAN, *life).when(Pass(here(), Reviewer(EVERYBODY), "unheard-of", "", at(2, 9))).then(
        PlanIsApproved
    )


@pytest.mark.parametrize("command", [pass_(0, at(2, 9)), return_(0, at(2, 9), "not_actionable")])
def test_nothing_to_review(command: Command) -> None:
    given(PLAN).when(command).then(PlanNotInReview)
    if isinstance(command, Pass):
        given(PLAN, *RETURNED).when(pass_(1, at(2, 9))).then(PlanNotInReview)


def test_approving_is_for_the_last_gate() -> None:
    given(PLAN, submitted()).when(pass_(0, at(2, 2), approving=True)).then(GatesOutstanding)
    given(PLAN, submitted(), *WAY_THROUGH[:3]).when(pass_(3, at(2, 5), approving=True)).then(
        WAY_THROUGH[3], approved(at(2, 5))
    )


@pytest.mark.parametrize(
    ("past", "command", "refusal"),
    [
        ((submitted(),), pass_(0, at(1, 31)), BeforeSubmission),
        ((submitted(),), return_(0, at(1, 31), "not_actionable"), BeforeSubmission),
        ((submitted(), passed(0, at(2, 3))), pass_(1, at(2, 2)), BeforePreviousStep),
        (RETURNED, submit("second", at(2, 2)), BeforePreviousStep),
        ((submitted(),), pass_(0, NOW + timedelta(seconds=1)), DateInFuture),
        ((), submit(on=NOW + timedelta(seconds=1)), DateInFuture),
        ((), submit(on=at(10, 31, year=2013)), BeforeCampaign),
    ],
)
def test_time_runs_forward(
    past: tuple[PlanSubmitted, ...], command: Command, refusal: type[Refusal]
) -> None:
    given(PLAN, *past).when(command).then(refusal)


def test_the_root_submits_no_plan() -> None:
    root = Submit(here(REGION), "implementation", "工作方案", "d", GATES[:1], at(2, 1))

    given(PLAN).when(root).then(RootSubmitsNoPlan)


def test_a_file_of_a_whole_life_uploaded_twice_changes_nothing() -> None:
    life: list[Command] = [
        submit(), pass_(0, at(2, 2)), return_(1, at(2, 3), "not_actionable"),
        submit("second", at(2, 4)), *[pass_(n, at(2, 5 + n)) for n in range(4)],
    ]  # fmt: skip
    plan = PLAN.initial
    for command in life:
        events = PLAN.decide(command, plan)
        assert events
        plan = PLAN.fold(events, plan)

    assert isinstance(plan, Approved)
    assert [PLAN.decide(command, plan) for command in life] == [[]] * len(life)


@for_all(
    st.lists(
        st.one_of(
            st.builds(lambda d, m: ("submit", d, m), st.sampled_from("abc"), st.integers(0, 9)),
            st.builds(lambda g, m: ("pass", g, m), st.integers(0, 3), st.integers(0, 9)),
            st.builds(lambda g, m: ("return", g, m), st.integers(0, 3), st.integers(0, 9)),
        ),
        max_size=25,
    )
)
def test_any_order_of_commands_leaves_a_lawful_life(
    told: list[tuple[str, int | str, int]],
) -> None:
    """Versions count up by one, gates come in order, time never runs back, approval ends it."""
    plan, recorded = PLAN.initial, []
    for what, about, minute in told:
        when = at(2, 1, 9, minute)
        command: Command
        match what, about:
            case "submit", str():
                command = submit(about, when)
            case "pass", int():
                command = pass_(about, when)
            case _, int():
                command = return_(about, when, "not_actionable")
            case _:
                continue
        try:
            events = PLAN.decide(command, plan)
        except Refusal:
            continue
        recorded += events
        plan = PLAN.fold(events, plan)
    times = [event.occurred_at for event in recorded]
    versions = [event.plan_version for event in recorded if isinstance(event, PlanSubmitted)]
    gates = [event.gate for event in recorded if isinstance(event, GatePassed)]

    assert times == sorted(times)
    assert versions == list(range(1, len(versions) + 1))
    assert all(event is recorded[-1] for event in recorded if isinstance(event, PlanApproved))
    assert gates.count("region_supervision_team") == isinstance(plan, Approved)
