"""How many events of each type loading the scenario writes, counted from its rows."""

from collections import Counter

from deploy.scenarios.nmg_2014 import campaign
from deploy.scenarios.nmg_2014.duties import duties, findings
from deploy.scenarios.nmg_2014.expected_ledger import POOR_SCORE
from deploy.scenarios.nmg_2014.files import units
from deploy.scenarios.nmg_2014.instructors import instructors
from deploy.scenarios.nmg_2014.item_steps import item_steps
from deploy.scenarios.nmg_2014.items import items
from deploy.scenarios.nmg_2014.leading_groups import leading_groups
from deploy.scenarios.nmg_2014.liaison import (
    QUOTAS,
    liaison_leaders,
    liaison_points,
    liaison_visits,
    life_meetings,
)
from deploy.scenarios.nmg_2014.mobilizations import mobilizations
from deploy.scenarios.nmg_2014.plans import gates_of, plan_steps
from deploy.scenarios.nmg_2014.preparations import preparations
from deploy.scenarios.nmg_2014.programmes import (
    batch_links,
    filed_plans,
    pairings,
    petitions,
    programme_progress,
    programmes,
)
from deploy.scenarios.nmg_2014.publicity import (
    JOINT_MEETINGS,
    TEAM_RULES,
    TEAM_RULES_IN,
    lectures,
    publicity,
)
from deploy.scenarios.nmg_2014.teams import dispatches, team_trainings, teams
from deploy.scenarios.nmg_2014.trainings import trainings


def event_counts() -> dict[str, int]:
    """Stable event name -> number; people are a directory and write no events."""
    return {**_of_units_and_schedule(), **_of_supervision(), **_of_rectification()}


def _of_units_and_schedule() -> dict[str, int]:
    steps = Counter(step.action for step in plan_steps())
    groups = leading_groups()
    formed = len({(row.unit, row.group) for row in groups})
    return {
        "UnitRegistered": len(units()),
        "LeadingGroupFormed": formed,
        "LeadingGroupReinforced": len(groups) - formed,
        "WorkingRulesAdopted": sum(row.rules_adopted_on is not None for row in groups),
        "CampaignOpened": 1,
        "GatesSet": 1,
        "DocumentIssued": len(campaign.DOCUMENTS),
        "PreparationOrdered": 1,
        "MeetingHeld": len(campaign.MEETINGS),
        "PreparationCompleted": len(preparations()),
        "PlanSubmitted": steps["submit"],
        "GatePassed": steps["pass"],
        "PlanReturned": steps["return"],
        "PlanApproved": _approvals(),
        "MobilizationHeld": len(mobilizations()),
        "TrainingHeld": len(trainings()),
    }


def _of_supervision() -> dict[str, int]:
    found = findings()
    return {
        "TeamFormed": len(teams()),
        "TeamTrained": len(team_trainings()),
        "TeamDispatched": len(dispatches()),
        "OfficialsListed": 1,
        "InstructorAssigned": len(instructors()),
        "DutyDone": len(duties()),
        "FindingReported": len(found),
        "FindingHandedOver": sum(row.for_rectification == "yes" for row in found),
        "LiaisonQuotaSet": len(QUOTAS),
        "LiaisonLeaderNamed": len(liaison_leaders()),
        "LiaisonPointTaken": len(liaison_points()),
        "LiaisonVisitMade": len(liaison_visits()),
        "LifeMeetingAttended": len(life_meetings()),
        "JointMeetingHeld": len(TEAM_RULES_IN) * len(JOINT_MEETINGS),
        "TeamRulesAdopted": len(TEAM_RULES_IN) * len(TEAM_RULES),
        "PublicityIssued": len(publicity()),
        "LectureGiven": len(lectures()),
    }


def _of_rectification() -> dict[str, int]:
    steps = Counter(step.action for step in item_steps())
    from_findings = sum(row.for_rectification == "yes" for row in findings())
    return {
        "ItemRaised": len(items()) + from_findings,
        "ProgressReported": steps["progress"],
        "DueDateExtended": steps["extend"],
        "ClosureRequested": steps["request_closure"],
        "ClosureRejected": steps["reject"],
        "RectificationClosed": steps["close"],
        "SatisfactionRated": steps["rate"],
        "FollowUpReviewed": steps["review"],
        "ItemReopened": sum(
            step.score is not None and step.score <= POOR_SCORE for step in item_steps()
        ),
        "PlanFiled": len(filed_plans()),
        "BatchesLinked": len(batch_links()),
        "ProgrammeLaunched": len(programmes()),
        "ProgrammeProgressed": len(programme_progress()),
        "PetitionsReceived": len(petitions()),
        "HelpPaired": len(pairings()),
    }


def _approvals() -> int:
    """The pass of a plan's last gate approves it."""
    return sum(
        step.action == "pass" and step.gate == gates_of(step.unit, step.category)[-1]
        for step in plan_steps()
    )
