"""How the schedule's lists are written to files: Chinese headers, as the uploads read them."""

from typing import Final

from services.schedule.api.columns import AUDIENCE_NAMES, CATEGORY_NAMES
from shared.platform.exporting import Export

_STATES: Final = {
    "in_review": "审核中", "returned": "已退回", "approved": "已批准",
    "planned": "已安排", "held": "已召开", "voided": "已作废",
}  # fmt: skip
_PHASES: Final = {"before": "动员前", "after": "动员后"}
_UNIT: Final = {"unit": "单位代码"}
_CATEGORIES: Final = {word: names[0] for word, names in CATEGORY_NAMES.items()}
_AUDIENCES: Final = {word: names[0] for word, names in AUDIENCE_NAMES.items()}

DOCUMENT_FILE: Final = Export(
    "documents",
    _UNIT
    | {"document": "文件编号", "kind": "类型", "title": "标题", "topic": "主题"}
    | {"issued_on": "印发日期", "applies_to": "适用范围"},
)
ORDER_FILE: Final = Export(
    "preparation-orders",
    _UNIT
    | {"preparation_order": "通知编号", "title": "标题", "levels": "层级"}
    | {"ordered_on": "下达日期"},
)
MEETING_FILE: Final = Export(
    "meetings",
    _UNIT
    | {"meeting": "会议编号", "kind": "类型", "title": "标题", "attendees": "参会人数"}
    | {"held_at": "召开时间"},
)
PREPARATION_FILE: Final = Export("preparations", _UNIT | {"prepared_on": "完成准备日期"})
PLAN_FILE: Final = Export(
    "plans",
    _UNIT
    | {"category": "方案类别", "state": "状态", "plan_version": "版次", "title": "标题"}
    | {"digest": "内容摘要值", "gate": "审核环节", "gate_role": "审核角色"}
    | {"gate_holder": "审核单位", "submitted_at": "报送时间", "decided_at": "批准或退回时间"},
    {"category": _CATEGORIES, "state": _STATES},
)
MOBILIZATION_FILE: Final = Export(
    "mobilizations",
    _UNIT
    | {"state": "状态", "planned_at": "安排时间", "held_at": "召开时间"}
    | {"attendees": "参会人数", "chaired_by": "主持人", "place": "地点"}
    | {"flags": "提示", "reason": "原因"},
    {"state": _STATES},
)
TRAINING_FILE: Final = Export(
    "trainings",
    _UNIT
    | {"training": "培训编号", "audience": "培训对象", "participants": "参加人数"}
    | {"phase": "阶段", "held_on": "培训日期"},
    {"audience": _AUDIENCES, "phase": _PHASES},
)
