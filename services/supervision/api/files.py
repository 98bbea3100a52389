"""How supervision's lists are written to files: Chinese headers, as the uploads read them."""

from collections.abc import Mapping
from typing import Final

from services.supervision.api.columns import (
    CHANNEL_NAMES,
    DUTY_NAMES,
    LECTURE_KINDS,
    PURPOSES,
    TARGET_NAMES,
)
from shared.platform.exporting import Export

_TITLES: Final = {
    "unit": "单位代码", "level": "层级", "name": "名称", "kind": "类别", "state": "状态",
    "team": "督导组编号", "purpose": "任务", "first_leader": "第一组长", "leader": "组长",
    "members": "成员", "people": "人数", "formed_on": "组建日期", "trained_on": "培训日期",
    "station": "派驻单位", "patrols": "巡查单位", "dispatched_on": "派驻日期",
    "recalled_on": "撤回日期", "officials": "补课人数", "caught_up": "已补课人数",
    "instructor": "指导员编号", "assigned_by": "选派单位", "assigned_on": "选派日期",
    "withdrawn_on": "撤回日期", "duty": "履职编号", "summary": "内容", "done_on": "日期",
    "finding": "问题编号", "category": "问题类别", "for_rectification": "转入整改",
    "responsible_person": "责任人", "due_on": "完成时限", "found_on": "发现日期",
    "item": "台账编号", "refused": "未转入原因", "township": "所属乡镇", "units": "单位数",
    "instructed": "已派单位数", "instructors": "指导员数", "rank": "职级", "named_on": "确定日期",
    "points": "联系点数", "life_meetings": "民主生活会数", "target": "联系点类别",
    "taken_on": "确定日期", "attended_on": "参加日期", "visit": "走访编号",
    "visited_on": "走访日期", "owed": "应联系", "at_most": "至多", "taken": "已联系",
    "missing": "尚缺", "done": "已完成", "leaders": "领导数", "behind": "未完成人数",
    "meeting": "会议编号", "title": "标题", "attendees": "参会人数", "held_on": "召开日期",
    "adopted_on": "制定日期", "issue": "发布编号", "channel": "渠道", "pieces": "篇数",
    "issued_on": "发布日期", "lecture": "宣讲编号", "speakers": "宣讲人数", "lectures": "场次",
    "listeners": "听众人数", "given_on": "宣讲日期", "day": "日期", "source": "来源",
    "entry": "序号",
}  # fmt: skip
_STATES: Final = {
    "formed": "已组建", "trained": "已培训", "stationed": "已派驻", "recalled": "已撤回",
    "assigned": "在岗", "withdrawn": "已撤回", "reported": "已登记", "waiting": "待转台账",
    "handed_over": "已转台账", "refused": "台账未接收",
}  # fmt: skip


def _first(names: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {word: titles[0] for word, titles in names.items()}


def _file(name: str, **words: dict[str, str]) -> Export:
    """Titles are looked up by field, so one table serves every list."""
    return Export(name, _TITLES, {"state": _STATES} | words)


TEAM_FILE: Final = _file("teams", purpose=_first(PURPOSES))
DIARY_FILE: Final = _file("team-diary")
INSTRUCTOR_FILE: Final = _file("instructors")
DUTY_FILE: Final = _file("duties", kind=_first(DUTY_NAMES))
FINDING_FILE: Final = _file("findings", for_rectification={"true": "是", "false": "否"})
WITHOUT_TEAM_FILE: Final = _file("units-without-team")
WITHOUT_INSTRUCTOR_FILE: Final = _file("units-without-instructor")
BY_TOWNSHIP_FILE: Final = _file("instructors-by-township")
LEADER_FILE: Final = Export("liaison-leaders", _TITLES | {"leader": "领导编号"})
POINT_FILE: Final = Export(
    "liaison-points", _TITLES | {"leader": "领导编号"}, {"target": _first(TARGET_NAMES)}
)
COMPLIANCE_FILE: Final = Export(
    "liaison-compliance", _TITLES | {"leader": "领导编号"}, {"target": _first(TARGET_NAMES)}
)
PUBLICITY_FILE: Final = _file("publicity", channel=_first(CHANNEL_NAMES))
LECTURE_FILE: Final = _file("lectures", kind=_first(LECTURE_KINDS))
