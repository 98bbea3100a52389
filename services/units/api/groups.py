"""Endpoints of leading groups and their offices."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from fastapi import APIRouter, Request, Response

from services.units import queries
from services.units.api.bodies import AdoptWorkingRules, FormGroup
from services.units.api.office import Office, office_of, today
from services.units.api.units import json_answer
from services.units.domain.leading_group import (
    AdoptRules,
    Form,
    InUnit,
    Rules,
    Staffing,
)
from services.units.domain.tree import Unit
from services.units.queries import GroupList
from services.units.views import OF_GROUP, units_by_code
from shared.kernel.access import Action
from shared.kernel.refusals import Refusal, UnknownUnit
from shared.platform.asking import Ask, Asking, answered
from shared.platform.commands import Receipt, Work
from shared.platform.fields import CampaignInPath, CodeInPath
from shared.platform.openapi import read_responses, written

router = APIRouter(prefix="/campaigns/{campaign}", tags=["leading groups 领导小组"])
_WRITTEN: Final = written(Receipt)


class RulesIncomplete(Refusal):
    code = "rules-incomplete"
    status = 422
    zh = "工作规则的名称和日期须同时填写。"
    en = "Give both the title and the date of the working rules, or neither."


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a file, or a body: a group's forming with its rules."""

    unit: str
    group: str
    formed_on: date
    leader: str | None
    members: int
    rules_title: str | None
    rules_adopted_on: date | None

    def command(self) -> Form:
        return Form(Staffing(self.formed_on, self.leader, self.members), self._rules())

    def _rules(self) -> Rules | None:
        if (self.rules_title is None) != (self.rules_adopted_on is None):
            raise RulesIncomplete
        if self.rules_title is None or self.rules_adopted_on is None:
            return None
        return Rules(self.rules_title, self.rules_adopted_on)


@router.post("/leading-groups", summary="Form or reinforce a group 成立或充实", **_WRITTEN)
async def form(campaign: CampaignInPath, body: FormGroup, request: Request, ask: Ask) -> Response:
    entry = Entry(**body.model_dump())
    return await _give(request, ask, campaign, entry.unit, entry.group, entry.command())


@router.post("/leading-groups/working-rules", summary="Adopt working rules 制定规则", **_WRITTEN)
async def adopt(
    campaign: CampaignInPath, body: AdoptWorkingRules, request: Request, ask: Ask
) -> Response:
    command = AdoptRules(Rules(body.title, body.adopted_on))
    return await _give(request, ask, campaign, body.unit, body.group, command)


@router.get(
    "/units/{code}/leading-groups",
    summary="Groups of a unit 领导小组及办公室",
    responses=read_responses(GroupList, 404),
)
async def groups(
    campaign: CampaignInPath, code: CodeInPath, request: Request, ask: Ask
) -> Response:
    ask.caller.require_anywhere(Action.READ_UNITS)
    pool = office_of(request).store.pool
    unit = await queries.unit_of(pool, campaign, code)
    ask.caller.require(Action.READ_UNITS, unit.path)
    return json_answer(await queries.groups_of(pool, unit))


async def units_at_hand(office: Office, campaign: str, codes: set[str]) -> dict[str, Unit]:
    async with office.store.pool.acquire() as connection:
        return await units_by_code(connection, campaign, codes)


def group_work(
    units: dict[str, Unit],
    ask: Asking,
    unit: str,
    group: str,
    command: Form | AdoptRules,
    row: int = 0,
) -> Work[InUnit]:
    """The work on a group's stream; raises UnknownUnit, or what the caller lacks.

    `row` is its row in a file, where no version is expected.
    """
    found = units.get(unit)
    if found is None:
        raise UnknownUnit(unit=unit)
    ask.caller.require(Action.WRITE_UNITS, found.path)
    return Work(
        OF_GROUP.stream(found.campaign, unit, group),
        found.campaign,
        unit,
        found.path,
        InUnit(found, group, command, today()),
        None if row else ask.expected_version,
        row,
    )


async def _give(
    request: Request,
    ask: Asking,
    campaign: str,
    unit: str,
    group: str,
    command: Form | AdoptRules,
) -> Response:
    ask.caller.require_anywhere(Action.WRITE_UNITS)
    office = office_of(request)
    units = await units_at_hand(office, campaign, {unit})
    work = group_work(units, ask, unit, group, command)
    with office.measured(type(command).__name__):
        answer = await office.groups.one(
            OF_GROUP.decider, work, ask.origin, key=ask.key, view=OF_GROUP.view
        )
    return answered(answer)
