"""What the golden events of the rectification service say, as today's classes."""

from datetime import date, datetime
from typing import TypedDict

from shared.contracts.rectification import (
    BatchesLinked,
    ClockPaused,
    ClockResumed,
    ClosureRejected,
    ClosureRequested,
    DueDateExtended,
    Evidence,
    FollowUpReviewed,
    HelpEnded,
    HelpPaired,
    ItemAssigned,
    ItemRaised,
    ItemReopened,
    LadderStep,
    PetitionsReceived,
    PlanFiled,
    ProgrammeCompleted,
    ProgrammeLaunched,
    ProgrammeProgressed,
    ProgressReported,
    RectificationClosed,
    SatisfactionRated,
    UrgingDelivered,
    UrgingRulesSet,
    UrgingStepTaken,
)
from shared.kernel.events import Event
from shared.kernel.time import SHANGHAI
from tests.contract.samples_units import CAMPAIGN


class _Of(TypedDict):
    campaign: str
    unit: str


class _OfItem(_Of):
    item: str


class _OfStep(_Of):
    subject: str
    thing: str
    step: str
    due_on: date


UNIT = "150302"
_OF_UNIT: _Of = {"campaign": CAMPAIGN, "unit": UNIT}
_OF_ITEM: _OfItem = {**_OF_UNIT, "item": "wuhai-1"}
_OF_STEP: _OfStep = {
    **_OF_UNIT, "subject": "item", "thing": "wuhai-1", "step": "notice",
    "due_on": date(2014, 3, 28),
}  # fmt: skip


def at(month: int, day: int, hour: int) -> datetime:
    return datetime(2014, month, day, hour, tzinfo=SHANGHAI)


RECTIFICATION_SAMPLES: dict[str, Event] = {
    "ItemRaised": ItemRaised(
        **_OF_ITEM,
        number=1,
        source="opinion",
        origin="op-7",
        category="ecology",
        summary="矿区扬尘",
        responsible_person="p-1503-0007",
        due_on=date(2014, 3, 28),
        cascades=False,
        parent="",
        programme="",
        raised_on=date(2014, 3, 3),
    ),
    "ItemAssigned": ItemAssigned(
        **_OF_ITEM, responsible_person="p-1503-0008", assigned_at=at(3, 4, 9)
    ),
    "ProgressReported": ProgressReported(
        **_OF_ITEM, note="已动工", percent=30, reported_on=date(2014, 3, 6)
    ),
    "ClockPaused": ClockPaused(**_OF_ITEM, reason="等待批复", paused_on=date(2014, 3, 10)),
    "ClockResumed": ClockResumed(
        **_OF_ITEM, due_on=date(2014, 4, 4), resumed_on=date(2014, 3, 17)
    ),
    "DueDateExtended": DueDateExtended(
        **_OF_ITEM,
        former_due_on=date(2014, 4, 4),
        due_on=date(2014, 4, 18),
        reason="天气",
        approved_by="p-1503-0001",
        extended_on=date(2014, 3, 18),
    ),
    "ClosureRequested": ClosureRequested(
        **_OF_ITEM,
        summary="已整改",
        evidence=(Evidence("ab" * 32, "照片.png", "image/png", 20_480),),
        requested_by="p-1503-0008",
        requested_on=date(2014, 3, 20),
    ),
    "ClosureRejected": ClosureRejected(
        **_OF_ITEM, reason="扬尘仍在", rejected_by="p-1503-0002", rejected_on=date(2014, 3, 21)
    ),
    "RectificationClosed": RectificationClosed(
        **_OF_ITEM, note="现场核查", verified_by="p-1503-0002", closed_on=date(2014, 3, 26)
    ),
    "FollowUpReviewed": FollowUpReviewed(
        **_OF_ITEM, holds=False, note="反弹", reviewed_by="p-1503-0003",
        reviewed_on=date(2014, 4, 26),
    ),
    "ItemReopened": ItemReopened(
        **_OF_ITEM, cause="relapse", reason="反弹", due_on=date(2014, 5, 13),
        reopened_on=date(2014, 4, 26),
    ),
    "SatisfactionRated": SatisfactionRated(
        **_OF_ITEM, score=4, raters=40, rated_on=date(2014, 5, 20)
    ),
    "PlanFiled": PlanFiled(
        **_OF_UNIT, document="rectification_plan", title="整改方案",
        digest="9f86d081884c7d65", filed_on=date(2014, 2, 20),
    ),
    "BatchesLinked": BatchesLinked(**_OF_UNIT, led_by="15-D03", linked_on=date(2014, 2, 21)),
    "ProgrammeLaunched": ProgrammeLaunched(
        **_OF_UNIT,
        programme="wuhai-greening",
        kind="commitment",
        category="ecology",
        title="植树造林",
        measure="亩",
        target=3_000,
        due_on=date(2014, 9, 30),
        launched_on=date(2014, 2, 22),
    ),
    "ProgrammeProgressed": ProgrammeProgressed(
        **_OF_UNIT,
        programme="wuhai-greening",
        entry="e-1",
        count=3_200,
        note="春季植树",
        reported_by="p-1503-0008",
        progressed_on=date(2014, 5, 20),
    ),
    "ProgrammeCompleted": ProgrammeCompleted(
        **_OF_UNIT, programme="wuhai-greening", note="验收合格", verified_by="p-1503-0002",
        completed_on=date(2014, 6, 3),
    ),
    "PetitionsReceived": PetitionsReceived(
        **_OF_UNIT,
        reception="r-1",
        received_by="p-1503-0001",
        visits=46,
        cases=31,
        settled_on_spot=12,
        held_on=date(2014, 3, 1),
    ),
    "HelpPaired": HelpPaired(
        **_OF_UNIT, pairing="h-1", helper="15-D03", kind="village", households=25,
        paired_on=date(2014, 3, 2),
    ),
    "HelpEnded": HelpEnded(
        **_OF_UNIT, pairing="h-1", outcome="已脱贫", ended_on=date(2014, 9, 1)
    ),
    "UrgingRulesSet": UrgingRulesSet(
        campaign=CAMPAIGN,
        area="1503",
        subject="item",
        steps=(LadderStep("reminder", -3), LadderStep("notice", 1)),
        set_at=at(2, 24, 10),
    ),
    "UrgingStepTaken": UrgingStepTaken(
        **_OF_STEP, addressee="p-1503-0008", taken_on=date(2014, 3, 31)
    ),
    "UrgingDelivered": UrgingDelivered(**_OF_STEP, channel="file", delivered_at=at(3, 31, 9)),
}  # fmt: skip
