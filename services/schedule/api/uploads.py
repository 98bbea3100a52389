"""Endpoints of uploads: preparations, plans, mobilizations and trainings, many at once."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.schedule.api.columns import MOBILIZATIONS, PLANS, PREPARATIONS, TRAININGS
from services.schedule.api.office import Office
from services.schedule.domain import mobilization, preparation, training
from services.schedule.domain.plan import Command as PlanCommand
from services.schedule.domain.plan import Pass, Return, Submit
from services.schedule.domain.setting import Setting
from services.schedule.supervising import Supervised, reviewer_of
from services.schedule.views.lives import OF_MOBILIZATION, OF_PLAN, OF_PREPARATION, OF_TRAINING
from shared.kernel.access import Action
from shared.platform.asking import Asking
from shared.platform.bulk import Row
from shared.platform.intake import Intake, Taking, add_intakes, require_filled

router = APIRouter(prefix="/campaigns/{campaign}", tags=["uploads 批量导入"])


def _preparation(row: Row, setting: Setting, taking: Taking) -> preparation.Complete:
    return preparation.Complete(setting, row.values["prepared_on"])


def _mobilization(row: Row, setting: Setting, taking: Taking) -> mobilization.Hold:
    told = row.values
    meeting = mobilization.Meeting(
        told["held_at"], told["attendees"], told["chaired_by"] or "", told["place"] or ""
    )
    return mobilization.Hold(setting, meeting)


def _training(row: Row, setting: Setting, taking: Taking) -> training.Hold:
    told = row.values
    return training.Hold(
        setting, told["training"], told["audience"], told["held_on"], told["participants"]
    )


def _plan_step(row: Row, setting: Setting, taking: Taking) -> PlanCommand:
    told, unit = row.values, setting.unit
    action, note = told["action"], told["note"] or ""
    if action == "submit":
        require_filled(row, "title", "digest")
        gates = setting.campaign.gates_for(unit.path, unit.level, unit.kind, told["category"])
        return Submit(setting, told["category"], told["title"], told["digest"], gates, told["at"])
    require_filled(row, "gate")
    reviewer = reviewer_of(taking.ask.caller, unit.code, taking.brought)
    if action == "return":
        reasons = told["reasons"] or ()
        return Return(setting, reviewer, told["gate"], reasons, note, told["at"])
    approving = action == "approve"
    return Pass(setting, reviewer, told["gate"], note, told["at"], approving)


async def _supervised(
    office: Office, campaign: str, rows: Sequence[Row], ask: Asking
) -> Supervised:
    """What the caller supervises, where any row reviews a plan."""
    if all(row.values["action"] == "submit" for row in rows):
        return {}
    return await office.supervision.supervised(campaign, ask.caller)


def _allow_step(row: Row, setting: Setting, taking: Taking) -> None:
    submits = row.values["action"] == "submit"
    action = Action.WRITE_SCHEDULE if submits else Action.REVIEW_PLANS
    taking.ask.caller.require(action, setting.unit.path)


add_intakes(
    router,
    Intake(
        "/preparations/import",
        "Import preparations 导入准备完成情况",
        PREPARATIONS,
        "150202,2013-12-20",
        OF_PREPARATION,
        _preparation,
        (Action.WRITE_SCHEDULE,),
    ),
    Intake(
        "/plans/import",
        "Import plans and their reviews 导入方案及审核过程",
        PLANS,
        "1502,implementation,submit,2014-01-26 09:00,实施方案,9f86d081884c7d65,,,",
        OF_PLAN,
        _plan_step,
        (Action.WRITE_SCHEDULE, Action.REVIEW_PLANS),
        stream=("unit", "category"),
        allow=_allow_step,
        bring=_supervised,
    ),
    Intake(
        "/mobilizations/import",
        "Import mobilization meetings 导入动员会",
        MOBILIZATIONS,
        "150202,2014-02-18 09:00,220,p-150202-01,会议中心",
        OF_MOBILIZATION,
        _mobilization,
        (Action.WRITE_SCHEDULE,),
    ),
    Intake(
        "/trainings/import",
        "Import trainings 导入业务培训",
        TRAININGS,
        "1502,t-1502-01,office_staff,2014-01-10,86",
        OF_TRAINING,
        _training,
        (Action.WRITE_SCHEDULE,),
        stream=("unit", "training"),
    ),
)
