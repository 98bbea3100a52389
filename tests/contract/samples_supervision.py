"""What the golden events of the supervision service say, as today's classes."""

from datetime import date, datetime
from typing import Final

from shared.contracts.supervision import (
    DutyDone,
    FindingHandedOver,
    FindingRefused,
    FindingReported,
    InstructorAssigned,
    InstructorWithdrawn,
    JointMeetingHeld,
    LectureGiven,
    LiaisonLeaderNamed,
    LiaisonPointLeft,
    LiaisonPointTaken,
    LiaisonQuotaSet,
    LiaisonTarget,
    LiaisonVisitMade,
    LifeMeetingAttended,
    OfficialCaughtUp,
    OfficialsListed,
    PatrolsChanged,
    PublicityIssued,
    TeamDispatched,
    TeamFormed,
    TeamMembersChanged,
    TeamRecalled,
    TeamRulesAdopted,
    TeamTrained,
)
from shared.kernel.events import Event
from shared.kernel.time import SHANGHAI
from tests.contract.samples_units import CAMPAIGN

_TEAM: Final = "st-15-01"
_MAKE_UP: Final = "st-15-13"
_VILLAGE: Final = "150202001201"
_LEADER: Final = "p-1502-0003"
_OFFICIALS: Final = ("p-15-m001", "p-15-m002")


def _at(month: int, day: int, hour: int) -> datetime:
    return datetime(2014, month, day, hour, tzinfo=SHANGHAI)


SUPERVISION_SAMPLES: dict[str, Event] = {
    "TeamFormed": TeamFormed(
        campaign=CAMPAIGN,
        team=_TEAM,
        name="自治区党委第一督导组",
        formed_by="15",
        purpose="station",
        first_leader="p-15-0001",
        leader="p-15-0101",
        members=("p-15-0001", "p-15-0101", "p-15-0102"),
        formed_on=date(2014, 1, 27),
    ),
    "TeamMembersChanged": TeamMembersChanged(
        campaign=CAMPAIGN,
        team=_TEAM,
        formed_by="15",
        first_leader="p-15-0001",
        leader="p-15-0101",
        members=("p-15-0001", "p-15-0101", "p-15-0103"),
        reason="工作调动",
        changed_on=date(2014, 2, 7),
    ),
    "TeamTrained": TeamTrained(
        campaign=CAMPAIGN,
        team=_TEAM,
        formed_by="15",
        training="tt-st-15-01",
        trained_on=date(2014, 2, 8),
    ),
    "TeamDispatched": TeamDispatched(
        campaign=CAMPAIGN,
        team=_TEAM,
        formed_by="15",
        unit="1502",
        patrols=("150202", "150203"),
        dispatched_on=date(2014, 2, 11),
    ),
    "PatrolsChanged": PatrolsChanged(
        campaign=CAMPAIGN, team=_TEAM, unit="1502", patrols=(), changed_on=date(2014, 2, 20)
    ),
    "TeamRecalled": TeamRecalled(
        campaign=CAMPAIGN,
        team=_TEAM,
        formed_by="15",
        unit="1502",
        reason="督导任务完成",
        recalled_on=date(2014, 6, 30),
    ),
    "OfficialsListed": OfficialsListed(
        campaign=CAMPAIGN,
        team=_MAKE_UP,
        formed_by="15",
        officials=_OFFICIALS,
        listed_on=date(2014, 2, 10),
    ),
    "OfficialCaughtUp": OfficialCaughtUp(
        campaign=CAMPAIGN,
        team=_MAKE_UP,
        formed_by="15",
        official=_OFFICIALS[0],
        caught_up_on=date(2014, 2, 24),
    ),
    "InstructorAssigned": InstructorAssigned(
        campaign=CAMPAIGN,
        unit=_VILLAGE,
        instructor="p-150202001-i001",
        assigned_by="150202001",
        assigned_on=date(2014, 2, 24),
    ),
    "InstructorWithdrawn": InstructorWithdrawn(
        campaign=CAMPAIGN,
        unit=_VILLAGE,
        instructor="p-150202001-i001",
        assigned_by="150202001",
        reason="另有任用",
        withdrawn_on=date(2014, 3, 10),
    ),
    "DutyDone": DutyDone(
        campaign=CAMPAIGN,
        duty="d-st-15-01-01",
        kind="plan_examined",
        team=_TEAM,
        unit="1502",
        summary="实施方案审阅意见已反馈",
        done_on=date(2014, 2, 12),
    ),
    "FindingReported": FindingReported(
        campaign=CAMPAIGN,
        finding="f-st-15-01-01",
        team=_TEAM,
        unit="1502",
        category="formalism",
        summary="学习记录有补记现象",
        for_rectification=True,
        responsible_person="p-1502-0001",
        due_on=date(2014, 3, 20),
        found_on=date(2014, 2, 25),
    ),
    "FindingHandedOver": FindingHandedOver(
        campaign=CAMPAIGN,
        finding="f-st-15-01-01",
        unit="1502",
        item="1502-1",
        handed_over_at=_at(2, 25, 15),
    ),
    "FindingRefused": FindingRefused(
        campaign=CAMPAIGN,
        finding="f-st-15-01-02",
        unit="1502",
        code="due-before-raised",
        refused_at=_at(2, 26, 9),
    ),
    "LiaisonQuotaSet": LiaisonQuotaSet(
        campaign=CAMPAIGN,
        area="1502",
        rank="city_leader",
        targets=(LiaisonTarget("department", 1, 1), LiaisonTarget("life_meeting", 3, 5)),
        set_at=_at(1, 25, 9),
    ),
    "LiaisonLeaderNamed": LiaisonLeaderNamed(
        campaign=CAMPAIGN,
        leader=_LEADER,
        area="1502",
        rank="city_leader",
        named_on=date(2014, 1, 26),
    ),
    "LiaisonPointTaken": LiaisonPointTaken(
        campaign=CAMPAIGN,
        unit="1502-D03",
        leader=_LEADER,
        area="1502",
        target="department",
        taken_on=date(2014, 1, 28),
    ),
    "LiaisonPointLeft": LiaisonPointLeft(
        campaign=CAMPAIGN,
        unit="1502-D03",
        leader=_LEADER,
        area="1502",
        reason="分工调整",
        left_on=date(2014, 4, 1),
    ),
    "LiaisonVisitMade": LiaisonVisitMade(
        campaign=CAMPAIGN,
        visit="v-1502-0003-1",
        unit="1502-D03",
        leader=_LEADER,
        summary="调研指导",
        visited_on=date(2014, 2, 18),
    ),
    "LifeMeetingAttended": LifeMeetingAttended(
        campaign=CAMPAIGN,
        unit="1502-D03",
        leader=_LEADER,
        area="1502",
        attended_on=date(2014, 3, 5),
    ),
    "JointMeetingHeld": JointMeetingHeld(
        campaign=CAMPAIGN,
        meeting="jm-1502-1",
        unit="1502",
        title="督导组第一次联席会议",
        attendees=38,
        held_on=date(2014, 2, 14),
    ),
    "TeamRulesAdopted": TeamRulesAdopted(
        campaign=CAMPAIGN,
        unit="1502",
        kind="working_rules",
        title="督导组工作制度",
        adopted_on=date(2014, 2, 12),
    ),
    "PublicityIssued": PublicityIssued(
        campaign=CAMPAIGN,
        issue="pub-1502-wechat-1",
        unit="1502",
        channel="wechat",
        title="微信公众号专栏",
        pieces=12,
        issued_on=date(2014, 2, 17),
    ),
    "LectureGiven": LectureGiven(
        campaign=CAMPAIGN,
        lecture="lec-150202001-c",
        unit="150202001",
        kind="cadre_lecture",
        title="干部下基层宣讲",
        speakers=5,
        lectures=7,
        listeners=224,
        given_on=date(2014, 2, 20),
    ),
}
