"""Commands for parked events: listed, looked at, tried again in their order, given up."""

from collections.abc import Iterator
from typing import Annotated, Any, Final

import typer
from rich.table import Table

from deploy.cli_asking import (
    DIFFERENT,
    Account,
    Json,
    out,
    print_json,
    said_plainly,
    services_at_hand,
)
from deploy.cli_client import Refused, Services
from deploy.problems import CannotRun

CONSUMING: Final = ("schedule", "supervision", "rectification", "status")
"""The services that follow others, and may set their events aside."""

_OPERATOR: Final = "operations-15"
_PAGE: Final = 500

OfService = Annotated[str, typer.Option("--service", help="服务 The service whose view it is.")]
Number = Annotated[int, typer.Argument(min=1, help="编号 Its number in the list.")]

app = typer.Typer(
    help="未能应用而搁置的事件。 Events that could not be applied.", no_args_is_help=True
)


def register(parent: typer.Typer) -> None:
    app.command("list")(list_parked)
    for command in (show, retry, discard):
        app.command()(command)
    parent.add_typer(app, name="parked")


def list_parked(
    service: Annotated[str, typer.Option(help="只看一个服务 One service only.")] = "",
    unit: Annotated[str, typer.Option(help="活动/单位 CAMPAIGN/UNIT.")] = "",
    account: Account = _OPERATOR,
    json: Json = False,
) -> None:
    """列出搁置的事件,按到达次序。 List parked events in the order they came; 3 if there are any."""
    with said_plainly():
        services = services_at_hand()
        found = [
            {"view": name, **each}
            for name in _chosen(service)
            for each in _parked(services, name, account, unit)
        ]
    if json:
        print_json(found)
    else:
        out.print(_table(found) if found else "没有搁置的事件。 Nothing is parked.")
    if found:
        raise typer.Exit(DIFFERENT)


def show(
    number: Number, service: OfService = "status", account: Account = _OPERATOR, json: Json = False
) -> None:
    """查看一个搁置的事件及其原因。 Show a parked event: its envelope and its cause."""
    with said_plainly():
        (name,) = _chosen(service)
        found = services_at_hand().get(name, f"/parked/{number}", account)
    if json:
        print_json(found)
        return
    for member, told in found["parked"].items():
        out.print(f"{member:12} {told}", highlight=False, markup=False, soft_wrap=True)
    if "envelope" in found:
        print_json(found["envelope"])
    else:
        out.print(f"base64       {found['value_base64']}", highlight=False, soft_wrap=True)


def retry(
    number: Annotated[int | None, typer.Argument(min=1, help="编号 Its number.")] = None,
    every: Annotated[bool, typer.Option("--all", help="逐单位全部 All, unit by unit.")] = False,
    service: OfService = "status",
    account: Account = _OPERATOR,
    json: Json = False,
) -> None:
    """按序重试一个单位(或全部)搁置的事件。 Try a unit's parked events again, in order."""
    with said_plainly():
        (name,) = _chosen(service)
        if (number is None) != every:
            raise CannotRun(
                "请给出编号,或用 --all。", "Give the number of a parked event, or --all."
            )
        services = services_at_hand()
        numbers = _firsts(services, name, account) if number is None else [number]
        done = [_tried(services, name, each, account) for each in numbers]
    _say(done, json=json)
    if any("cause" in each and each["cause"] for each in done):
        raise typer.Exit(DIFFERENT)


def discard(
    number: Number,
    service: OfService = "status",
    yes: Annotated[bool, typer.Option("--yes", help="不再询问 Do not ask again.")] = False,
    account: Account = _OPERATOR,
    json: Json = False,
) -> None:
    """丢弃一个搁置的事件:该视图永远不再显示它。 Give a parked event up: this view never shows it."""
    with said_plainly():
        (name,) = _chosen(service)
        services = services_at_hand()
        if not yes:
            told = services.get(name, f"/parked/{number}", account)["parked"]
            what = f"{told['event_type'] or told['place']} {told['unit'] or ''}"
            typer.confirm(f"丢弃 {what}? Discard it?", abort=True, err=True)
        done = services.post(name, f"/parked/{number}/discard", account)
    _say([{"id": number, **done}], json=json)


def _chosen(service: str) -> tuple[str, ...]:
    if service and service not in CONSUMING:
        raise CannotRun(
            f"服务 {service} 没有视图跟随其他服务,可用的有:{'、'.join(CONSUMING)}。",
            f"Service {service} follows no other; there are: {', '.join(CONSUMING)}.",
        )
    return (service,) if service else CONSUMING


def _parked(
    services: Services, name: str, account: str, unit: str = ""
) -> Iterator[dict[str, Any]]:
    cursor: int | None = 0
    asked = {"unit": unit} if unit else {}
    while cursor is not None:
        page = services.get(name, "/parked", account, cursor=str(cursor), limit=str(_PAGE), **asked)
        yield from page["parked"]
        cursor = page["next_cursor"]


def _firsts(services: Services, name: str, account: str) -> list[int]:
    """The first number of each unit, and each record that is no event: all go with these."""
    firsts: dict[Any, int] = {}
    for each in _parked(services, name, account):
        alone = each["id"] if each["unit"] is None else ""
        firsts.setdefault((each["projection"], each["unit"], alone), each["id"])
    return list(firsts.values())


def _tried(services: Services, name: str, number: int, account: str) -> dict[str, Any]:
    try:
        return {"id": number, **services.post(name, f"/parked/{number}/retry", account)}
    except Refused as refused:
        if refused.code != "parked-event-still-fails":
            raise
        return {"id": number, "applied": 0, "cause": refused.en}


def _say(done: list[dict[str, Any]], *, json: bool) -> None:
    if json:
        print_json(done)
        return
    for each in done:
        out.print(
            f"{each['id']}: 已应用 applied {each['applied']}, 已丢弃 discarded"
            f" {each.get('discarded', 0)} {each.get('cause', '')}",
            highlight=False, markup=False, soft_wrap=True,
        )  # fmt: skip


def _table(found: list[dict[str, Any]]) -> Table:
    table = Table(title="搁置的事件 Parked events", title_justify="left")
    for heading in (
        "编号\nid", "视图\nview", "单位\nunit", "事件\nevent", "来自\nfrom", "原因\ncause",
    ):  # fmt: skip
        table.add_column(heading, overflow="fold")
    for each in found:
        source = f"{each['service']}@{each['league'] or '?'}:{each['version'] or '?'}"
        table.add_row(
            str(each["id"]), f"{each['view']} {each['projection']}", each["unit"] or "",
            (each["event_type"] or each["place"]).removeprefix("campaign."), source, each["cause"],
        )  # fmt: skip
    return table
