"""`campaign rebuild`: views made anew beside those that serve, and what is kept of that."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any, Final

import typer
from rich.table import Table

from deploy.cli_asking import DIFFERENT, Json, err, out, print_json, said_plainly
from deploy.cli_roles import bars, result_of
from deploy.problems import CannotRun

_OF_STATUS: Final = "status"


class What(StrEnum):
    """The views of a service, or what is done with a rebuild."""

    VIEWS = "views"
    UNITS = "units"
    SCHEDULE = "schedule"
    SUPERVISION = "supervision"
    RECTIFICATION = "rectification"
    STATUS = "status"
    RESUME = "resume"
    CANCEL = "cancel"
    BACK = "back"
    DROP = "drop"


class Source(StrEnum):
    """Where the events are read from."""

    TOPICS = "topics"
    HISTORY = "history"
    FEEDS = "feeds"


_INLINE: Final = (What.UNITS, What.SCHEDULE, What.SUPERVISION, What.RECTIFICATION)
_ABOUT: Final = (
    "views:汇总视图 the status views;units 等:该服务的内联视图 a service's inline views;"
    "status、cancel、resume、back、drop:查看、取消、继续、换回、丢弃 look at, cancel, go on, take back, drop."
)


def register(app: typer.Typer) -> None:
    app.command("rebuild")(rebuild)


def rebuild(
    what: Annotated[What, typer.Argument(help=_ABOUT)] = What.VIEWS,
    league: Annotated[str, typer.Option(help="只重建一个盟市 One league only.")] = "",
    source: Annotated[Source, typer.Option("--from", help="事件来源 Source.")] = Source.TOPICS,
    verify: Annotated[
        bool, typer.Option("--verify", help="只比对,不切换 Compare only, switch nothing.")
    ] = False,
    shown: Annotated[
        int, typer.Option(min=0, max=1000, help="每表显示几处差异 Shown a table.")
    ] = 20,
    json: Json = False,
) -> None:
    """不停机重建视图并切换,或与现有视图比对。 Rebuild views without downtime, or compare."""
    with said_plainly():
        if what is not What.VIEWS and (verify or league):
            raise CannotRun(
                "--verify 与 --league 只用于汇总视图(campaign rebuild)。",
                "--verify and --league are for the status views only (campaign rebuild).",
            )
        if verify and league:
            raise CannotRun(
                "--verify 比对全部视图;一个盟市请用 campaign verify --league。",
                "--verify compares all views; for one league use campaign verify --league.",
            )
        with bars() as bar:
            result = _done(what, league, source, shown, verify=verify, bar=bar)
    if json:
        print_json(result)
    else:
        _say(what, result)
    if result.get("different"):
        raise typer.Exit(DIFFERENT)


def _done(
    what: What, league: str, source: Source, shown: int, *, verify: bool, bar: Any
) -> dict[str, Any]:
    if what in _INLINE:
        return result_of(what.value, "rebuild-views", tell=bar(what.value))
    work = "verify" if verify else "run" if what is What.VIEWS else what.value
    asked = ["--from", source.value, "--shown", str(shown)]
    if league:
        asked += ["--league", league]
    return result_of(_OF_STATUS, "rebuild", work, *asked, tell=bar(work))


def _say(what: What, result: Mapping[str, Any]) -> None:
    if "rebuilds" in result:
        out.print(_rebuilds(result["rebuilds"]))
        _say_beside(result)
    elif "counts" in result:
        say_differences(result)
    elif "streams" in result:
        for table, count in result["streams"].items():
            out.print(f"{table:28} {count:>10,}", highlight=False)
    elif what is What.CANCEL:
        count = result["cancelled"]
        out.print(f"已取消 {count} 次重建。 {count} rebuilds cancelled.")
    elif what is What.DROP:
        dropped = "、".join(result["dropped"]) or "无"
        out.print(f"已丢弃:{dropped}。 Dropped: {', '.join(result['dropped']) or 'nothing'}.")
    else:
        count = result["events"]
        out.print(f"视图已切换,由 {count:,} 个事件构成。 The views now stand on {count:,} events.")


def _rebuilds(found: Iterable[Mapping[str, Any]]) -> Table:
    table = Table(title="重建 Rebuilds", title_justify="left")
    for heading in ("编号\nno.", "目的\npurpose", "状态\nstate", "开始\nstarted"):
        table.add_column(heading, no_wrap=True)
    for heading in ("事件\nevents", "共\nof"):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in found:
        stage = "" if each["stage"] == "done" else f"\n{each['stage']}"
        table.add_row(
            str(each["id"]),
            f"{each['purpose']} {each['league'] or ''}".rstrip() + f"\n< {each['source']}",
            each["state"] + stage,
            each["started_at"][:16].replace("T", " "),
            f"{each['events_read']:,}",
            f"{each['events_wanted']:,}",
        )
    return table


def _say_beside(result: Mapping[str, Any]) -> None:
    if result["next"]:
        out.print("有未完成的新表:resume 继续,drop 丢弃。 Tables half built: resume, or drop.")
    if result["former"]:
        out.print("旧表仍保留:back 换回,drop 丢弃。 Former tables are kept: back, or drop.")


def say_differences(result: Mapping[str, Any]) -> None:
    """What differs, row by row; the same for any two that were compared."""
    if not result["different"]:
        out.print(
            f"一致,已比对 {result['events']:,} 个事件。 No difference over {result['events']:,} events."
        )
        return
    for table, count in result["counts"].items():
        if count:
            out.print(f"[red]{table}: {count:,}[/red]", highlight=False)
    for each in result["shown"]:
        key = " ".join(each["key"].values())
        text = f"{each['table']} {key}\n    现有 live:    {each['live']}\n    重建 rebuilt: {each['rebuilt']}"
        out.print(text, markup=False, highlight=False, soft_wrap=True)
    err.print(f"{result['different']:,} 处不符。 {result['different']:,} rows differ.", style="red")
