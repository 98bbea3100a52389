"""A finding's life: reported by a team; marked for rectification, handed over to the ledger."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from services.supervision.domain.recording import TeamAtHand, allow_recording
from shared.contracts.supervision import FindingHandedOver, FindingRefused, FindingReported
from shared.kernel.access import Caller
from shared.kernel.decider import Decider
from shared.kernel.refusals import Refusal
from shared.kernel.setting import Setting


class FindingReportedOtherwise(Refusal):
    code = "finding-reported-otherwise"
    zh = "问题 {finding} 已按另一内容登记,请换一个编号。"
    en = "Finding {finding} was reported with other content; use another id."


class ResponsibilityMissing(Refusal):
    code = "responsibility-missing"
    status = 422
    zh = "转入整改的问题须写明责任人和完成时限。"
    en = "A finding for rectification names a responsible person and a due date."


class DueBeforeFound(Refusal):
    code = "due-before-found"
    status = 422
    zh = "完成时限 {due_on} 早于发现日期 {found_on}。"
    en = "The due date {due_on} lies before {found_on}, when it was found."


class NothingToHandOver(Refusal):
    code = "nothing-to-hand-over"
    zh = "问题 {finding} 没有待转入台账的内容。"
    en = "Finding {finding} has nothing to hand over to the ledger."


@dataclass(frozen=True, slots=True)
class Report:
    setting: Setting
    caller: Caller
    team: TeamAtHand
    reported: FindingReported


@dataclass(frozen=True, slots=True)
class HandOver:
    """The ledger has answered with an item."""

    finding: str
    item: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Refuse:
    """The ledger has answered with a refusal."""

    finding: str
    code: str
    now: datetime


Command = Report | HandOver | Refuse
Event = FindingReported | FindingHandedOver | FindingRefused


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding as it stands; `item` is its place on the ledger, `refused` why it has none."""

    reported: FindingReported
    item: str = ""
    refused: str = ""

    @property
    def state(self) -> str:
        if self.item:
            return "handed_over"
        if self.refused:
            return "refused"
        return "waiting" if self.reported.for_rectification else "reported"


def decide(command: Command, finding: Finding | None) -> list[Event]:
    match command:
        case Report():
            return [*_report(command, finding)]
        case HandOver():
            return [*_hand_over(command, finding)]
        case Refuse():
            return [*_refuse(command, finding)]


def evolve(finding: Finding | None, event: Event) -> Finding | None:
    match event, finding:
        case FindingReported(), _:
            return Finding(event)
        case FindingHandedOver(item=item), Finding():
            return replace(finding, item=item, refused="")
        case FindingRefused(code=code), Finding():
            return replace(finding, refused=code)
        case _:
            return finding


FINDING: Final = Decider[Command, Finding | None, Event](None, decide, evolve)


def _report(command: Report, finding: Finding | None) -> list[FindingReported]:
    reported, setting = command.reported, command.setting
    if finding is not None:
        if finding.reported == reported:
            return []
        raise FindingReportedOtherwise(finding=reported.finding)
    if reported.for_rectification and (not reported.responsible_person or reported.due_on is None):
        raise ResponsibilityMissing
    if reported.due_on is not None and reported.due_on < reported.found_on:
        raise DueBeforeFound(due_on=reported.due_on, found_on=reported.found_on)
    setting.allow_day(reported.found_on, setting.campaign.starts_on)
    allow_recording(command.caller, command.team, setting.unit.path, reported.found_on)
    return [reported]


def _hand_over(command: HandOver, finding: Finding | None) -> list[FindingHandedOver]:
    marked = _marked(command.finding, finding)
    if marked.item:
        return []
    return [
        FindingHandedOver(
            campaign=marked.reported.campaign,
            finding=command.finding,
            unit=marked.reported.unit,
            item=command.item,
            handed_over_at=command.now,
        )
    ]


def _refuse(command: Refuse, finding: Finding | None) -> list[FindingRefused]:
    marked = _marked(command.finding, finding)
    if marked.item or marked.refused == command.code:
        return []
    return [
        FindingRefused(
            campaign=marked.reported.campaign,
            finding=command.finding,
            unit=marked.reported.unit,
            code=command.code,
            refused_at=command.now,
        )
    ]


def _marked(name: str, finding: Finding | None) -> Finding:
    if finding is None or not finding.reported.for_rectification:
        raise NothingToHandOver(finding=name)
    return finding
