"""A help pairing's life: a helper is paired with households of a unit, and the help ends."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from shared.contracts.rectification import HelpEnded, HelpPaired
from shared.kernel.decider import Decider
from shared.kernel.refusals import Refusal
from shared.kernel.setting import Setting


class PairingAlreadyRecorded(Refusal):
    code = "pairing-already-recorded"
    zh = "结对 {pairing} 已由单位 {unit} 按另一内容登记,请换一个编号。"
    en = "Pairing {pairing} of unit {unit} was recorded with other content; use another id."


class UnknownPairing(Refusal):
    code = "unknown-pairing"
    status = 404
    zh = "没有结对 {pairing},请核对编号,或先登记该结对。"
    en = "Pairing {pairing} is not known; check its id or record it first."


class HelpEndedAlready(Refusal):
    code = "help-ended"
    zh = "结对 {pairing} 已于 {ended_on} 结束,结果已登记,不能更改。"
    en = "Pairing {pairing} ended on {ended_on} and its outcome is recorded; it stays so."


class EndedBeforePaired(Refusal):
    code = "ended-before-paired"
    status = 422
    zh = "结束日期 {ended_on} 早于结对日期 {paired_on},请核对日期。"
    en = "The end {ended_on} lies before the pairing on {paired_on}; check the dates."


@dataclass(frozen=True, slots=True)
class Pair:
    setting: Setting
    paired: HelpPaired

    @property
    def pairing(self) -> str:
        return self.paired.pairing


@dataclass(frozen=True, slots=True)
class End:
    setting: Setting
    pairing: str
    outcome: str
    ended_on: date


@dataclass(frozen=True, slots=True)
class Pairing:
    """Help under way, or ended."""

    paired: HelpPaired
    ended: HelpEnded | None = None


Command = Pair | End
Event = HelpPaired | HelpEnded


def decide(command: Command, pairing: Pairing | None) -> list[Event]:
    match command, pairing:
        case Pair(), None:
            return [_paired(command)]
        case Pair(paired=told), Pairing(paired=known) if told == known:
            return []
        case Pair(), Pairing(paired=known):
            raise PairingAlreadyRecorded(pairing=known.pairing, unit=known.unit)
        case End(), Pairing():
            return [*_end(command, pairing)]
        case _:
            raise UnknownPairing(pairing=command.pairing)


def evolve(pairing: Pairing | None, event: Event) -> Pairing | None:
    match event, pairing:
        case HelpPaired(), _:
            return Pairing(event)
        case HelpEnded(), Pairing(paired=paired):
            return Pairing(paired, event)
        case _:
            return pairing


PAIRING: Final = Decider[Command, Pairing | None, Event](None, decide, evolve)


def _paired(command: Pair) -> HelpPaired:
    command.setting.allow_day(command.paired.paired_on, command.setting.campaign.starts_on)
    return command.paired


def _end(command: End, pairing: Pairing) -> list[HelpEnded]:
    paired, ended = pairing.paired, pairing.ended
    if ended is not None:
        if (ended.outcome, ended.ended_on) == (command.outcome, command.ended_on):
            return []
        raise HelpEndedAlready(pairing=paired.pairing, ended_on=ended.ended_on)
    if command.ended_on < paired.paired_on:
        raise EndedBeforePaired(ended_on=command.ended_on, paired_on=paired.paired_on)
    command.setting.allow_day(command.ended_on, paired.paired_on)
    return [
        HelpEnded(
            campaign=paired.campaign,
            pairing=paired.pairing,
            unit=paired.unit,
            outcome=command.outcome,
            ended_on=command.ended_on,
        )
    ]
