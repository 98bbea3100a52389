"""Commands for a store that was restored behind its topic: what is lost, taken back or void."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from deploy.cli_archive import By, DryRun, RecordingService, chosen
from deploy.cli_asking import Json, err, out, print_json, said_plainly
from deploy.cli_roles import bars, operator, refusals_said, result_of
from deploy.problems import CannotRun

Why = Annotated[str, typer.Option("--reason", help="理由 Why; kept with the decision.")]
Yes = Annotated[bool, typer.Option("--yes", help="不再询问 Do not ask again.")]

app = typer.Typer(
    help="恢复之后:找回或作废主题中多出的事件。 After a restore: events only the topic holds.",
    no_args_is_help=True,
)


def register(parent: typer.Typer) -> None:
    for command in (show, recover, accept, refollow):
        app.command()(command)
    parent.add_typer(app, name="epoch")


def show(
    service: Annotated[list[str] | None, typer.Option("--service", help="服务 Service.")] = None,
    json: Json = False,
) -> None:
    """列出已作的决定。 List what was decided of each store."""
    with said_plainly(), refusals_said():
        found = {
            name: result_of(name, "history", "epochs", tell=_nothing)["epochs"]
            for name in chosen(service)
        }
    if json:
        print_json(found)
        return
    table = Table(title="纪元 Epochs", title_justify="left")
    for heading in ("服务\nservice", "纪元\nepoch", "决定\ndecision", "时间\nat", "由\nby", "理由\nreason"):  # fmt: skip
        table.add_column(heading)
    for name, decided in found.items():
        for each in decided:
            table.add_row(
                name, str(each["epoch"]), each["decision"], each["decided_at"][:19],
                each["decided_by"], each["reason"],
            )  # fmt: skip
    out.print(table)


def recover(
    service: RecordingService,
    reason: Why = "",
    by: By = "",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """从主题找回本库丢失的事件。 Take back from the topic what the store has lost."""
    with said_plainly(), refusals_said(), bars() as bar:
        (name,) = chosen([service])
        told = _deciding(by, reason, dry_run=dry_run)
        done = result_of(name, "history", "recover", *told, tell=bar(name))
    _say(name, done, "找回 taken back", json=json)


def accept(
    service: RecordingService,
    reason: Why = "",
    by: By = "",
    keep: Annotated[
        Path | None, typer.Option(help="作废事件另存 Keep the void events in this file.")
    ] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """以本库为准,主题中多出的事件作废。 Let the store stand; what only the topic holds is void."""
    with said_plainly(), refusals_said(), bars() as bar:
        (name,) = chosen([service])
        if not dry_run and not yes:
            raise CannotRun(
                "作废后不能再从主题找回。先用 --dry-run 查看,确认后加 --yes。",
                "What is void cannot be taken back. Look with --dry-run, then say --yes.",
            )
        kept = ("--keep", str(keep.resolve())) if keep is not None else ()
        told = (*_deciding(by, reason, dry_run=dry_run), *kept)
        done = result_of(name, "history", "accept", *told, tell=bar(name))
    _say(name, done, "作废 void", json=json)
    if not dry_run:
        err.print(
            "读过这些事件的视图须按本库重建:campaign rebuild --from feeds;其他服务的目录:"
            "campaign epoch refollow --service S。"
            " Views that have read them must be rebuilt from the store: campaign rebuild --from feeds;"
            " the copies in other services: campaign epoch refollow --service S.",
            style="yellow", soft_wrap=True,
        )  # fmt: skip


def refollow(
    service: RecordingService,
    json: Json = False,
) -> None:
    """由各服务的事件流重填本服务的目录。 Fill a service's copies of others again from their feeds."""
    with said_plainly(), refusals_said(), bars() as bar:
        (name,) = chosen([service])
        done = result_of(name, "history", "refollow", tell=bar(name))
    if json:
        print_json({"service": name, **done})
        return
    for view, counts in done["views"].items():
        told = ", ".join(f"{source} {count}" for source, count in counts.items())
        out.print(f"{name} {view}: {told}", highlight=False)


def _deciding(by: str, reason: str, *, dry_run: bool) -> tuple[str, ...]:
    if not reason and not dry_run:
        raise CannotRun("请写明理由:--reason。", "Say why: --reason.")
    trial = ("--dry-run",) if dry_run else ()
    return ("--by", by or operator(), "--reason", reason, *trial)


def _say(name: str, done: dict[str, Any], what: str, *, json: bool) -> None:
    if json:
        print_json({"service": name, **done})
        return
    for league, each in sorted(done["leagues"].items()):
        out.print(
            f"{name}@{league:8} {each['from']}-{each['to']}  {each['events']} {what}",
            highlight=False,
        )
    epoch = done["epoch"]
    out.print("仅检查 checked only" if epoch is None else f"纪元 epoch {epoch}", highlight=False)


def _nothing(_stage: str, _done: int, _total: int) -> None:
    """What takes a moment needs no bar."""
