"""`campaign replay`: a league's history told again, line by line, with running totals."""

import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import msgspec
import typer
from rich.box import SIMPLE
from rich.table import Table

from deploy.cli_asking import Account, Campaign, Json, err, out, said_plainly, services_at_hand
from deploy.cli_event_words import named
from deploy.cli_following import TOTALS, Sent, followed

_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_WORDS: Final = {
    "events": "事件 events",
    "units": "单位 units",
    "prepared": "准备完成 prepared",
    "plans_submitted": "方案上报 plans submitted",
    "plans_approved": "方案批准 plans approved",
    "mobilized": "已动员 mobilized",
    "on_time": "按时 on time",
    "late": "迟 late",
    "trainings": "培训 trainings",
    "teams": "督导组 teams",
    "instructors": "指导员 instructors",
    "findings": "督导发现 findings",
    "items_raised": "台账立项 items raised",
    "items_closed": "销号 items closed",
    "through": "截至 through",
}
_IN_PASSING: Final = ("events", "units", "plans_approved", "mobilized", "late", "items_closed")


class _Line(msgspec.Struct):
    """As much of an envelope as a line shows."""

    time: datetime
    type: str
    subject: str
    source: str
    league: str
    version: int


def register(app: typer.Typer) -> None:
    app.command("replay")(replay)


def replay(
    league: Annotated[str, typer.Option(help="盟市;自治区为全部 A league, or the region for all.")],
    from_: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="起始日 First day.")
    ] = None,
    to: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="截止日 Last day.")
    ] = None,
    by: Annotated[
        str, typer.Option(help="按发生日或登记日 Days by `occurred` or `recorded`.")
    ] = "occurred",
    types: Annotated[str, typer.Option(help="事件类型,逗号分隔 Only these event types.")] = "",
    speed: Annotated[
        str, typer.Option(help="每秒事件数,或 7d 每秒天数 Events a second, or 7d: days a second.")
    ] = "0",
    totals_every: Annotated[
        int, typer.Option(help="每多少事件给出累计数 Totals this often.")
    ] = 500,
    last_event_id: Annotated[str, typer.Option(help="从此 id 之后续播 Resume after this id.")] = "",
    campaign: Campaign = "nmg-2014",
    account: Account = "leader-15",
    json: Json = False,
) -> None:
    """回放一个盟市的历史。 Tell a league's history again; --json prints one event a line."""
    asked = {
        "from": from_.date().isoformat() if from_ else "",
        "to": to.date().isoformat() if to else "",
        "by": by,
        "types": types,
        "speed": speed,
        "totals_every": str(totals_every),
    }
    params = {name: value for name, value in asked.items() if value}
    with said_plainly():
        path = f"/campaigns/{campaign}/replay/{league}"
        totals = ""
        for sent in followed(services_at_hand(), path, account, params, last_event_id, _notice):
            totals = sent.data if sent.event == TOTALS else totals
            sys.stdout.write(_json_line(sent) if json else _line(sent))
        sys.stdout.flush()
        if not json:
            out.print(_table(msgspec.json.decode(totals)))


def _notice(text: str) -> None:
    err.print(text, style="yellow", markup=False, highlight=False)


def _json_line(sent: Sent) -> str:
    head = f'{{"id":"{sent.id}",' if sent.id else "{"
    return f'{head}"event":"{sent.event}","data":{sent.data}}}\n'


def _line(sent: Sent) -> str:
    if sent.event == TOTALS:
        return _passing(msgspec.json.decode(sent.data))
    told = msgspec.json.decode(sent.data, type=_Line)
    happened = f"{told.time.astimezone(_SHANGHAI):%Y-%m-%d %H:%M}"
    service = told.source.rpartition("/")[2]
    place = f"{service}@{told.league}:{told.version}"
    return f"{happened}  {told.subject:<14}  {named(told.type)}  {place}\n"


def _passing(totals: Mapping[str, object]) -> str:
    figures = " · ".join(f"{_WORDS[name]} {totals[name]}" for name in _IN_PASSING)
    return f"—— {figures}\n"


def _table(totals: Mapping[str, object]) -> Table:
    table = Table(
        title="累计 Totals", title_justify="left", box=SIMPLE, show_header=False, show_edge=False
    )
    for name, words in _WORDS.items():
        table.add_row(words, f"{totals[name]}")
    return table
