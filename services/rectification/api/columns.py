"""Columns of the ledger's uploads, their Chinese headers, and which one a refusal is about."""

from collections.abc import Mapping
from typing import Final

from services.rectification.domain.item_refusals import (
    ClockIsPaused,
    ClockIsRunning,
    ClosureIsRequested,
    ClosureNotRequested,
    DueBeforeRaised,
    ExtensionNotLater,
    ItemAlreadyRaised,
    ItemIsClosed,
    ItemNotClosed,
    OwnItem,
    ParentClosed,
    ReasonRequired,
    ScoreOutOfRange,
    StepBeforePrevious,
    UnknownItem,
    UnknownParent,
)
from services.rectification.domain.programme import UnknownProgramme
from shared.contracts.rectification import CATEGORIES, SOURCES
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

SOURCE_NAMES: Final = dict(
    zip(
        SOURCES,
        ("督导发现", "信访", "意见建议", "自查", "专项整治", "逐级落实", "其他"),
        strict=True,
    )
)
CATEGORY_NAMES: Final = dict(
    zip(
        CATEGORIES,
        (
            "行政不作为", "服务不到位", "侵害群众利益", "食品药品安全", "生态环境", "公共安全",
            "教育", "就业", "扶贫", "住房", "信访问题", "形式主义", "官僚主义", "享乐主义",
            "奢靡之风", "制度建设", "其他",
        ),
        strict=True,
    )
)  # fmt: skip
ACTION_NAMES: Final = {
    "assign": ("交办",),
    "progress": ("进展",),
    "extend": ("延期",),
    "pause": ("暂停计时",),
    "resume": ("恢复计时",),
    "request_closure": ("申请销号",),
    "reject": ("退回",),
    "close": ("销号",),
    "reopen": ("重新打开",),
    "review": ("回头看",),
    "rate": ("满意度测评",),
}
YES_NO: Final = {"yes": ("是", "TRUE"), "no": ("否", "FALSE")}
_PEOPLE: Final = integer(1, INT32_MAX)

_ABOUT_UNIT: Final[Mapping[type[Refusal], str]] = dict.fromkeys(
    (UnknownUnit, OutsideSubtree, ActionNotAllowed), "unit"
)
_ABOUT_DAY: Final = (DateInFuture, BeforeCampaign, BeforeRegistration, UnitAbolishedAlready)


def named(names: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Words with their one Chinese name, as `choice` takes them."""
    return {word: (name,) for word, name in names.items()}


# The ledger's file holds more than an item is raised with: it can be read in again as it is.
_SHOWN_ONLY: Final = {
    "number": "序号", "league": "盟市代码", "league_name": "盟市", "banner": "旗县代码",
    "banner_name": "旗县", "township": "乡镇代码", "township_name": "乡镇",
    "unit_name": "责任单位", "state": "状态", "overdue": "逾期", "due_soon": "临期",
    "cascades": "逐级落实", "paused_on": "暂停计时日期", "percent": "进度",
    "extensions": "延期次数", "rejections": "退回次数", "reopenings": "重开次数",
    "evidence": "材料数", "requested_by": "销号申请人", "requested_on": "申请销号日期",
    "verified_by": "核查人", "closed_on": "销号日期", "reviewed_on": "回头看日期",
    "score": "满意度", "first_due_on": "原定时限", "last_on": "最近办理日期",
}  # fmt: skip
_RAISED_WITH: Final = {
    "item": "编号", "unit": "责任单位代码", "source": "来源", "origin": "来源编号",
    "category": "类别", "summary": "事项", "responsible_person": "责任人", "due_on": "完成时限",
    "raised_on": "登记日期", "parent": "上级事项", "programme": "专项",
}  # fmt: skip
TITLES: Final[Mapping[str, str]] = _RAISED_WITH | _SHOWN_ONLY
"""The headers of the ledger's files, which its upload takes back."""

ITEMS: Final = UploadKind(
    columns=(
        Column("item", code, required=True, titles=("编号", "事项编号")),
        Column("unit", code, required=True, titles=("责任单位代码", "单位代码", "单位")),
        Column("source", choice(named(SOURCE_NAMES)), required=True, titles=("来源",)),
        Column("origin", code, titles=("来源编号",)),
        Column("category", choice(named(CATEGORY_NAMES)), required=True, titles=("类别",)),
        Column("summary", text(2000, lines=True), required=True, titles=("事项", "问题")),
        Column("responsible_person", code, required=True, titles=("责任人",)),
        Column("due_on", local_date, required=True, titles=("完成时限",)),
        Column("raised_on", local_date, required=True, titles=("登记日期",)),
        Column("parent", code, titles=("上级事项",)),
        Column("programme", code, titles=("专项",)),
        *(Column(name, str, titles=(title,), number=True) for name, title in _SHOWN_ONLY.items()),
    ),
    unique=("item",),
    blame={
        **_ABOUT_UNIT,
        **dict.fromkeys(_ABOUT_DAY, "raised_on"),
        **dict.fromkeys((UnknownParent, ParentClosed), "parent"),
        UnknownProgramme: "programme",
        DueBeforeRaised: "due_on",
        ItemAlreadyRaised: "item",
    },
)

STEPS: Final = UploadKind(
    columns=(
        Column("item", code, required=True, titles=("编号", "事项编号")),
        Column("action", choice(ACTION_NAMES), required=True, titles=("步骤",)),
        Column("on", local_date, required=True, titles=("日期",)),
        Column("person", code, titles=("人员", "办理人")),
        Column("note", text(2000, lines=True), titles=("说明", "理由")),
        Column("percent", integer(0, 100), titles=("进度",), number=True),
        Column("due_on", local_date, titles=("新时限",)),
        Column("score", integer(1, 5), titles=("满意度",), number=True),
        Column("raters", _PEOPLE, titles=("评分人数",), number=True),
        Column("holds", choice(YES_NO), titles=("整改稳固",)),
    ),
    blame={
        **dict.fromkeys((UnknownItem, UnknownUnit, OutsideSubtree, ActionNotAllowed), "item"),
        **dict.fromkeys((*_ABOUT_DAY, StepBeforePrevious), "on"),
        **dict.fromkeys((ExtensionNotLater, DueBeforeRaised), "due_on"),
        **dict.fromkeys(
            (
                ClockIsPaused, ClockIsRunning, ClosureIsRequested, ClosureNotRequested,
                ItemIsClosed, ItemNotClosed,
            ),
            "action",
        ),
        OwnItem: "person",
        ReasonRequired: "note",
        ScoreOutOfRange: "score",
    },
)  # fmt: skip
