"""How many events of each type loading the scenario writes, counted from its rows."""

from collections import Counter

from deploy.scenarios.nmg_2014 import campaign
from deploy.scenarios.nmg_2014.files import units
from deploy.scenarios.nmg_2014.leading_groups import leading_groups
from deploy.scenarios.nmg_2014.mobilizations import mobilizations
from deploy.scenarios.nmg_2014.plans import gates_of, plan_steps
from deploy.scenarios.nmg_2014.preparations import preparations
from deploy.scenarios.nmg_2014.trainings import trainings


def event_counts() -> dict[str, int]:
    """Stable event name -> number; people are a directory and write no events."""
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


def _approvals() -> int:
    """The pass of a plan's last gate approves it."""
    return sum(
        step.action == "pass" and step.gate == gates_of(step.unit, step.category)[-1]
        for step in plan_steps()
    )
