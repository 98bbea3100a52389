"""Endpoints of uploads: preparations, plans, mobilizations and trainings, many at once."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from services.schedule.api.columns import MOBILIZATIONS, PLANS, PREPARATIONS, TRAININGS
from services.schedule.api.office import Office, office_of
from services.schedule.domain import mobilization, preparation, training
from services.schedule.domain.campaign import Campaign
from services.schedule.domain.plan import Command as PlanCommand
from services.schedule.domain.plan import Pass, Return, Submit
from services.schedule.domain.setting import Setting
from services.schedule.views.lives import (
    OF_MOBILIZATION,
    OF_PLAN,
    OF_PREPARATION,
    OF_TRAINING,
)
from services.schedule.views.units import units_at_hand
from shared.kernel.access import Action
from shared.kernel.refusals import Refusal, UnknownUnit
from shared.platform.asking import Ask, Asking
from shared.platform.bulk import Row, RowError
from shared.platform.bulk_http import (
    DryRun,
    Mode,
    Run,
    UploadKind,
    run_upload,
    upload_body,
    upload_responses,
)
from shared.platform.commands import Outcome, Work
from shared.platform.fields import CampaignInPath
from shared.platform.lives import Life

router = APIRouter(prefix="/campaigns/{campaign}", tags=["uploads 批量导入"])

_BETWEEN_BREATHS = 1_000  # rows after which other requests get their turn


class StepIncomplete(Refusal):
    code = "step-incomplete"
    status = 422
    zh = "“{action}”一行须填写 {missing}。"
    en = "A row of action {action} needs {missing}."


@dataclass(frozen=True, slots=True)
class Intake:
    """How rows of one kind become commands; `own` are the columns after the unit that name a
    stream.
    """

    kind: UploadKind
    life: Life
    command_of: Callable[[Row, Setting, Asking], Any]
    own: tuple[str, ...] = ()
    action_of: Callable[[Row], Action] = lambda _: Action.WRITE_SCHEDULE


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload on its way to the handler."""

    office: Office
    intake: Intake
    campaign: Campaign
    ask: Asking

    async def works(self, rows: list[Row]) -> tuple[Sequence[Work[Any]], list[RowError]]:
        """A work for each row whose unit is known and within the caller's rights."""
        campaign, now = self.campaign, datetime.now(UTC)
        codes = {row.values["unit"] for row in rows}
        units = await units_at_hand(self.office.store.pool, campaign.campaign, codes)
        settings = {code: Setting(campaign, unit, now) for code, unit in units.items()}
        works: list[Work[Any]] = []
        errors: list[RowError] = []
        for number, row in enumerate(rows):
            if number % _BETWEEN_BREATHS == 0:
                await asyncio.sleep(0)
            try:
                works.append(self._work(row, settings))
            except Refusal as refusal:
                errors.append(self.intake.kind.error(row, refusal))
        return works, errors

    def _work(self, row: Row, settings: dict[str, Setting]) -> Work[Any]:
        intake, code = self.intake, row.values["unit"]
        setting = settings.get(code)
        if setting is None:
            raise UnknownUnit(unit=code)
        path = setting.unit.path
        self.ask.caller.require(intake.action_of(row), path)
        campaign = self.campaign.campaign
        stream = intake.life.stream(campaign, code, *[row.values[name] for name in intake.own])
        command = intake.command_of(row, setting, self.ask)
        return Work(stream, campaign, code, path, command, row=row.number)

    async def execute(self, works: Sequence[Work[Any]], run: Run) -> Outcome[Any, Any]:
        life = self.intake.life
        return await self.office.handler.many(
            life.decider,
            works,
            run.origin,
            run.report,
            key=run.key,
            view=life.view,
            accept_valid=run.accept_valid,
            dry_run=run.dry_run,
        )


async def _take(
    intake: Intake, request: Request, campaign: str, ask: Asking, *, dry_run: bool, mode: str
) -> Response:
    office = office_of(request)
    upload = Upload(office, intake, await office.campaigns.campaign(campaign), ask)
    ask.caller.require_anywhere(Action.WRITE_SCHEDULE)
    return await run_upload(
        request,
        ask,
        office.store,
        intake.kind,
        upload.works,
        upload.execute,
        dry_run=dry_run,
        mode=mode,
    )


def _preparation(row: Row, setting: Setting, ask: Asking) -> preparation.Complete:
    return preparation.Complete(setting, row.values["prepared_on"])


def _mobilization(row: Row, setting: Setting, ask: Asking) -> mobilization.Hold:
    told = row.values
    meeting = mobilization.Meeting(
        told["held_at"], told["attendees"], told["chaired_by"] or "", told["place"] or ""
    )
    return mobilization.Hold(setting, meeting)


def _training(row: Row, setting: Setting, ask: Asking) -> training.Hold:
    told = row.values
    return training.Hold(
        setting, told["training"], told["audience"], told["held_on"], told["participants"]
    )


def _plan_step(row: Row, setting: Setting, ask: Asking) -> PlanCommand:
    told, unit = row.values, setting.unit
    action, note = told["action"], told["note"] or ""
    if action == "submit":
        _complete(row, "title", "digest")
        gates = setting.campaign.gates_for(unit.path, unit.level, unit.kind, told["category"])
        return Submit(setting, told["category"], told["title"], told["digest"], gates, told["at"])
    _complete(row, "gate")
    if action == "return":
        reasons = told["reasons"] or ()
        return Return(setting, ask.caller, told["gate"], reasons, note, told["at"])
    approving = action == "approve"
    return Pass(setting, ask.caller, told["gate"], note, told["at"], approving)


def _complete(row: Row, *columns: str) -> None:
    missing = [name for name in columns if row.values[name] is None]
    if missing:
        raise StepIncomplete(action=row.values["action"], missing=", ".join(missing))


def _plan_action(row: Row) -> Action:
    submits = row.values["action"] == "submit"
    return Action.WRITE_SCHEDULE if submits else Action.REVIEW_PLANS


_PREPARATIONS: Final = Intake(PREPARATIONS, OF_PREPARATION, _preparation)
_PLANS: Final = Intake(PLANS, OF_PLAN, _plan_step, ("category",), _plan_action)
_MOBILIZATIONS: Final = Intake(MOBILIZATIONS, OF_MOBILIZATION, _mobilization)
_TRAININGS: Final = Intake(TRAININGS, OF_TRAINING, _training, ("training",))


def _taken(intake: Intake, example: str) -> dict[str, Any]:
    return {
        "responses": upload_responses(),
        "openapi_extra": upload_body(intake.kind, example),
    }


@router.post(
    "/preparations/import",
    summary="Import preparations 导入准备完成情况",
    **_taken(_PREPARATIONS, "150202,2013-12-20"),
)
async def import_preparations(
    campaign: CampaignInPath,
    request: Request,
    ask: Ask,
    dry_run: DryRun = False,
    mode: Mode = "all_or_nothing",
) -> Response:
    return await _take(_PREPARATIONS, request, campaign, ask, dry_run=dry_run, mode=mode)


@router.post(
    "/plans/import",
    summary="Import plans and their reviews 导入方案及审核过程",
    **_taken(_PLANS, "1502,implementation,submit,2014-01-26 09:00,实施方案,9f86d081884c7d65,,,"),
)
async def import_plans(
    campaign: CampaignInPath,
    request: Request,
    ask: Ask,
    dry_run: DryRun = False,
    mode: Mode = "all_or_nothing",
) -> Response:
    return await _take(_PLANS, request, campaign, ask, dry_run=dry_run, mode=mode)


@router.post(
    "/mobilizations/import",
    summary="Import mobilization meetings 导入动员会",
    **_taken(_MOBILIZATIONS, "150202,2014-02-18 09:00,220,p-150202-01,会议中心"),
)
async def import_mobilizations(
    campaign: CampaignInPath,
    request: Request,
    ask: Ask,
    dry_run: DryRun = False,
    mode: Mode = "all_or_nothing",
) -> Response:
    return await _take(_MOBILIZATIONS, request, campaign, ask, dry_run=dry_run, mode=mode)


@router.post(
    "/trainings/import",
    summary="Import trainings 导入业务培训",
    **_taken(_TRAININGS, "1502,t-1502-01,office_staff,2014-01-10,86"),
)
async def import_trainings(
    campaign: CampaignInPath,
    request: Request,
    ask: Ask,
    dry_run: DryRun = False,
    mode: Mode = "all_or_nothing",
) -> Response:
    return await _take(_TRAININGS, request, campaign, ask, dry_run=dry_run, mode=mode)
