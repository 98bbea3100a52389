"""What is said of things in tests: events with the fields that matter here, the rest made up."""

from typing import Any

from shared.contracts import rectification, supervision
from shared.kernel.time import local_midnight
from tests.unit.status.things.telling import day
from tests.unit.status.told import CAMPAIGN

REGION, LEAGUE, BANNER = "15", "1502", "150202"
_ITEM: dict[str, Any] = {"campaign": CAMPAIGN, "item": "i-1", "unit": BANNER}
_TEAM: dict[str, Any] = {"campaign": CAMPAIGN, "team": "t-1", "formed_by": REGION}
_POINT: dict[str, Any] = {"campaign": CAMPAIGN, "unit": BANNER, "leader": "p-1", "area": LEAGUE}


def raised(
    on: int, due: int, *, source: str = "finding", category: str = "service"
) -> rectification.ItemRaised:
    return rectification.ItemRaised(
        **_ITEM, number=1, source=source, origin="", category=category, summary="办事慢",
        responsible_person="p-2", due_on=day(due), cascades=False, parent="", programme="",
        raised_on=day(on),
    )  # fmt: skip


def extended(on: int, due: int) -> rectification.DueDateExtended:
    return rectification.DueDateExtended(
        **_ITEM, former_due_on=day(0), due_on=day(due), reason="采购", approved_by="p-3",
        extended_on=day(on),
    )  # fmt: skip


def paused(on: int) -> rectification.ClockPaused:
    return rectification.ClockPaused(**_ITEM, reason="待批", paused_on=day(on))


def resumed(on: int, due: int) -> rectification.ClockResumed:
    return rectification.ClockResumed(**_ITEM, due_on=day(due), resumed_on=day(on))


def closed(on: int) -> rectification.RectificationClosed:
    return rectification.RectificationClosed(
        **_ITEM, note="属实", verified_by="p-3", closed_on=day(on)
    )


def reopened(on: int, due: int) -> rectification.ItemReopened:
    return rectification.ItemReopened(
        **_ITEM, cause="relapse", reason="反弹", due_on=day(due), reopened_on=day(on)
    )


def rated(on: int, score: int) -> rectification.SatisfactionRated:
    return rectification.SatisfactionRated(**_ITEM, score=score, raters=9, rated_on=day(on))


def reviewed(on: int) -> rectification.FollowUpReviewed:
    return rectification.FollowUpReviewed(
        **_ITEM, holds=True, note="", reviewed_by="p-3", reviewed_on=day(on)
    )


def formed(on: int, *members: str, purpose: str = "station") -> supervision.TeamFormed:
    return supervision.TeamFormed(
        **_TEAM, name="第一督导组", purpose=purpose, first_leader=members[0], leader=members[-1],
        members=members, formed_on=day(on),
    )  # fmt: skip


def regrouped(on: int, *members: str) -> supervision.TeamMembersChanged:
    return supervision.TeamMembersChanged(
        **_TEAM, first_leader=members[0], leader=members[-1], members=members, reason="调整",
        changed_on=day(on),
    )  # fmt: skip


def team_trained(on: int) -> supervision.TeamTrained:
    return supervision.TeamTrained(**_TEAM, training="tr-1", trained_on=day(on))


def dispatched(on: int, *, team: str = "t-1", unit: str = LEAGUE) -> supervision.TeamDispatched:
    return supervision.TeamDispatched(
        campaign=CAMPAIGN, team=team, formed_by=REGION, unit=unit, patrols=(), dispatched_on=day(on)
    )


def recalled(on: int, *, team: str = "t-1", unit: str = LEAGUE) -> supervision.TeamRecalled:
    return supervision.TeamRecalled(
        campaign=CAMPAIGN,
        team=team,
        formed_by=REGION,
        unit=unit,
        reason="期满",
        recalled_on=day(on),
    )


def listed(on: int, *officials: str) -> supervision.OfficialsListed:
    return supervision.OfficialsListed(**_TEAM, officials=officials, listed_on=day(on))


def caught_up(on: int, official: str) -> supervision.OfficialCaughtUp:
    return supervision.OfficialCaughtUp(**_TEAM, official=official, caught_up_on=day(on))


def assigned(on: int, instructor: str) -> supervision.InstructorAssigned:
    return supervision.InstructorAssigned(
        campaign=CAMPAIGN,
        unit=BANNER,
        instructor=instructor,
        assigned_by="1502",
        assigned_on=day(on),
    )


def withdrawn(on: int, instructor: str) -> supervision.InstructorWithdrawn:
    return supervision.InstructorWithdrawn(
        campaign=CAMPAIGN, unit=BANNER, instructor=instructor, assigned_by="1502", reason="调离",
        withdrawn_on=day(on),
    )  # fmt: skip


def named(on: int, area: str) -> supervision.LiaisonLeaderNamed:
    return supervision.LiaisonLeaderNamed(
        campaign=CAMPAIGN, leader="p-1", area=area, rank="常委", named_on=day(on)
    )


def taken(on: int) -> supervision.LiaisonPointTaken:
    return supervision.LiaisonPointTaken(**_POINT, target="banner", taken_on=day(on))


def left(on: int) -> supervision.LiaisonPointLeft:
    return supervision.LiaisonPointLeft(**_POINT, reason="轮换", left_on=day(on))


def found(on: int, *, for_rectification: bool = True) -> supervision.FindingReported:
    return supervision.FindingReported(
        campaign=CAMPAIGN, finding="f-1", team="t-1", unit=BANNER, category="service",
        summary="办事慢", for_rectification=for_rectification, responsible_person="p-2",
        due_on=day(30), found_on=day(on),
    )  # fmt: skip


def handed_over(on: int) -> supervision.FindingHandedOver:
    return supervision.FindingHandedOver(
        campaign=CAMPAIGN, finding="f-1", unit=BANNER, item="i-1",
        handed_over_at=local_midnight(day(on)),
    )  # fmt: skip


def finding_refused(on: int) -> supervision.FindingRefused:
    return supervision.FindingRefused(
        campaign=CAMPAIGN, finding="f-1", unit=BANNER, code="unknown-person",
        refused_at=local_midnight(day(on)),
    )  # fmt: skip


def filed(on: int, document: str) -> rectification.PlanFiled:
    return rectification.PlanFiled(
        campaign=CAMPAIGN,
        unit=BANNER,
        document=document,
        title="方案",
        digest="d",
        filed_on=day(on),
    )


def launched(on: int, target: int, kind: str = "village_help") -> rectification.ProgrammeLaunched:
    return rectification.ProgrammeLaunched(
        campaign=CAMPAIGN, programme="g-1", unit=LEAGUE, kind=kind, category="poverty_relief",
        title="五个一", measure="village", target=target, due_on=None, launched_on=day(on),
    )  # fmt: skip


def progressed(on: int, entry: str, count: int) -> rectification.ProgrammeProgressed:
    return rectification.ProgrammeProgressed(
        campaign=CAMPAIGN, programme="g-1", unit=BANNER, entry=entry, count=count, note="",
        reported_by="p-2",
        progressed_on=day(on),
    )  # fmt: skip


def completed(on: int) -> rectification.ProgrammeCompleted:
    return rectification.ProgrammeCompleted(
        campaign=CAMPAIGN, programme="g-1", unit=LEAGUE, note="", verified_by="p-3",
        completed_on=day(on),
    )  # fmt: skip


def paired(on: int, households: int) -> rectification.HelpPaired:
    return rectification.HelpPaired(
        campaign=CAMPAIGN, pairing="h-1", unit=BANNER, helper="1502-D01", kind="household",
        households=households, paired_on=day(on),
    )  # fmt: skip


def help_ended(on: int) -> rectification.HelpEnded:
    return rectification.HelpEnded(
        campaign=CAMPAIGN, pairing="h-1", unit=BANNER, outcome="脱贫", ended_on=day(on)
    )


AT_BANNER: dict[str, Any] = {"campaign": CAMPAIGN, "unit": BANNER}
DUTY = supervision.DutyDone(
    **AT_BANNER, duty="d-1", kind="patrol_made", team="t-1", summary="", done_on=day(3)
)
VISIT = supervision.LiaisonVisitMade(
    **AT_BANNER, visit="v-1", leader="p-1", summary="", visited_on=day(3)
)
LIFE_MEETING = supervision.LifeMeetingAttended(
    **AT_BANNER, leader="p-1", area="1502", attended_on=day(3)
)
JOINT_MEETING = supervision.JointMeetingHeld(
    **AT_BANNER, meeting="m-1", title="联席会议", attendees=20, held_on=day(3)
)
RULES = supervision.TeamRulesAdopted(
    **AT_BANNER, kind="discipline", title="纪律", adopted_on=day(3)
)
PIECES = supervision.PublicityIssued(
    **AT_BANNER, issue="x-1", channel="wechat", title="", pieces=40, issued_on=day(3)
)
LECTURES = supervision.LectureGiven(
    **AT_BANNER, lecture="l-1", kind="cadre_lecture", title="", speakers=10, lectures=25, listeners=900,
    given_on=day(3),
)  # fmt: skip
RECEPTION = rectification.PetitionsReceived(
    **AT_BANNER, reception="r-1", received_by="p-1", visits=30, cases=12, settled_on_spot=0,
    held_on=day(3),
)  # fmt: skip
LINK = rectification.BatchesLinked(**AT_BANNER, led_by="1502-D01", linked_on=day(3))
STEP = rectification.UrgingStepTaken(
    **AT_BANNER, subject="item", thing="i-1", step="notice", due_on=day(2), addressee="p-2",
    taken_on=day(3),
)  # fmt: skip
