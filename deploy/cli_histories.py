"""Commands that look at the histories the services keep: their heads, how far they are shown, events."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer
from rich.box import SIMPLE
from rich.table import Table

from deploy.cli_asking import Account, Json, err, out, print_json, said_plainly, services_at_hand
from deploy.cli_client import Services
from deploy.cli_event_words import CHINESE, named
from deploy.layout import SERVICES
from deploy.problems import CannotRun

AUDITOR: Final = "auditor-15"
_READER: Final = "status"
_PAGE: Final = 1_000
_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")

Service = Annotated[str, typer.Option(help="只看一个服务 One service only.")]


def register(app: typer.Typer) -> None:
    for command in (heads, streams, events):
        app.command()(command)


def heads(service: Service = "", account: Account = AUDITOR, json: Json = False) -> None:
    """列出每个盟市历史的版本与链头。 Show each history's version and head hash."""
    with said_plainly():
        services = services_at_hand()
        found = [
            {"service": name, **head}
            for name in _writers(service)
            for head in services.get(name, "/streams/heads", account)
        ]
        if json:
            print_json(found)
        else:
            columns = ("服务 service", "盟市 league", "版本 version", "链头 hash", "登记 recorded")
            out.print(_table(columns, map(_head_row, found)))


def streams(service: Service = "", account: Account = AUDITOR, json: Json = False) -> None:
    """列出每个历史已登记与已汇总到的版本。 Show how far each history is recorded, and shown."""
    with said_plainly():
        services, names = services_at_hand(), _writers(service)
        shown = {
            (each["service"], each["league"]): each["version"]
            for each in services.get(_READER, "/lag", account)["checkpoints"]
        }
        found = [
            _stream(name, head, shown.get((name, head["league"]), 0))
            for name in names
            for head in services.get(name, "/streams/heads", account)
        ]
        if json:
            print_json(found)
        else:
            columns = (
                "服务 service", "盟市 league", "登记到 recorded", "汇总到 shown", "差 behind",
                "最近登记 last recorded",
            )  # fmt: skip
            out.print(_table(columns, map(_stream_row, found)))


def events(
    league: Annotated[str, typer.Option(help="盟市 League, such as 1502.")],
    service: Service = "",
    after: Annotated[int, typer.Option(min=0, help="此版本之后 After this version.")] = 0,
    type_: Annotated[str, typer.Option("--type", help="只看此类型 Of this type only.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="每个服务最多 At most, of each service.")] = 50,
    account: Account = AUDITOR,
    json: Json = False,
) -> None:
    """列出一个盟市历史中的事件。 Show the events of a league's history."""
    with said_plainly():
        services, wanted = services_at_hand(), _known_type(type_)
        names = _writers(service)
        versions = {name: _version(services, name, league, account) for name in names}
        if not any(versions.values()):
            raise CannotRun(f"盟市 {league} 没有历史。", f"League {league} has no history.")
        found = [
            event
            for name in names
            for event in _events(services, name, league, account, (after, limit), wanted)
        ]
        if json:
            print_json(found)
        else:
            columns = ("位置 place", "发生 happened", "单位 unit", "事件 event", "经手 actor")
            out.print(_table(columns, map(_event_row, found)))
            if not found:
                err.print("没有这样的事件。 No such events.")


def _writers(service: str) -> list[str]:
    """The services that keep histories, or the one named."""
    names = [each.name for each in SERVICES if each.name != _READER]
    if service and service not in names:
        known = ", ".join(names)
        raise CannotRun(
            f"服务 {service} 没有历史,可选:{known}。",
            f"Service {service} keeps no histories; these do: {known}.",
        )
    return [service] if service else names


def _known_type(name: str) -> str:
    if name and name not in CHINESE:
        raise CannotRun(
            f"没有事件类型 {name},请用 MobilizationHeld 一类的名称。",
            f"There is no event type {name}; use names such as MobilizationHeld.",
        )
    return name


def _version(services: Services, service: str, league: str, account: str) -> int:
    heads = services.get(service, "/streams/heads", account)
    return next((int(head["version"]) for head in heads if head["league"] == league), 0)


def _events(
    services: Services,
    service: str,
    league: str,
    account: str,
    bounds: tuple[int, int],
    wanted: str,
) -> Iterator[dict[str, Any]]:
    """So many events after a version; with a type, however many others lie between them."""
    after, left = bounds
    while left > 0:
        page = services.get(
            service, f"/streams/{league}/events", account,
            after=str(after), limit=str(_PAGE if wanted else min(left, _PAGE)),
        )  # fmt: skip
        fitting = [each for each in page if not wanted or _name(each) == wanted][:left]
        yield from fitting
        left -= len(fitting)
        if not page:
            return
        after = page[-1]["version"]


def _name(event: dict[str, Any]) -> str:
    return str(event["type"]).rsplit(".", 2)[-2]


def _stream(service: str, head: dict[str, Any], shown: int) -> dict[str, Any]:
    return {
        "service": service,
        "league": head["league"],
        "recorded": head["version"],
        "shown": shown,
        "behind": max(0, head["version"] - shown),
        "recorded_at": head["recorded_at"],
    }


def _head_row(head: dict[str, Any]) -> tuple[str, ...]:
    return (
        head["service"], head["league"], str(head["version"]), head["hash"],
        _local(head["recorded_at"]),
    )  # fmt: skip


def _stream_row(stream: dict[str, Any]) -> tuple[str, ...]:
    behind = stream["behind"]
    return (
        stream["service"], stream["league"], str(stream["recorded"]), str(stream["shown"]),
        f"[red]{behind}[/red]" if behind else "0", _local(stream["recorded_at"]),
    )  # fmt: skip


def _event_row(event: dict[str, Any]) -> tuple[str, ...]:
    service = event["source"].rpartition("/")[2]
    return (
        f"{service}@{event['league']}:{event['version']}", _local(event["time"]),
        event["subject"], named(event["type"]), event["actor"],
    )  # fmt: skip


def _table(columns: Iterable[str], rows: Iterable[tuple[str, ...]]) -> Table:
    table = Table(box=SIMPLE, show_edge=False, pad_edge=False)
    for heading in columns:
        # A hash is compared as a whole, so it folds where there is no room for it.
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _local(instant: str | None) -> str:
    if instant is None:
        return "—"
    return f"{datetime.fromisoformat(instant).astimezone(_SHANGHAI):%Y-%m-%d %H:%M:%S}"
