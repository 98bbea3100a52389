"""Endpoints of uploads: units, leading groups and people, many at once."""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from services.units.api.bodies import KINDS
from services.units.api.groups import Entry, RulesIncomplete, group_work, units_at_hand
from services.units.api.office import office_of
from services.units.domain.leading_group import (
    LEADING_GROUP,
    GroupFormedOtherwise,
    RulesBeforeGroup,
)
from services.units.domain.ordering import parents_first
from services.units.domain.refusals import (
    BeforeParent,
    BeforeRegistration,
    CodeDoesNotFitKind,
    CycleInFile,
    DuplicateCode,
    KindDoesNotFitLevel,
    LevelDoesNotFit,
    ParentAbolished,
    ParentInOtherCampaign,
    ParentNotArea,
    RootExists,
    UnknownParent,
)
from services.units.domain.unit import Register
from services.units.people import Person, PersonErased
from services.units.views import SHOWN_GROUPS, unit_stream
from shared.kernel.access import Action
from shared.kernel.refusals import (
    DateInFuture,
    OutsideSubtree,
    Refusal,
    UnitAbolishedAlready,
    UnknownUnit,
)
from shared.platform.asking import Ask
from shared.platform.bulk import Column, Row, RowError, ValueRefused
from shared.platform.bulk.parsers import choice, code, integer, local_date, text
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

router = APIRouter(prefix="/campaigns/{campaign}", tags=["uploads 批量导入"])


def _code_up_to(longest: int) -> Callable[[str], str]:
    """A code no longer than one in an address may be."""
    too_long = (
        "code-too-long",
        f"代码最多 {longest} 个字符。",
        f"A code here has at most {longest} characters.",
    )

    def parse(cell: str) -> str:
        if len(cell) > longest:
            raise ValueRefused(*too_long)
        return code(cell)

    return parse


unit_code = _code_up_to(41)
person_id = _code_up_to(63)

UNITS = UploadKind(
    columns=(
        Column("code", unit_code, required=True, titles=("单位代码", "代码")),
        Column("parent_code", unit_code, titles=("上级代码", "上级单位代码")),
        Column("level", integer(1, 5), required=True, titles=("层级",), number=True),
        Column("kind", choice(KINDS), required=True, titles=("类型",)),
        Column("name", text(120), required=True, titles=("名称", "单位名称")),
        Column("registered_on", local_date, titles=("登记日期",)),
    ),
    blame={
        UnknownParent: "parent_code",
        ParentInOtherCampaign: "parent_code",
        ParentAbolished: "parent_code",
        ParentNotArea: "parent_code",
        RootExists: "parent_code",
        CycleInFile: "parent_code",
        OutsideSubtree: "parent_code",
        KindDoesNotFitLevel: "kind",
        LevelDoesNotFit: "level",
        CodeDoesNotFitKind: "code",
        DuplicateCode: "code",
        BeforeParent: "registered_on",
        DateInFuture: "registered_on",
    },
)
LEADING_GROUPS = UploadKind(
    columns=(
        Column("unit", unit_code, required=True, titles=("单位代码",)),
        Column(
            "group",
            choice({"leading_group": ("领导小组",), "office": ("办公室", "领导小组办公室")}),
            required=True,
            titles=("机构",),
        ),
        Column("formed_on", local_date, required=True, titles=("成立日期",)),
        Column("leader", person_id, titles=("负责人编号",)),
        Column("members", integer(1, 100_000), required=True, titles=("人数",), number=True),
        Column("rules_title", text(120), titles=("工作规则名称",)),
        Column("rules_adopted_on", local_date, titles=("工作规则日期",)),
    ),
    blame={
        UnknownUnit: "unit",
        UnitAbolishedAlready: "unit",
        OutsideSubtree: "unit",
        BeforeRegistration: "formed_on",
        DateInFuture: "formed_on",
        GroupFormedOtherwise: "formed_on",
        RulesBeforeGroup: "rules_adopted_on",
        RulesIncomplete: "rules_title",
    },
)
PEOPLE = UploadKind(
    columns=(
        Column("person", person_id, required=True, titles=("人员编号",)),
        Column("name", text(120), required=True, titles=("姓名",)),
        Column("title", text(120), titles=("职务",)),
        Column("rank", text(120), titles=("级别",)),
        Column("unit", unit_code, required=True, titles=("单位代码",)),
    ),
    unique=("person",),
    blame={
        UnknownUnit: "unit",
        UnitAbolishedAlready: "unit",
        OutsideSubtree: "unit",
        PersonErased: "person",
    },
)
_ANSWERS: dict[str, Any] = {"responses": upload_responses()}


@router.post(
    "/units/import",
    summary="Register units from a file 批量登记单位",
    openapi_extra=upload_body(UNITS, "1502,15,2,city,包头市,2013-11-01"),
    **_ANSWERS,
)
async def units(
    campaign: CampaignInPath,
    request: Request,
    ask: Ask,
    dry_run: DryRun = False,
    mode: Mode = "all_or_nothing",
) -> Response:
    ask.caller.require_anywhere(Action.WRITE_UNITS)
    office = office_of(request)

    async def to_works(rows: list[Row]) -> tuple[Sequence[Work[Register]], list[RowError]]:
        return _registrations(campaign, rows)

    async def execute(works: Sequence[Work[Register]], run: Run) -> Outcome[Any, Any]:
        with office.measured("ImportUnits"):
            return await office.units.register_many(works, ask.caller, run)

    return await run_upload(
        request, ask, office.store, UNITS, to_works, execute, dry_run=dry_run, mode=mode
    )


@router.post(
    "/leading-groups/import",
    summary="Leading groups from a file 批量登记领导小组",
    openapi_extra=upload_body(
        LEADING_GROUPS, "1502,leading_group,2013-12-02,p-1502-0001,17,工作规则,2013-12-05"
    ),
    **_ANSWERS,
)
async def leading_groups(
    campaign: CampaignInPath,
    request: Request,
    ask: Ask,
    dry_run: DryRun = False,
    mode: Mode = "all_or_nothing",
) -> Response:
    ask.caller.require_anywhere(Action.WRITE_UNITS)
    office = office_of(request)

    async def to_works(rows: list[Row]) -> tuple[Sequence[Work[Any]], list[RowError]]:
        units = await units_at_hand(office, campaign, {row.values["unit"] for row in rows})
        works, errors = [], []
        for row in rows:
            entry = Entry(**row.values)
            try:
                works.append(
                    group_work(units, ask, entry.unit, entry.group, entry.command(), row.number)
                )
            except Refusal as refusal:
                errors.append(LEADING_GROUPS.error(row, refusal))
        return works, errors

    async def execute(works: Sequence[Work[Any]], run: Run) -> Outcome[Any, Any]:
        with office.measured("ImportLeadingGroups"):
            return await office.groups.many(
                LEADING_GROUP,
                works,
                run.origin,
                run.report,
                key=run.key,
                view=SHOWN_GROUPS,
                accept_valid=run.accept_valid,
                dry_run=run.dry_run,
            )

    return await run_upload(
        request, ask, office.store, LEADING_GROUPS, to_works, execute, dry_run=dry_run, mode=mode
    )


@router.post(
    "/people/import",
    summary="People from a file 批量录入人员",
    openapi_extra=upload_body(PEOPLE, "p-1502-0007,其木格,办公室主任,处级正职,1502"),
    **_ANSWERS,
)
async def people(
    campaign: CampaignInPath,
    request: Request,
    ask: Ask,
    dry_run: DryRun = False,
    mode: Mode = "all_or_nothing",
) -> Response:
    ask.caller.require_anywhere(Action.WRITE_PEOPLE)
    office = office_of(request)

    async def to_works(rows: list[Row]) -> tuple[Sequence[Work[Person]], list[RowError]]:
        entered = [(row.number, Person(**row.values)) for row in rows]
        return [
            Work(f"person/{campaign}/{p.person}", campaign, p.unit, "", p, row=number)
            for number, p in entered
        ], []

    async def execute(works: Sequence[Work[Person]], run: Run) -> Outcome[Any, Any]:
        with office.measured("ImportPeople"):
            return await office.people.enter_many(campaign, works, ask.caller, run)

    return await run_upload(
        request, ask, office.store, PEOPLE, to_works, execute, dry_run=dry_run, mode=mode
    )


def _registrations(
    campaign: str, rows: list[Row]
) -> tuple[Sequence[Work[Register]], list[RowError]]:
    """A command for each row, parents first; none for those whose parents run in a circle."""
    rows_of: dict[str, list[Row]] = {}
    for row in rows:
        rows_of.setdefault(row.values["code"], []).append(row)
    parents = {unit: same[0].values["parent_code"] for unit, same in rows_of.items()}
    order, circles = parents_first(parents)
    works = [_registration(campaign, row) for unit in order for row in rows_of[unit]]
    errors = []
    for circle in circles:
        shown = " → ".join([*circle, circle[0]])
        for unit in circle:
            refusal = CycleInFile(unit=unit, cycle=shown)
            errors += [UNITS.error(row, refusal) for row in rows_of[unit]]
    return works, errors


def _registration(campaign: str, row: Row) -> Work[Register]:
    values = row.values
    unit = values["code"]
    command = Register(
        unit,
        values["parent_code"],
        values["level"],
        values["kind"],
        values["name"],
        values["registered_on"],
    )
    return Work(unit_stream(campaign, unit), campaign, unit, "", command, row=row.number)
