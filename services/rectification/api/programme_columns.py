"""Columns of the uploads about plans, programmes, receptions and help, with Chinese headers."""

from collections.abc import Mapping
from typing import Final

from services.rectification.api.columns import CATEGORY_NAMES
from services.rectification.domain.batch_link import AlreadyLinked, LinkedToItself
from services.rectification.domain.filed_plan import PlanAlreadyFiled
from services.rectification.domain.pairing import PairingAlreadyRecorded
from services.rectification.domain.petition import ReceptionAlreadyRecorded, SettledExceedsCases
from services.rectification.domain.programme import (
    BeforeLastProgress,
    BeforeLaunch,
    DueBeforeLaunched,
    EntryAlreadyRecorded,
    ItemsOpen,
    OutsideProgramme,
    OwnProgress,
    ProgrammeAlreadyLaunched,
    ProgrammeIsCompleted,
    TargetNotReached,
    UnknownProgramme,
)
from shared.contracts.rectification import FILED_DOCUMENTS, HELP_KINDS, PROGRAMME_KINDS
from shared.kernel.refusals import (
    ActionNotAllowed,
    DateInFuture,
    OutsideSubtree,
    Refusal,
    UnitAbolishedAlready,
    UnknownUnit,
)
from shared.kernel.setting import BeforeCampaign, BeforeRegistration
from shared.platform.bulk import Column
from shared.platform.bulk.parsers import choice, code, integer, local_date, text
from shared.platform.bulk_http import UploadKind
from shared.platform.fields import INT32_MAX

DOCUMENT_NAMES: Final = {
    "rectification_plan": ("整改方案",),
    "special_rectification_plan": ("专项整治方案",),
    "institution_schedule": ("制度建设计划",),
}
KIND_NAMES: Final = {
    "action": ("行动",),
    "project": ("工程",),
    "special_rectification": ("专项整治",),
    "commitment": ("承诺",),
    "village_help": ("千村帮联", "帮联"),
    "visits": ("走访",),
    "centres": ("党员中心户", "中心户"),
    "turnaround": ("后进转化", "转化"),
}
HELP_NAMES: Final = {"village": ("嘎查村", "村"), "household": ("户", "困难户")}
_AT_LEAST_ONE: Final = integer(1, INT32_MAX)
_COUNT: Final = integer(0, INT32_MAX)
_TITLE: Final = text(120)
_NOTE: Final = Column("note", text(2000, lines=True), titles=("备注",))
_UNIT: Final = Column("unit", code, required=True, titles=("单位代码", "单位"))
_PROGRAMME: Final = Column("programme", code, required=True, titles=("项目编号",))
_ABOUT_UNIT: Final[Mapping[type[Refusal], str]] = dict.fromkeys(
    (UnknownUnit, OutsideSubtree, ActionNotAllowed), "unit"
)
_ABOUT_DAY: Final = (DateInFuture, BeforeCampaign, BeforeRegistration, UnitAbolishedAlready)


def _day(name: str, *titles: str) -> Column:
    return Column(name, local_date, required=True, titles=titles)


def _blame(day: str, **others: tuple[type[Refusal], ...]) -> Mapping[type[Refusal], str]:
    """Which column a refusal is about; `others` give the refusals of further columns."""
    named = {refusal: column for column, refusals in others.items() for refusal in refusals}
    return {**_ABOUT_UNIT, **dict.fromkeys(_ABOUT_DAY, day), **named}


FILED_PLANS: Final = UploadKind(
    columns=(
        _UNIT,
        Column(
            "document",
            choice({name: DOCUMENT_NAMES[name] for name in FILED_DOCUMENTS}),
            required=True,
            titles=("文件种类",),
        ),
        Column("title", _TITLE, required=True, titles=("标题",)),
        Column("digest", text(128), required=True, titles=("内容摘要值",)),
        _day("filed_on", "报备日期"),
    ),
    unique=("unit", "document"),
    blame=_blame("filed_on", document=(PlanAlreadyFiled,)),
)

BATCH_LINKS: Final = UploadKind(
    columns=(
        _UNIT,
        Column("led_by", code, required=True, titles=("第一批单位", "带动单位")),
        _day("linked_on", "联系日期"),
    ),
    unique=("unit", "led_by"),
    blame=_blame("linked_on", led_by=(AlreadyLinked, LinkedToItself)),
)

PROGRAMMES: Final = UploadKind(
    columns=(
        _PROGRAMME,
        _UNIT,
        Column(
            "kind",
            choice({name: KIND_NAMES[name] for name in PROGRAMME_KINDS}),
            required=True,
            titles=("类型",),
        ),
        Column(
            "category",
            choice({word: (name,) for word, name in CATEGORY_NAMES.items()}),
            titles=("类别",),
        ),
        Column("title", _TITLE, required=True, titles=("名称",)),
        Column("measure", _TITLE, required=True, titles=("计量单位", "指标")),
        Column("target", _AT_LEAST_ONE, required=True, titles=("目标",), number=True),
        Column("due_on", local_date, titles=("完成时限",)),
        _day("launched_on", "启动日期"),
    ),
    unique=("programme",),
    blame=_blame("launched_on", programme=(ProgrammeAlreadyLaunched,), due_on=(DueBeforeLaunched,)),
)

PROGRESS: Final = UploadKind(
    columns=(
        _PROGRAMME,
        _UNIT,
        Column("entry", code, required=True, titles=("进展编号",)),
        Column("count", _AT_LEAST_ONE, required=True, titles=("数量",), number=True),
        _NOTE,
        _day("progressed_on", "进展日期"),
    ),
    unique=("programme", "entry"),
    blame=_blame(
        "progressed_on",
        programme=(UnknownProgramme, ProgrammeIsCompleted),
        unit=(OutsideProgramme,),
        entry=(EntryAlreadyRecorded,),
        progressed_on=(BeforeLaunch,),
    ),
)

COMPLETIONS: Final = UploadKind(
    columns=(
        _PROGRAMME,
        Column("person", code, required=True, titles=("验收人",)),
        _NOTE,
        _day("completed_on", "完成日期"),
    ),
    unique=("programme",),
    blame=_blame(
        "completed_on",
        programme=(
            UnknownProgramme,
            ProgrammeIsCompleted,
            TargetNotReached,
            ItemsOpen,
            *_ABOUT_UNIT,
        ),
        person=(OwnProgress,),
        completed_on=(BeforeLaunch, BeforeLastProgress),
    ),
)

PETITIONS: Final = UploadKind(
    columns=(
        Column("reception", code, required=True, titles=("接访编号",)),
        _UNIT,
        Column("received_by", code, required=True, titles=("接访人",)),
        Column("visits", _COUNT, required=True, titles=("来访批次",), number=True),
        Column("cases", _COUNT, required=True, titles=("立案件数",), number=True),
        Column("settled_on_spot", _COUNT, required=True, titles=("当场解决",), number=True),
        _day("held_on", "接访日期"),
    ),
    unique=("reception",),
    blame=_blame(
        "held_on", reception=(ReceptionAlreadyRecorded,), settled_on_spot=(SettledExceedsCases,)
    ),
)

PAIRINGS: Final = UploadKind(
    columns=(
        Column("pairing", code, required=True, titles=("结对编号",)),
        _UNIT,
        Column("helper", code, required=True, titles=("帮扶者", "帮扶单位")),
        Column(
            "kind",
            choice({name: HELP_NAMES[name] for name in HELP_KINDS}),
            required=True,
            titles=("帮扶类型",),
        ),
        Column("households", _AT_LEAST_ONE, required=True, titles=("户数",), number=True),
        _day("paired_on", "结对日期"),
    ),
    unique=("pairing",),
    blame=_blame("paired_on", pairing=(PairingAlreadyRecorded,)),
)
