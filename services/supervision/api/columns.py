"""Columns of supervision's uploads, their Chinese headers, and which one a refusal is about."""

from typing import Final

from services.supervision.api import blame
from shared.contracts.rectification import CATEGORIES
from shared.contracts.supervision import CHANNELS, DUTY_KINDS, LIAISON_TARGETS
from shared.platform.bulk import Column
from shared.platform.bulk.parsers import choice, code, integer, local_date, several, text
from shared.platform.bulk_http import UploadKind
from shared.platform.fields import INT32_MAX

PURPOSES: Final = {"station": ("派驻", "派驻督导"), "make_up": ("补课", "补课督导")}
LECTURE_KINDS: Final = {
    "cadre_lecture": ("干部宣讲",),
    "secretary_lesson": ("书记讲党课", "支部书记讲党课"),
}
DUTY_NAMES: Final = {
    "plan_examined": ("审阅方案",),
    "preparation_guided": ("指导准备",),
    "mobilization_attended": ("参加动员会",),
    "appraisal_organised": ("组织民主评议",),
    "annual_appraisal_joined": ("参加年度考核",),
    "patrol_made": ("巡查",),
}
CHANNEL_NAMES: Final = {
    "press": ("报刊",),
    "broadcasting": ("广播电视",),
    "microblog": ("微博",),
    "wechat": ("微信",),
    "qq_group": ("QQ群",),
    "mobile_paper": ("手机报",),
}
TARGET_NAMES: Final = {
    "league": ("盟市",),
    "banner": ("旗县", "旗县市区"),
    "township": ("苏木乡镇", "乡镇街道"),
    "department": ("部门",),
    "life_meeting": ("民主生活会",),
}
_yes_or_no: Final = choice({"yes": ("是",), "no": ("否",)})
_COUNT: Final = integer(1, INT32_MAX)
_TITLE: Final = text(120)
_SUMMARY: Final = text(2000, lines=True)


def _marked(cell: str) -> bool:
    return _yes_or_no(cell) == "yes"


def _id(name: str, title: str) -> Column:
    return Column(name, code, required=True, titles=(title,))


def _day(name: str, title: str) -> Column:
    return Column(name, local_date, required=True, titles=(title,))


def _count(name: str, title: str) -> Column:
    return Column(name, _COUNT, required=True, titles=(title,), number=True)


_TEAM: Final = _id("team", "督导组编号")
_UNIT: Final = Column("unit", code, required=True, titles=("单位代码", "单位"))
_LEADER: Final = _id("leader", "领导编号")

TEAMS: Final = UploadKind(
    columns=(
        _TEAM,
        Column("name", _TITLE, required=True, titles=("名称",)),
        _id("formed_by", "组建单位"),
        Column("purpose", choice(PURPOSES), required=True, titles=("任务",)),
        Column("first_leader", code, titles=("第一组长",)),
        Column("leader", code, titles=("组长",)),
        Column("members", several(code), required=True, titles=("成员",)),
        _day("formed_on", "组建日期"),
    ),
    unique=("team",),
    blame=blame.TEAMS,
)

TEAM_TRAININGS: Final = UploadKind(
    columns=(_TEAM, _id("training", "培训编号"), _day("trained_on", "培训日期")),
    unique=("team", "training"),
    blame=blame.TEAM_TRAININGS,
)

DISPATCHES: Final = UploadKind(
    columns=(
        _TEAM,
        _UNIT,
        Column("patrols", several(code), titles=("巡查单位",)),
        _day("dispatched_on", "派驻日期"),
    ),
    unique=("team",),
    blame=blame.DISPATCHES,
)

INSTRUCTORS: Final = UploadKind(
    columns=(
        _UNIT,
        _id("instructor", "指导员编号"),
        _id("assigned_by", "选派单位"),
        _day("assigned_on", "选派日期"),
    ),
    unique=("unit", "instructor"),
    blame=blame.INSTRUCTORS,
)

DUTIES: Final = UploadKind(
    columns=(
        _id("duty", "履职编号"),
        Column(
            "kind",
            choice({name: DUTY_NAMES[name] for name in DUTY_KINDS}),
            required=True,
            titles=("履职类别",),
        ),
        _TEAM,
        _UNIT,
        Column("summary", _SUMMARY, titles=("内容",)),
        _day("done_on", "日期"),
    ),
    unique=("duty",),
    blame=blame.DUTIES,
)

FINDINGS: Final = UploadKind(
    columns=(
        _id("finding", "问题编号"),
        _TEAM,
        _UNIT,
        Column("category", choice(CATEGORIES), required=True, titles=("问题类别",)),
        Column("summary", _SUMMARY, required=True, titles=("问题摘要",)),
        Column(
            "for_rectification",
            _marked,
            required=True,
            titles=("转入整改", "是否转整改"),
        ),
        Column("responsible_person", code, titles=("责任人",)),
        Column("due_on", local_date, titles=("完成时限",)),
        _day("found_on", "发现日期"),
    ),
    unique=("finding",),
    blame=blame.FINDINGS,
)

LIAISON_LEADERS: Final = UploadKind(
    columns=(
        _LEADER,
        _id("area", "地区代码"),
        Column("rank", text(63), required=True, titles=("职级",)),
        _day("named_on", "确定日期"),
    ),
    unique=("leader",),
    blame=blame.LIAISON_LEADERS,
)

LIAISON_POINTS: Final = UploadKind(
    columns=(
        _LEADER,
        _UNIT,
        Column(
            "target",
            choice({name: TARGET_NAMES[name] for name in LIAISON_TARGETS}),
            required=True,
            titles=("联系点类别",),
        ),
        _day("taken_on", "确定日期"),
    ),
    unique=("leader", "unit"),
    blame=blame.LIAISON_POINTS,
)

LIAISON_VISITS: Final = UploadKind(
    columns=(
        _id("visit", "走访编号"),
        _LEADER,
        _UNIT,
        Column("summary", _SUMMARY, titles=("内容",)),
        _day("visited_on", "走访日期"),
    ),
    unique=("visit",),
    blame=blame.LIAISON_VISITS,
)

LIFE_MEETINGS: Final = UploadKind(
    columns=(_LEADER, _UNIT, _day("attended_on", "参加日期")),
    unique=("leader", "unit", "attended_on"),
    blame=blame.LIFE_MEETINGS,
)

PUBLICITY: Final = UploadKind(
    columns=(
        _id("issue", "发布编号"),
        _UNIT,
        Column(
            "channel",
            choice({name: CHANNEL_NAMES[name] for name in CHANNELS}),
            required=True,
            titles=("渠道",),
        ),
        Column("title", _TITLE, titles=("标题",)),
        _count("pieces", "篇数"),
        _day("issued_on", "发布日期"),
    ),
    unique=("issue",),
    blame=blame.PUBLICITY,
)

LECTURES: Final = UploadKind(
    columns=(
        _id("lecture", "宣讲编号"),
        _UNIT,
        Column("kind", choice(LECTURE_KINDS), required=True, titles=("类别",)),
        Column("title", _TITLE, titles=("题目",)),
        _count("speakers", "宣讲人数"),
        _count("lectures", "场次"),
        _count("listeners", "听众人数"),
        _day("given_on", "宣讲日期"),
    ),
    unique=("lecture",),
    blame=blame.LECTURES,
)
