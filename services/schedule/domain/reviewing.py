"""Who may review: a gate is passed or a plan returned in order, and only by someone entitled."""

from dataclasses import dataclass
from typing import Final

from shared.contracts.schedule import Gate
from shared.kernel.access import Caller, Role
from shared.kernel.refusals import Refusal
from shared.kernel.units import own_code, within

RETURN_REASONS: Final = ("spirit_not_reflected", "local_character_lacking", "not_actionable")


class GateOutOfOrder(Refusal):
    code = "gate-out-of-order"
    zh = "现应由“{next_gate}”环节审核,不能先办理“{gate}”。"
    en = "The next gate is {next_gate}; {gate} cannot come before it."


class GatesOutstanding(Refusal):
    code = "gates-outstanding"
    zh = "还有审核环节未通过:{gates},不能直接批准。"
    en = "Gates are still to be passed: {gates}; the plan cannot be approved yet."


class NotEntitledToGate(Refusal):
    code = "not-entitled-to-gate"
    status = 403
    zh = "“{gate}”环节须由 {holder} 的 {role} 办理,您没有这一职责。"
    en = "Gate {gate} is for the {role} of {holder}; you do not hold that role there."


class ReasonMissing(Refusal):
    code = "reason-missing"
    status = 422
    zh = "退回方案须至少写明一项理由:未体现指导精神、缺乏地方特色、不具体不可操作。"
    en = (
        "A return gives at least one reason: spirit_not_reflected, local_character_lacking,"
        " not_actionable."
    )


class UnknownReason(Refusal):
    code = "unknown-reason"
    status = 422
    zh = "退回理由“{reason}”不在三项规定理由之内。"
    en = "{reason} is none of spirit_not_reflected, local_character_lacking, not_actionable."


class NotStationedThere(Refusal):
    code = "not-stationed-there"
    status = 403
    zh = "您不在 {holder} 派驻或巡查 {unit} 的督导组中,不能办理“{gate}”环节。"
    en = "You are in no team of {holder} that is stationed at {unit} or patrols it: gate {gate}."


class SupervisionUnavailable(Refusal):
    code = "supervision-unavailable"
    status = 503
    zh = "暂时无法核对督导组派驻情况(督导服务不可用),未写入任何内容,请稍后再试。"
    en = "Where teams are stationed cannot be checked now; nothing was written, try again shortly."


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who reviews, and the units whose supervision teams, with this person in them, look after
    the plan's unit; None while supervision cannot say.
    """

    caller: Caller
    teams_of: frozenset[str] | None = frozenset()


def allow_review(reviewer: Reviewer, path: str, gate: str, in_turn: Gate) -> None:
    """Raise unless `gate` is the one in turn and the reviewer is entitled to it."""
    if gate != in_turn.gate:
        raise GateOutOfOrder(next_gate=in_turn.gate, gate=gate)
    holder = in_turn.holder
    if records_for(reviewer.caller, path, holder):
        return
    if not reviewer.caller.holds(Role(in_turn.role), holder):
        raise NotEntitledToGate(gate=in_turn.gate, holder=holder, role=in_turn.role)
    if in_turn.role == Role.SUPERVISOR:
        if reviewer.teams_of is None:
            raise SupervisionUnavailable
        if holder not in reviewer.teams_of:
            raise NotStationedThere(holder=holder, unit=own_code(path), gate=in_turn.gate)


def records_for(caller: Caller, path: str, holder: str) -> bool:
    """Whether the caller is a service that records history for this holder.

    `path` is that of the unit whose plan it is; a holder stands somewhere above it.
    """
    before, found, _ = f".{path}.".partition(f".{holder}.")
    # A holder the unit has since been moved away from answers to the top.
    holder_path = f"{before}.{holder}" if found else path.partition(".")[0]
    return any(
        grant.role is Role.SERVICE and within(holder_path, grant.unit) for grant in caller.grants
    )


def allow_reasons(reasons: tuple[str, ...]) -> None:
    if not reasons:
        raise ReasonMissing
    for reason in reasons:
        if reason not in RETURN_REASONS:
            raise UnknownReason(reason=reason)
