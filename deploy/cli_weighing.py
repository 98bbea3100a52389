"""Commands that weigh one view against another: two points in time, or other rules."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.box import SIMPLE
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from deploy.cli_asking import (
    Account,
    Campaign,
    Json,
    said_plainly,
    services_at_hand,
    show,
)
from deploy.cli_viewing import AsOf, KnownAt, seen_when
from deploy.problems import CannotRun

Answer = Mapping[str, Any]
Unit = Annotated[str, typer.Argument(help="单位代码 Unit code, such as 1502.")]
Limit = Annotated[int, typer.Option(min=1, max=500, help="最多行数 At most so many rows.")]


def register(app: typer.Typer) -> None:
    app.command()(compare)
    app.command("what-if")(what_if)


def compare(
    unit: Unit,
    as_of: AsOf = None,
    as_of_other: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="另一日期 The other day; the same by default."),
    ] = None,
    known_at: KnownAt = "",
    known_at_other: Annotated[
        str, typer.Option(help="另一时刻 The other instant; now by default.")
    ] = "",
    limit: Limit = 20,
    campaign: Campaign = "nmg-2014",
    account: Account = "leader-15",
    json: Json = False,
) -> None:
    """比较两日或两个时刻的情况。 Compare two days, or what was known at two instants."""
    with said_plainly():
        asked = seen_when(as_of, known_at) | {"limit": str(limit)}
        asked |= {"as_of_other": as_of_other.date().isoformat()} if as_of_other else {}
        asked |= {"known_at_other": known_at_other} if known_at_other else {}
        path = f"/campaigns/{campaign}/units/{unit}/comparison"
        answer = services_at_hand().get("status", path, account, **asked)
        show(answer, comparison_page, json=json)


def what_if(
    unit: Unit,
    rules: Annotated[
        Path, typer.Argument(help="假设规则的 JSON 文件 JSON file of the rules that are supposed.")
    ],
    as_of: AsOf = None,
    known_at: KnownAt = "",
    campaign: Campaign = "nmg-2014",
    account: Account = "leader-15",
    json: Json = False,
) -> None:
    """在另一套规则下推演,不写入任何内容。 Judge the same history by other rules; nothing is written."""
    with said_plainly():
        path = f"/campaigns/{campaign}/units/{unit}/what-if"
        supposed = _read(rules)
        asked = seen_when(as_of, known_at)
        answer = services_at_hand().post("status", path, account, supposed, **asked)
        show(answer, what_if_page, json=json)


def comparison_page(answer: Answer) -> RenderableType:
    """Each figure that differs, and the entries that count at one point and not at the other."""
    points = [_point(answer[name]) for name in ("before", "after")]
    heading = Text(f"{answer['unit']}  {points[0]} -> {points[1]}", style="bold")
    changes = _table("指标 figure", *points, "±")
    for change in answer["changes"]:
        cells = (_shown(change[name]) for name in ("before", "after"))
        changes.add_row(f"{change['zh']} {change['en']}", *cells, f"{change['difference']:+d}")
    entries = _table("事件 event", "单位 unit", "记录人 by", "记录于 recorded at")
    for entry in answer["entries"]:
        named = f"{entry['type'].split('.')[-2]} {entry['league']}:{entry['version']}"
        entries.add_row(named, entry["unit"], entry["actor"], entry["recorded_at"])
    count = Text(
        f"未变 unchanged: {answer['same']}  有关事件 events: {answer['events']}", style="dim"
    )
    return Group(heading, changes, entries, count)


def what_if_page(answer: Answer) -> RenderableType:
    """Every figure and light that would be another."""
    heading = Text(f"{answer['unit']}  截至 as of {answer['as_of']}", style="bold")
    if not answer["differences"]:
        return Group(heading, Text("没有差别。 Nothing would differ."))
    table = _table("单位 unit", "指标 figure", "实际 real", "假设 supposed")
    for each in answer["differences"]:
        cells = (_shown(each[name]) for name in ("real", "supposed"))
        table.add_row(each["unit"], f"{each['view']} {each['figure']}", *cells)
    return Group(heading, table)


def _read(rules: Path) -> Any:
    try:
        return msgspec.json.decode(rules.read_bytes())
    except (OSError, msgspec.DecodeError) as failure:
        raise CannotRun(
            f"读不了规则文件 {rules}:{failure}。", f"Cannot read the rules in {rules}: {failure}."
        ) from failure


def _point(standpoint: Answer) -> str:
    known_at = standpoint.get("known_at")
    day: str = standpoint["as_of"]
    return day if known_at is None else f"{day} ({known_at} 所知 known)"


def _table(*columns: str) -> Table:
    table = Table(box=SIMPLE, show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")  # a path cut short says nothing
    return table


def _shown(value: Any) -> str:
    return "-" if value is None else str(value)
