"""Columns of the schedule's uploads, their Chinese headers, and which one a refusal is about."""

from collections.abc import Mapping
from typing import Final

from services.schedule.domain.campaign import CATEGORIES
from services.schedule.domain.mobilization import AlreadyMobilized, NoWindow
from services.schedule.domain.plan import (
    BeforePreviousStep,
    BeforeSubmission,
    NothingChanged,
    PlanInReview,
    PlanIsApproved,
    PlanNotInReview,
    RootSubmitsNoPlan,
)
from services.schedule.domain.preparation import AlreadyPrepared
from services.schedule.domain.reviewing import (
    GateOutOfOrder,
    GatesOutstanding,
    NotEntitledToGate,
    ReasonMissing,
    UnknownReason,
)
from services.schedule.domain.training import AUDIENCES, TrainingAlreadyRecorded
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
from shared.platform.bulk.parsers import (
    choice,
    code,
    integer,
    local_date,
    local_datetime,
    several,
    text,
)
from shared.platform.bulk_http import UploadKind
from shared.platform.fields import INT32_MAX

STEPS: Final = {"submit": ("报送",), "pass": ("通过",), "return": ("退回",), "approve": ("批准",)}
CATEGORY_NAMES: Final = {
    "implementation": ("实施方案",),
    "window_units": ("窗口单位和服务行业",),
    "gacha_villages": ("嘎查村",),
    "communities": ("社区",),
    "non_public_social": ("非公有制经济组织和社会组织", "两新组织"),
    "floating_members": ("流动党员",),
}
AUDIENCE_NAMES: Final = {
    "office_staff": ("活动办工作人员",),
    "supervision_team": ("督导组", "督导组成员"),
    "organisers": ("组织活动人员",),
}
_REASON_NAMES: Final = {
    "spirit_not_reflected": ("未体现指导精神",),
    "local_character_lacking": ("缺乏地方特色",),
    "not_actionable": ("不具体不可操作",),
}
_HEADS: Final = integer(1, INT32_MAX)

_UNIT = Column("unit", code, required=True, titles=("单位代码", "单位"))
_ABOUT_UNIT: Final[Mapping[type[Refusal], str]] = dict.fromkeys(
    (UnknownUnit, OutsideSubtree, ActionNotAllowed, NoWindow), "unit"
)
_ABOUT_DAY: Final = (DateInFuture, BeforeCampaign, BeforeRegistration, UnitAbolishedAlready)


def _reason(cell: str) -> str:
    """By word or Chinese name; an unknown one is left for the rules to refuse."""
    names = {name: word for word, labels in _REASON_NAMES.items() for name in labels}
    return names.get(cell, cell[:40])


PREPARATIONS: Final = UploadKind(
    columns=(
        _UNIT,
        Column("prepared_on", local_date, required=True, titles=("完成准备日期",)),
    ),
    unique=("unit",),
    blame={**_ABOUT_UNIT, **dict.fromkeys((*_ABOUT_DAY, AlreadyPrepared), "prepared_on")},
)

PLANS: Final = UploadKind(
    columns=(
        _UNIT,
        Column(
            "category",
            choice({name: CATEGORY_NAMES[name] for name in CATEGORIES}),
            required=True,
            titles=("方案类别",),
        ),
        Column("action", choice(STEPS), required=True, titles=("步骤",)),
        Column("at", local_datetime, required=True, titles=("时间",)),
        Column("title", text(120), titles=("标题",)),
        Column("digest", text(128), titles=("内容摘要值",)),
        Column("gate", text(63), titles=("审核环节",)),
        Column("reasons", several(_reason), titles=("退回理由",)),
        Column("note", text(2000, lines=True), titles=("备注",)),
    ),
    blame={
        **_ABOUT_UNIT,
        **dict.fromkeys((*_ABOUT_DAY, BeforeSubmission, BeforePreviousStep), "at"),
        **dict.fromkeys((GateOutOfOrder, GatesOutstanding, NotEntitledToGate), "gate"),
        **dict.fromkeys((ReasonMissing, UnknownReason), "reasons"),
        **dict.fromkeys((PlanInReview, PlanIsApproved, PlanNotInReview), "action"),
        NothingChanged: "digest",
        RootSubmitsNoPlan: "unit",
    },
)

MOBILIZATIONS: Final = UploadKind(
    columns=(
        _UNIT,
        Column("held_at", local_datetime, required=True, titles=("召开时间",)),
        Column("attendees", _HEADS, required=True, titles=("参会人数",), number=True),
        Column("chaired_by", code, titles=("主持人",)),
        Column("place", text(120), titles=("地点",)),
    ),
    unique=("unit",),
    blame={**_ABOUT_UNIT, **dict.fromkeys((*_ABOUT_DAY, AlreadyMobilized), "held_at")},
)

TRAININGS: Final = UploadKind(
    columns=(
        _UNIT,
        Column("training", code, required=True, titles=("培训编号",)),
        Column(
            "audience",
            choice({name: AUDIENCE_NAMES[name] for name in AUDIENCES}),
            required=True,
            titles=("培训对象",),
        ),
        Column("held_on", local_date, required=True, titles=("培训日期",)),
        Column("participants", _HEADS, required=True, titles=("参加人数",), number=True),
    ),
    unique=("unit", "training"),
    blame={
        **_ABOUT_UNIT,
        **dict.fromkeys(_ABOUT_DAY, "held_on"),
        TrainingAlreadyRecorded: "training",
    },
)
