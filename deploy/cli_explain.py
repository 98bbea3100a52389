"""Commands that ask behind figures: what one is the sum of, what a move or a merge would change."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

import typer
from rich.box import SIMPLE
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from deploy.cli_asking import (
    DIFFERENT,
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
_DAY: Final = ["%Y-%m-%d"]
_PAGE: Final = 500


def register(app: typer.Typer) -> None:
    for command in (explain, rehearse):
        app.command()(command)


def explain(
    unit: Annotated[str, typer.Argument(help="单位代码 Unit code, such as 1502.")],
    figure: Annotated[
        str, typer.Argument(help="指标路径 Path of the figure, such as mobilization.overdue.")
    ],
    as_of: AsOf = None,
    known_at: KnownAt = "",
    tree: Annotated[str, typer.Option(help="then 当时隶属或 now 现在隶属。")] = "then",
    class_: Annotated[str, typer.Option("--class", help="只看一类单位 One class only.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="最多行数 At most so many rows.")] = 100,
    campaign: Campaign = "nmg-2014",
    account: Account = "leader-15",
    json: Json = False,
) -> None:
    """说明一个数字由哪些单位、事项和事件构成。 Explain which units, things and events make a figure."""
    with said_plainly():
        asked = {"figure": figure, "tree": tree} | seen_when(as_of, known_at)
        asked |= {"class": class_} if class_ else {}
        path = f"/campaigns/{campaign}/units/{unit}/explain"
        answer = _pages(path, account, asked, limit)
        show(answer, explanation_page, json=json)


def rehearse(
    move: Annotated[str, typer.Option(help="划转的单位 Unit to move.")] = "",
    to: Annotated[str, typer.Option(help="划入的上级 Its new parent.")] = "",
    merge: Annotated[list[str] | None, typer.Option(help="并入的单位 Unit to merge.")] = None,
    into: Annotated[str, typer.Option(help="并入哪个单位 The unit merged into.")] = "",
    on: Annotated[
        datetime | None, typer.Option(formats=_DAY, help="生效日,默认今天 From this day; today.")
    ] = None,
    as_of: AsOf = None,
    campaign: Campaign = "nmg-2014",
    account: Account = "clerk-15",
    json: Json = False,
) -> None:
    """预演划转或并入,不写入任何内容。 Rehearse a move or a merge; nothing is written."""
    with said_plainly():
        day = (on or datetime.now().astimezone()).date().isoformat()
        body = _steps(move, to, merge or [], into, day)
        if as_of:
            body["as_of"] = as_of.date().isoformat()
        path = f"/campaigns/{campaign}/rehearsals"
        answer = services_at_hand().post("status", path, account, body)
    show(answer, rehearsal_page, json=json)
    if any(step["refusal"] for step in answer["steps"]):
        raise typer.Exit(DIFFERENT)


def explanation_page(answer: Answer) -> RenderableType:
    """The figure, and a line for each unit or thing that adds to it."""
    heading = Text(f"{answer['figure']} = {answer['value']}", style="bold").append(
        f"  {answer['unit']} 截至 as of {answer['as_of']}", style="not bold"
    )
    if "known_at" in answer:
        heading.append(f"  所知 known at {answer['known_at']}", style="not bold")
    ratio = answer["ratio"]
    if ratio is not None:
        parts = " / ".join(f"{each['figure']} ({each['value']})" for each in ratio.values())
        return Group(heading, Text(f"比率 a rate: {parts}"))
    table = Table(box=SIMPLE, show_edge=False, pad_edge=False)
    for name in ("单位 unit", "事项 thing", "n", "自 since", "事件 event", "记录人 by"):
        table.add_column(name, justify="right" if name == "n" else "left")
    for row in answer["rows"]:
        table.add_row(*_row(row))
    more = Text("还有更多,用 --limit 增加。 There are more: raise --limit.", style="dim")
    return Group(heading, table, more) if answer["next_cursor"] else Group(heading, table)


def rehearsal_page(answer: Answer) -> RenderableType:
    """Each step, who moves along, and how the figures of each unit above would change."""
    shown: list[RenderableType] = []
    for step in answer["steps"]:
        line = Text(f"{step['command']} {step['unit']} -> {step['to']} {step['on']}: ")
        why = step["refusal"]
        if why is None:
            line.append(f"{step['events']} 个事件 events", style="green")
        else:
            line.append(f"{why['detail_zh']} {why['detail_en']} ({why['code']})", style="red")
        shown.append(line)
    shown.append(Text(f"一同变动的单位 units that move along: {answer['moved_count']}"))
    if answer["hidden"]:
        shown.append(Text(f"权限外的单位 beyond your rights: {answer['hidden']}", style="dim"))
    shown += [_changes(unit) for unit in answer["affected"]]
    return Group(*shown)


def _pages(path: str, account: str, asked: Mapping[str, str], limit: int) -> dict[str, Any]:
    """The answer with the rows of as many pages as are wanted."""
    services = services_at_hand()
    size = str(min(limit, _PAGE))
    answer: dict[str, Any] = services.get("status", path, account, limit=size, **asked)
    while answer["next_cursor"] and len(answer["rows"]) < limit:
        size = str(min(limit - len(answer["rows"]), _PAGE))
        cursor = answer["next_cursor"]
        page = services.get("status", path, account, limit=size, cursor=cursor, **asked)
        answer["rows"] += page["rows"]
        answer["next_cursor"] = page["next_cursor"]
    return answer


def _steps(move: str, to: str, merge: list[str], into: str, on: str) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if bool(move) != bool(to) or bool(merge) != bool(into) or not (move or merge):
        raise CannotRun(
            "请给出 --move 和 --to,或 --merge 和 --into。",
            "Give --move with --to, or --merge with --into.",
        )
    if move:
        body["move"] = {"unit": move, "to": to, "on": on}
    if merge:
        body["merge"] = {"units": merge, "into": into, "on": on}
    return body


def _row(row: Answer) -> tuple[str, ...]:
    event, thing = row["event"] or {}, row["thing"] or {}
    named = f"{thing['kind']} {thing['title'] or thing['id']}" if thing else ""
    behind = f"{event['type'].split('.')[-2]} {event['league']}:{event['version']}" if event else ""
    return (
        f"{row['unit']} {row['name'] or ''}",
        named,
        str(row["n"]),
        row["since"],
        behind,
        event.get("actor", ""),
    )


def _changes(unit: Answer) -> Table:
    table = Table(
        title=f"\n{unit['name']} {unit['unit']}", title_justify="left", box=SIMPLE, show_edge=False,
        pad_edge=False,
    )  # fmt: skip
    table.add_column("指标 figure")
    for name in ("当时 then", "现在 now"):
        table.add_column(name, justify="right")
    rows: dict[str, list[str]] = {}
    for place, tree in enumerate(("then", "now")):
        for each in unit[tree]["changed"]:
            cells = rows.setdefault(each["figure"], ["", ""])
            cells[place] = f"{each['before']:,} -> {each['after']:,}"
    for figure, cells in rows.items():
        table.add_row(figure, *cells)
    return table
