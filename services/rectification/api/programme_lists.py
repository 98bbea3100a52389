"""Lists of filed plans, links, programmes, receptions and help, and a programme's whole life."""

from typing import Final, Literal

from fastapi import APIRouter, Request, Response

from services.rectification.api.columns import CATEGORY_NAMES
from services.rectification.api.office import office_of
from services.rectification.api.programme_bodies import (
    Category,
    Document,
    HelpKind,
    ProgrammeInPath,
    ProgrammeKind,
)
from services.rectification.api.programme_columns import DOCUMENT_NAMES, HELP_NAMES, KIND_NAMES
from services.rectification.domain.programme import UnknownProgramme
from services.rectification.views.programme_lists import (
    BATCH_LINK_LIST,
    FILED_PLAN_LIST,
    PAIRING_LIST,
    PETITION_LIST,
    PROGRAMME_LIST,
    ProgrammeLife,
)
from services.rectification.views.programmes import OF_PROGRAMME, UNITS_OF_PROGRAMMES
from shared.kernel.access import Action
from shared.platform.asking import Ask
from shared.platform.exporting import Export
from shared.platform.fields import CampaignInPath, Code
from shared.platform.filters import Condition, Filter, days, equal, search, today
from shared.platform.list_endpoints import ListEndpoint, add_lists
from shared.platform.listing import history_of, life_json
from shared.platform.openapi import read_responses

router = APIRouter(prefix="/campaigns/{campaign}", tags=["reading 查询"])

_READS: Final = Action.READ_LEDGER
_STATES: Final = {"running": "进行中", "completed": "已完成", "ended": "已结束"}
_UNIT: Final = {"unit": "单位代码", "unit_name": "单位名称"}
_KINDS: Final = {word: names[0] for word, names in KIND_NAMES.items()}
_DOCUMENTS: Final = {word: names[0] for word, names in DOCUMENT_NAMES.items()}
_HELP: Final = {word: names[0] for word, names in HELP_NAMES.items()}


def _overdue(given: bool, _: object) -> Condition:
    late = "coalesce(t.state = 'running' and t.due_on < {}, false)"
    return f"{late} = {{}}", (today(), given)


add_lists(
    router,
    ListEndpoint(
        "/filed-plans",
        "Filed plans 两方案一计划",
        FILED_PLAN_LIST,
        _READS,
        (equal("document", Document), *days("filed_on", "Filed 报备日期"), search("title")),
        Export(
            "filed-plans",
            _UNIT
            | {"document": "文件种类", "title": "标题", "digest": "内容摘要值"}
            | {"filed_on": "报备日期"},
            {"document": _DOCUMENTS},
            frozenset({"unit_name"}),
        ),
    ),
    ListEndpoint(
        "/batch-links",
        "Links of both batches 两批联系",
        BATCH_LINK_LIST,
        _READS,
        (equal("led_by", Code, "Led by 第一批单位"),),
        Export(
            "batch-links",
            _UNIT | {"led_by": "第一批单位", "linked_on": "联系日期"},
            left_out=frozenset({"unit_name"}),
        ),
    ),
    ListEndpoint(
        "/programmes",
        "Programmes and commitments 行动、工程、整治、承诺",
        PROGRAMME_LIST,
        _READS,
        (
            equal("kind", ProgrammeKind),
            equal("category", Category),
            equal("state", Literal["running", "completed"]),
            Filter("overdue", bool, _overdue, "Running after its due date 逾期未完成"),
            *days("due_on", "Due 完成时限"),
            search("title", "measure"),
        ),
        Export(
            "programmes",
            {"programme": "项目编号", "kind": "类型", "category": "类别", "title": "名称"}
            | _UNIT
            | {"measure": "计量单位", "target": "目标", "counted": "累计", "reached": "计入目标"}
            | {"excess": "超额", "entries": "进展次数", "state": "状态", "due_on": "完成时限"}
            | {"launched_on": "启动日期", "last_on": "最近进展", "verified_by": "验收人"}
            | {"completed_on": "完成日期"},
            {"kind": _KINDS, "category": CATEGORY_NAMES, "state": _STATES},
        ),
    ),
    ListEndpoint(
        "/petitions",
        "Petition receptions 大接访",
        PETITION_LIST,
        _READS,
        days("held_on", "Held 接访日期"),
        Export(
            "petitions",
            {"reception": "接访编号"}
            | _UNIT
            | {"received_by": "接访人", "visits": "来访批次", "cases": "立案件数"}
            | {"settled_on_spot": "当场解决", "held_on": "接访日期"},
            left_out=frozenset({"unit_name"}),
        ),
    ),
    ListEndpoint(
        "/pairings",
        "Help pairings 结对帮扶",
        PAIRING_LIST,
        _READS,
        (
            equal("kind", HelpKind),
            equal("state", Literal["running", "ended"]),
            equal("helper", Code, "Helper 帮扶者"),
            *days("paired_on", "Paired 结对日期"),
        ),
        Export(
            "pairings",
            {"pairing": "结对编号"}
            | _UNIT
            | {"helper": "帮扶者", "kind": "帮扶类型", "households": "户数", "state": "状态"}
            | {"outcome": "结果", "paired_on": "结对日期", "ended_on": "结束日期"},
            {"kind": _HELP, "state": _STATES},
        ),
    ),
)


@router.get(
    "/programmes/{programme}",
    summary="A programme with its progress 项目及其进展",
    responses=read_responses(ProgrammeLife, 404),
)
async def programme(
    campaign: CampaignInPath, programme: ProgrammeInPath, request: Request, ask: Ask
) -> Response:
    office = office_of(request)
    unit = dict(await office.pool.fetch(UNITS_OF_PROGRAMMES, campaign, [programme])).get(programme)
    found = await PROGRAMME_LIST.one(office.pool, campaign, programme)
    if unit is None or found is None:
        ask.caller.require_anywhere(_READS)
        raise UnknownProgramme(programme=programme)
    await office.unit(campaign, unit, ask, _READS)
    steps = await history_of(office.pool, OF_PROGRAMME.stream(campaign, programme))
    item, version = found
    return Response(
        life_json("programme", item, steps),
        headers={"ETag": f'"{version}"'},
        media_type="application/json",
    )
