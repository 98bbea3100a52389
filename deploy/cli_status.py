"""A unit's status on one page: its own state, what stands below it, how fresh it is."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rich.box import SIMPLE
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

Answer = Mapping[str, Any]

LIGHTS: Final = {"grey": "灰 grey", "yellow": "黄 yellow", "red": "红 red", "green": "绿 green"}
_STYLES: Final = {"grey": "bright_black", "yellow": "yellow", "red": "red", "green": "green"}
_STATES: Final = {
    "mobilized_on_time": "已按时动员 mobilized on time",
    "mobilized_late": "已动员(逾期) mobilized late",
    "not_yet_due": "未到时限 not yet due",
    "pending": "待动员 pending",
    "overdue": "逾期未动员 overdue",
    "unscheduled": "未规定时限 unscheduled",
}
_PLAN_STATES: Final = {
    "in_review": "审核中 in review",
    "returned": "已退回 returned",
    "approved": "已批准 approved",
}
_CLASSES: Final = {
    "league": "盟市 leagues",
    "banner": "旗县 banners",
    "zone": "开发区 zones",
    "township": "苏木乡镇 townships",
    "subdistrict": "街道 subdistricts",
    "village": "嘎查村 villages",
    "community": "社区 communities",
    "leading_bodies": "四大班子 leading bodies",
    "directly_affiliated": "直属单位 affiliated",
    "enterprise_institution": "企事业单位 enterprises",
    "window_unit": "窗口单位 window units",
    "non_public_social": "两新组织 non-public",
    "floating_branch": "流动党员 floating",
}
_COLUMNS: Final = (
    ("应动员\ndue", "expected"),
    ("按时\nin time", "on_time"),
    ("迟\nlate", "late"),
    ("待办\nopen", "pending"),
    ("逾期\nover", "overdue"),
)


def status_page(answer: Answer) -> RenderableType:
    """The whole answer of the status API for a person at a terminal."""
    return Group(_heading(answer), _own(answer["own"]), _below(answer["below"]), _fresh(answer))


def class_name(name: str) -> str:
    """`window_unit_l3` -> `L3 窗口单位 window units`."""
    stem, _, level = name.rpartition("_l")
    if level.isdecimal():
        return f"L{level} {_CLASSES.get(stem, stem)}"
    return _CLASSES.get(name, name)


def light(lit: Answer) -> Text:
    shown = Text(LIGHTS[lit["colour"]], style=_STYLES[lit["colour"]])
    return shown.append(" (迟 late)", style="magenta") if lit["late"] else shown


def _heading(answer: Answer) -> Text:
    unit = answer["unit"]
    return Text(f"{unit['name']} {unit['unit']}", style="bold").append(
        f"  截至 as of {answer['as_of']}", style="not bold"
    )


def _own(own: Answer) -> Table:
    table = _table("本单位 The unit itself", show_header=False)
    mobilization = own["mobilization"]
    table.add_row("灯 Light", light(mobilization["light"]))
    table.add_row("动员 Mobilization", _held(mobilization))
    table.add_row("准备 Prepared", own["prepared_on"] or "—")
    for category, plan in own["plans"].items():
        state = _PLAN_STATES.get(plan["state"], plan["state"])
        table.add_row(
            f"方案 Plan: {category}", f"{state}, v{plan['plan_version']}, {plan['since']}"
        )
    table.add_row("培训 Trainings", str(len(own["trainings"])))
    return table


def _held(mobilization: Answer) -> str:
    state = _STATES.get(mobilization["state"], mobilization["state"])
    return f"{state} {mobilization['held_on'] or ''}".rstrip()


def _below(below: Mapping[str, Answer]) -> Table:
    table = _table("下辖单位 Below it")
    table.add_column("类别\nclass", no_wrap=True)
    for heading, _ in _COLUMNS:
        table.add_column(heading, justify="right")
    table.add_column("截止\nby")
    table.add_column("灯\nlight", no_wrap=True)
    for name in sorted(below, key=_order):
        shown = light({**below[name]["light"], "late": False})  # a column of its own says late
        table.add_row(class_name(name), *_row(below[name]), shown)
    return table


def _table(title: str, *, show_header: bool = True) -> Table:
    return Table(
        title=f"\n{title}", title_justify="left", box=SIMPLE, show_edge=False,
        show_header=show_header, pad_edge=False, padding=(0, 1, 0, 0),
    )  # fmt: skip


def _row(of_class: Answer) -> Iterator[str]:
    figures, window = of_class["figures"], of_class["window"]
    for _, key in _COLUMNS:
        yield f"{figures[key] if key == 'expected' else figures['mobilization'][key]:,}"
    yield window["closes_on"][5:] if window else "—"  # month and day: the year is in the heading


def _order(name: str) -> tuple[int, str]:
    """Area classes in the order of the hierarchy, then attached ones by level."""
    order = list(_CLASSES)
    stem, _, level = name.rpartition("_l")
    if level.isdecimal():
        return (100 * int(level) + (order.index(stem) if stem in order else 99), name)
    return (order.index(name) if name in order else 99, name)


def _fresh(answer: Answer) -> Text:
    fresh = answer["freshness"]
    behind = fresh["events_behind"]
    if behind is None:
        return Text("视图新旧未知。 Not yet measured how fresh the view is.", style="dim")
    return Text(
        f"\n视图更新至 applied at {fresh['applied_at']}; 落后 behind {behind} 个事件 events, "
        f"{fresh['seconds_behind']:.1f} 秒 s",
        style="red" if behind else "dim",
    )
