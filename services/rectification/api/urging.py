"""Endpoints of the urging ladder: its rules, what is due, runs, steps and their delivery."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from services.rectification.api.office import office_of
from services.rectification.api.urging_bodies import (
    Channel,
    PreviewAnswer,
    RetryAnswer,
    RetryDeliveries,
    RulesAnswer,
    RuleShown,
    RunAnswer,
    RunUrging,
    SetUrgingRules,
    StepName,
    Subject,
)
from services.rectification.domain.urging import SetRules
from services.rectification.urging.due import rules_of
from services.rectification.urging.taking import Taking, counted
from services.rectification.urging.wording import STEP_NAMES
from services.rectification.views.urging import OF_RULES
from services.rectification.views.urging_lists import DELIVERY_LIST, RETRY, URGING_LIST
from shared.contracts.rectification import LadderStep, UrgingRulesSet
from shared.kernel.access import Action, Caller, Role
from shared.kernel.positions import Positions, format_positions, parse_positions
from shared.kernel.refusals import DateInFuture
from shared.kernel.time import local_date
from shared.kernel.units import within
from shared.platform.asking import Ask, Asking
from shared.platform.commands import Receipt
from shared.platform.exporting import Export
from shared.platform.fields import CODE_PATTERN, CampaignInPath, LocalDate, PersonId
from shared.platform.filters import Condition, Filter, days, equal
from shared.platform.list_endpoints import ListEndpoint, add_lists
from shared.platform.openapi import read_responses, write_responses, written
from shared.platform.recording import Answer

router = APIRouter(prefix="/campaigns/{campaign}", tags=["urging 催办督办"])

_SHOWN: Final = 500
_OFFICE_ROLES: Final = frozenset({Role.CLERK, Role.LEADER})
_SUBJECTS: Final = {"plan": "实施方案", "mobilization": "动员会", "item": "台账问题"}
_Day = Annotated[LocalDate | None, Query(description="Day; today where none is given 日期")]
_Addressee = Annotated[str, Field(pattern=r"^(office:)?[0-9A-Za-z][0-9A-Za-z-]{0,62}$")]
_Unit = Annotated[
    str | None,
    Query(pattern=CODE_PATTERN, description="Only what is in force for it 对该单位有效的"),
]


def addressed_to(caller: Caller) -> list[str]:
    """Those a caller answers for: themselves, and the offices they work in."""
    offices = [f"office:{g.unit}" for g in caller.grants if g.role in _OFFICE_ROLES]
    return [caller.subject, *offices]


def _mine(given: bool, ask: Asking) -> Condition:
    return "(t.addressee = any({})) = {}", (addressed_to(ask.caller), given)


def _delivered(given: bool, _: Asking) -> Condition:
    return "(t.delivered_at is not null) = {}", (given,)


def _parked(given: bool, _: Asking) -> Condition:
    return "(t.parked_at is not null) = {}", (given,)


add_lists(
    router,
    ListEndpoint(
        "/urging",
        "Steps taken 催办督办记录",
        URGING_LIST,
        Action.READ_LEDGER,
        (
            equal("subject", Subject),
            equal("step", StepName),
            equal("thing", PersonId, "Item or unit 事项"),
            equal("addressee", _Addressee, "Whom it went to 对象"),
            Filter("mine", bool, _mine, "Addressed to me or my office 发给本人或本办的"),
            Filter("delivered", bool, _delivered, "Through at least one channel 已送达"),
            *days("taken_on", "Taken 作出日期"),
            *days("due_on", "Due 时限"),
        ),
        Export(
            "urging",
            {"subject": "事项类别", "thing": "事项", "unit": "单位代码", "unit_name": "单位名称"}
            | {"due_on": "时限", "step": "步骤", "addressee": "对象", "taken_on": "作出日期"}
            | {"channels": "送达渠道", "delivered_at": "送达时间"},
            {"subject": _SUBJECTS, "step": {word: names[0] for word, names in STEP_NAMES.items()}},
        ),
    ),
    ListEndpoint(
        "/urging-deliveries",
        "Deliveries waiting or parked 待送达与滞留",
        DELIVERY_LIST,
        Action.OPERATE,
        (
            equal("channel", Channel),
            Filter("parked", bool, _parked, "Given up for now 已停止重试"),
        ),
    ),
)


@router.get(
    "/urging/preview",
    summary="What a run would take 预览应催办事项",
    responses=read_responses(PreviewAnswer, 404),
)
async def preview(
    campaign: CampaignInPath, request: Request, ask: Ask, day: _Day = None
) -> Response:
    ask.caller.require_anywhere(Action.READ_LEDGER)
    opened = await office_of(request).campaigns.campaign(campaign)
    day = day or _today()
    taking = _taking(request)
    granted = ask.caller.units_for(Action.READ_LEDGER)
    steps = [
        step
        for step in await taking.due(opened, day, taking.back_workdays)
        if any(within(step.path, unit) for unit in granted)
    ]
    return _json(PreviewAnswer(day, len(steps), counted(steps), steps[:_SHOWN]))


@router.post(
    "/urging/run",
    summary="Take the steps due at a day 办理某日应催办事项",
    responses=write_responses(RunAnswer),
)
async def run_urging(
    campaign: CampaignInPath, body: RunUrging, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    await office.top(campaign, ask, Action.OPERATE)
    day = body.day or _today()
    if day > _today():
        raise DateInFuture(date=day)
    taking = _taking(request)
    back = taking.back_workdays if body.back_workdays is None else body.back_workdays
    opened = await office.campaigns.campaign(campaign)
    taken = await taking.run(opened, day, back, ask.origin)
    answer = RunAnswer(day, sum(count.steps for count in taken.counts), taken.counts)
    return _json(answer, _reached(taken.answers))


@router.get(
    "/urging-rules",
    summary="How things are urged 催办规则",
    responses=read_responses(RulesAnswer, 404),
)
async def urging_rules(
    campaign: CampaignInPath, request: Request, ask: Ask, unit: _Unit = None
) -> Response:
    office = office_of(request)
    ask.caller.require_anywhere(Action.READ_LEDGER)
    await office.campaigns.campaign(campaign)
    found = await rules_of(office.pool, campaign)
    rules = [RuleShown(*place, tuple(steps)) for place, steps in sorted(found.items())]
    if unit is not None:
        at_hand = await office.unit(campaign, unit, ask, Action.READ_LEDGER)
        rules = _in_force(rules, ["", *at_hand.path.split(".")])
    return _json(RulesAnswer(rules))


@router.post(
    "/urging-rules",
    summary="Set how things are urged in an area 设定催办规则",
    **written(Receipt),
)
async def set_urging_rules(
    campaign: CampaignInPath, body: SetUrgingRules, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    setting = await office.setting(campaign, body.area, ask, Action.CONFIGURE_CAMPAIGN)
    rules = UrgingRulesSet(
        campaign=campaign,
        area=body.area,
        subject=body.subject,
        steps=tuple(LadderStep(step.step, step.workdays) for step in body.steps),
        set_at=setting.now,
    )
    stream = (campaign, body.area, body.subject)
    return await office.give(ask, OF_RULES, stream, setting.unit, SetRules(rules))


@router.post(
    "/urging-deliveries/retry",
    summary="Try parked deliveries again 重试滞留的送达",
    responses=write_responses(RetryAnswer),
)
async def retry_deliveries(
    campaign: CampaignInPath, body: RetryDeliveries, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    await office.top(campaign, ask, Action.OPERATE)
    status = await office.pool.execute(RETRY, campaign, body.channel)
    return _json(RetryAnswer(int(status.rpartition(" ")[2])))


def _in_force(rules: list[RuleShown], lineage: list[str]) -> list[RuleShown]:
    """The rule of each subject that the nearest area at or above the unit has set."""
    nearest: dict[str, RuleShown] = {}
    for rule in sorted(
        (rule for rule in rules if rule.area in lineage), key=lambda r: lineage.index(r.area)
    ):
        nearest[rule.subject] = rule
    return list(nearest.values())


def _reached(answers: list[Answer]) -> dict[str, str]:
    """The consistency token of all the transactions of a run."""
    reached: Positions = {}
    # A part that another run took just before wrote nothing, and has no positions.
    for answer in [answer for answer in answers if answer.positions]:
        for place, version in parse_positions(answer.positions).items():
            reached[place] = max(version, reached.get(place, 0))
    return {"Consistency-Token": format_positions(reached)} if reached else {}


def _taking(request: Request) -> Taking:
    taking: Taking = request.app.state.taking
    return taking


def _today() -> date:
    return local_date(datetime.now(UTC))


def _json(answer: Any, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(answer), headers=headers, media_type="application/json")
