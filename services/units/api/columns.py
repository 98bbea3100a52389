"""Columns of the units' uploads, their Chinese headers, and which one a refusal is about."""

from collections.abc import Callable
from typing import Final

from services.units.api.bodies import KINDS
from services.units.api.groups import RulesIncomplete
from services.units.domain.leading_group import GroupFormedOtherwise, RulesBeforeGroup
from services.units.domain.refusals import (
    BeforeParent,
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
from services.units.people import PersonErased
from shared.kernel.refusals import (
    DateInFuture,
    OutsideSubtree,
    UnitAbolishedAlready,
    UnknownUnit,
)
from shared.kernel.setting import BeforeRegistration
from shared.platform.bulk import Column, ValueRefused
from shared.platform.bulk.parsers import choice, code, integer, local_date, text
from shared.platform.bulk_http import UploadKind


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

UNITS: Final = UploadKind(
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
LEADING_GROUPS: Final = UploadKind(
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
PEOPLE: Final = UploadKind(
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
