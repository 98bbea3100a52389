"""What the golden events of the schedule service say, as today's classes."""

from datetime import date, datetime

from shared.contracts.schedule import (
    CampaignOpened,
    DocumentIssued,
    Gate,
    GatePassed,
    GatesSet,
    MeetingHeld,
    MobilizationCorrected,
    MobilizationHeld,
    MobilizationPlanned,
    MobilizationVoided,
    PlanApproved,
    PlanReturned,
    PlanSubmitted,
    PreparationCompleted,
    PreparationOrdered,
    TrainingHeld,
    Window,
    WindowsChanged,
)
from shared.kernel.events import Event
from shared.kernel.time import SHANGHAI
from tests.contract.samples_units import CAMPAIGN

WINDOWS = (
    Window((2, 3), ("area", "leading_bodies"), date(2014, 1, 24), date(2014, 2, 20)),
    Window((4, 5), ("area",), date(2014, 3, 1), date(2014, 3, 15)),
)
GATES = (
    Gate("city_supervision_team", "市委督导组", "City supervision team", "supervisor", "1502"),
    Gate("campaign_office", "教育实践活动办公室", "Campaign office", "clerk", "1502"),
)


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2014, month, day, hour, minute, tzinfo=SHANGHAI)


SCHEDULE_SAMPLES: dict[str, Event] = {
    "CampaignOpened": CampaignOpened(
        campaign=CAMPAIGN,
        name_zh="第二批活动",
        name_en="Batch two",
        root="15",
        starts_on=date(2013, 11, 1),
        ends_on=date(2014, 10, 31),
        mobilization_from=date(2014, 1, 20),
        windows=WINDOWS,
    ),
    "WindowsChanged": WindowsChanged(
        campaign=CAMPAIGN,
        windows=WINDOWS[:1],
        reason="暴雪顺延",
        changed_at=at(2, 19, 17),
    ),
    "GatesSet": GatesSet(
        campaign=CAMPAIGN,
        area="1502",
        applies_to_level=3,
        category="implementation",
        gates=GATES,
        set_at=at(1, 26, 9),
    ),
    "DocumentIssued": DocumentIssued(
        campaign=CAMPAIGN,
        document="work-plan",
        kind="work_plan",
        title="全区第二批活动工作方案",
        topic="work_plan",
        unit="15",
        issued_on=date(2014, 1, 24),
        applies_to=("area", "leading_bodies"),
    ),
    "PreparationOrdered": PreparationOrdered(
        campaign=CAMPAIGN,
        order="preparation",
        title="关于提前做好准备工作的通知",
        unit="15",
        levels=(2, 3, 4, 5),
        ordered_on=date(2013, 11, 15),
    ),
    "PreparationCompleted": PreparationCompleted(
        campaign=CAMPAIGN, unit="150202", prepared_on=date(2013, 12, 20)
    ),
    "PlanSubmitted": PlanSubmitted(
        campaign=CAMPAIGN,
        unit="150202",
        category="implementation",
        plan_version=1,
        title="东河区实施方案",
        digest="9f86d081884c7d65",
        gates=GATES,
        submitted_at=at(1, 27, 10, 30),
    ),
    "GatePassed": GatePassed(
        campaign=CAMPAIGN,
        unit="150202",
        category="implementation",
        plan_version=1,
        gate="city_supervision_team",
        note="",
        passed_at=at(1, 28, 15),
    ),
    "PlanReturned": PlanReturned(
        campaign=CAMPAIGN,
        unit="150202",
        category="implementation",
        plan_version=1,
        gate="campaign_office",
        reasons=("local_character_lacking", "not_actionable"),
        note="未结合本区实际",
        returned_at=at(1, 29, 9),
    ),
    "PlanApproved": PlanApproved(
        campaign=CAMPAIGN,
        unit="150202",
        category="implementation",
        plan_version=2,
        approved_at=at(2, 8, 16),
    ),
    "MeetingHeld": MeetingHeld(
        campaign=CAMPAIGN,
        meeting="deployment",
        kind="deployment",
        title="第一批总结暨第二批部署会议",
        unit="15",
        attendees=1260,
        held_at=at(1, 24, 9),
    ),
    "MobilizationPlanned": MobilizationPlanned(
        campaign=CAMPAIGN,
        unit="150202",
        planned_at=at(2, 18, 9),
        place="区会堂",
        arranged_at=at(2, 10, 11),
    ),
    "MobilizationHeld": MobilizationHeld(
        campaign=CAMPAIGN,
        unit="150202",
        held_at=at(2, 21, 9),
        attendees=430,
        chaired_by="p-150202-0001",
        place="区会堂",
        flags=("late",),
    ),
    "MobilizationCorrected": MobilizationCorrected(
        campaign=CAMPAIGN,
        unit="150202",
        held_at=at(2, 18, 9),
        attendees=412,
        chaired_by="p-150202-0001",
        place="区会堂",
        flags=(),
        reason="日期录入有误",
        corrected_at=at(2, 22, 8, 30),
    ),
    "MobilizationVoided": MobilizationVoided(
        campaign=CAMPAIGN,
        unit="150202",
        reason="重复登记",
        voided_at=at(2, 23, 8, 30),
    ),
    "TrainingHeld": TrainingHeld(
        campaign=CAMPAIGN,
        unit="150202",
        training="office-1",
        audience="office_staff",
        participants=36,
        phase="after",
        held_on=date(2014, 2, 12),
    ),
}
