"""A plan's life: submitted, passed gate by gate or returned with reasons, approved."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from services.schedule.domain.reviewing import (
    GatesOutstanding,
    Reviewer,
    allow_reasons,
    allow_review,
)
from services.schedule.domain.setting import Setting
from shared.contracts.schedule import Gate, GatePassed, PlanApproved, PlanReturned, PlanSubmitted
from shared.kernel.decider import Decider
from shared.kernel.refusals import DateInFuture, Refusal
from shared.kernel.time import SHANGHAI


class RootSubmitsNoPlan(Refusal):
    code = "root-submits-no-plan"
    status = 422
    zh = "{unit} 是最上级单位,其工作方案以文件印发,不需报送审核。"
    en = "{unit} is the top unit: its work plan is issued as a document, not submitted."


class PlanInReview(Refusal):
    code = "plan-in-review"
    zh = "第 {plan_version} 稿正在审核中,待审核通过或退回后方可报送新稿。"
    en = "Version {plan_version} is in review; submit another once it has been returned."


class PlanIsApproved(Refusal):
    code = "plan-approved"
    zh = "该方案第 {plan_version} 稿已审核通过,不能再改动。"
    en = "Version {plan_version} of this plan is approved and can no longer be changed."


class NothingChanged(Refusal):
    code = "nothing-changed"
    zh = "新报送的内容与被退回的第 {plan_version} 稿相同,请修改后再报送。"
    en = "This is the same content as version {plan_version}, which was returned; revise it first."


class PlanNotInReview(Refusal):
    code = "plan-not-in-review"
    zh = "该方案没有正在审核的稿件,请先报送。"
    en = "No version of this plan is in review; submit one first."


class BeforeSubmission(Refusal):
    code = "before-submission"
    status = 422
    zh = "审核时间 {at} 早于报送时间 {submitted_at},请核对。"
    en = "The review at {at} lies before the submission at {submitted_at}; check the time."


class BeforePreviousStep(Refusal):
    code = "before-previous-step"
    status = 422
    zh = "时间 {at} 早于该方案上一步骤的时间 {previous_at},请核对。"
    en = "The time {at} lies before the plan's previous step at {previous_at}; check it."


@dataclass(frozen=True, slots=True)
class Submit:
    """`gates` is the procedure in force."""

    setting: Setting
    category: str
    title: str
    digest: str
    gates: tuple[Gate, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Pass:
    """`approving` says that this is meant to be the last gate."""

    setting: Setting
    reviewer: Reviewer
    gate: str
    note: str
    at: datetime
    approving: bool = False


@dataclass(frozen=True, slots=True)
class Return:
    setting: Setting
    reviewer: Reviewer
    gate: str
    reasons: tuple[str, ...]
    note: str
    at: datetime


Command = Submit | Pass | Return
Event = PlanSubmitted | GatePassed | PlanReturned | PlanApproved
Step = tuple[str, str, datetime]
"""What was told, about what, and when: the same again changes nothing."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Nothing submitted yet."""

    steps: frozenset[Step] = frozenset()


@dataclass(frozen=True, slots=True)
class InReview:
    """`passed` counts the gates behind it."""

    submitted: PlanSubmitted
    last_at: datetime
    steps: frozenset[Step]
    passed: int = 0

    @property
    def next_gate(self) -> Gate:
        return self.submitted.gates[self.passed]


@dataclass(frozen=True, slots=True)
class Returned:
    submitted: PlanSubmitted
    returned: PlanReturned
    steps: frozenset[Step]


@dataclass(frozen=True, slots=True)
class Approved:
    submitted: PlanSubmitted
    approved_at: datetime
    steps: frozenset[Step]


Plan = Draft | InReview | Returned | Approved


def decide(command: Command, plan: Plan) -> list[Event]:
    if _step_of(command) in plan.steps:
        return []  # told twice, as when a file is uploaded again
    match command:
        case Submit():
            return [*_submit(command, plan)]
        case Pass():
            return _pass(command, plan)
        case Return():
            return [*_return(command, plan)]


def _submit(command: Submit, plan: Plan) -> list[PlanSubmitted]:
    match plan:
        case Draft():
            return [_submitted(command, 1)]
        case InReview(submitted=was) if was.digest == command.digest:
            return []
        case InReview(submitted=was):
            raise PlanInReview(plan_version=was.plan_version)
        case Returned(submitted=was) if was.digest == command.digest:
            raise NothingChanged(plan_version=was.plan_version)
        case Returned(submitted=was, returned=returned):
            _allow_after(returned.returned_at, command.at)
            return [_submitted(command, was.plan_version + 1)]
        case Approved(submitted=was):
            raise PlanIsApproved(plan_version=was.plan_version)


def _pass(command: Pass, plan: Plan) -> list[Event]:
    match plan:
        case InReview(submitted=was) if command.gate in _names(was.gates[: plan.passed]):
            return []
        case InReview():
            return _passed(command, plan)
        case Approved(submitted=was) if command.gate in _names(was.gates):
            return []
        case Approved(submitted=was):
            raise PlanIsApproved(plan_version=was.plan_version)
        case Draft() | Returned():
            raise PlanNotInReview


def _return(command: Return, plan: Plan) -> list[PlanReturned]:
    match plan:
        case InReview():
            return [_returned(command, plan)]
        case Returned(returned=was) if _decided(command) == _decided(was):
            return []
        case Approved(submitted=was):
            raise PlanIsApproved(plan_version=was.plan_version)
        case Draft() | Returned():
            raise PlanNotInReview


def evolve(plan: Plan, event: Event) -> Plan:
    match event, plan:
        case PlanSubmitted(digest=digest, submitted_at=at), _:
            return InReview(event, at, plan.steps | {("submit", digest, at)})
        case GatePassed(gate=gate, passed_at=at), InReview():
            steps = plan.steps | {("pass", gate, at)}
            return replace(plan, last_at=at, steps=steps, passed=plan.passed + 1)
        case PlanReturned(returned_at=at), InReview():
            return Returned(plan.submitted, event, plan.steps | {("return", _decided(event), at)})
        case PlanApproved(approved_at=at), InReview():
            return Approved(plan.submitted, at, plan.steps)
        case _:
            return plan


PLAN: Final = Decider[Command, Plan, Event](Draft(), decide, evolve)


def _decided(told: Return | PlanReturned) -> str:
    return ";".join((told.gate, *told.reasons))


def _step_of(command: Command) -> Step:
    match command:
        case Submit():
            return ("submit", command.digest, command.at)
        case Pass():
            return ("pass", command.gate, command.at)
        case Return():
            return ("return", _decided(command), command.at)


def _submitted(command: Submit, version: int) -> PlanSubmitted:
    setting = command.setting
    if setting.unit.code == setting.campaign.root:
        raise RootSubmitsNoPlan(unit=setting.unit.code)
    setting.allow_instant(command.at, setting.campaign.starts_on)
    return PlanSubmitted(
        campaign=setting.campaign.campaign,
        unit=setting.unit.code,
        category=command.category,
        plan_version=version,
        title=command.title,
        digest=command.digest,
        gates=command.gates,
        submitted_at=command.at,
    )


def _passed(command: Pass, plan: InReview) -> list[Event]:
    _allow(command, plan)
    was = plan.submitted
    outstanding = was.gates[plan.passed :]
    if command.approving and len(outstanding) > 1:
        raise GatesOutstanding(gates=", ".join(_names(outstanding)))
    passed = GatePassed(
        campaign=was.campaign,
        unit=was.unit,
        category=was.category,
        plan_version=was.plan_version,
        gate=plan.next_gate.gate,
        note=command.note,
        passed_at=command.at,
    )
    return [passed] if len(outstanding) > 1 else [passed, _approved(was, command.at)]


def _approved(was: PlanSubmitted, at: datetime) -> PlanApproved:
    return PlanApproved(
        campaign=was.campaign,
        unit=was.unit,
        category=was.category,
        plan_version=was.plan_version,
        approved_at=at,
    )


def _returned(command: Return, plan: InReview) -> PlanReturned:
    _allow(command, plan)
    allow_reasons(command.reasons)
    was = plan.submitted
    return PlanReturned(
        campaign=was.campaign,
        unit=was.unit,
        category=was.category,
        plan_version=was.plan_version,
        gate=plan.next_gate.gate,
        reasons=command.reasons,
        note=command.note,
        returned_at=command.at,
    )


def _allow(command: Pass | Return, plan: InReview) -> None:
    """Raise unless the gate is in turn, the reviewer entitled, and time runs forward."""
    allow_review(command.reviewer, command.setting.unit.path, command.gate, plan.next_gate)
    submitted_at = plan.submitted.submitted_at
    if command.at < submitted_at:
        raise BeforeSubmission(at=_shown(command.at), submitted_at=_shown(submitted_at))
    _allow_after(plan.last_at, command.at)
    if command.at > command.setting.now:
        raise DateInFuture(date=_shown(command.at))


def _allow_after(previous_at: datetime, at: datetime) -> None:
    if at < previous_at:
        raise BeforePreviousStep(at=_shown(at), previous_at=_shown(previous_at))


def _shown(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def _names(gates: tuple[Gate, ...]) -> list[str]:
    return [gate.gate for gate in gates]
