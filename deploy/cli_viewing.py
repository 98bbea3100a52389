"""Commands that look at the views: a unit's status, its bulletin, lag; and a token to ask with."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli_asking import (
    Account,
    Campaign,
    Json,
    said_plainly,
    services_at_hand,
    show,
)
from deploy.cli_bulletin import bulletin_page, file_form
from deploy.cli_lag import lag_table, lags, part_lags, parts_table
from deploy.cli_status import status_page

AsOf = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="截至日期 As of this day.")
]

KnownAt = Annotated[
    str,
    typer.Option(help="按该时刻所知 As known at this instant, such as 2014-03-05T09:00:00+08:00."),
]


def register(app: typer.Typer) -> None:
    for command in (status, bulletin, lag, token):
        app.command()(command)


def status(
    unit: Annotated[str, typer.Argument(help="单位代码 Unit code, such as 1502.")],
    as_of: AsOf = None,
    known_at: KnownAt = "",
    campaign: Campaign = "nmg-2014",
    account: Account = "leader-15",
    json: Json = False,
) -> None:
    """查看一个单位的状态。 Show one unit's status."""
    with said_plainly():
        asked = seen_when(as_of, known_at)
        path = f"/campaigns/{campaign}/units/{unit}/status"
        answer = services_at_hand().get("status", path, account, **asked)
        show(answer, status_page, json=json)


def bulletin(
    unit: Annotated[str, typer.Argument(help="单位代码 Unit code, such as 15.")],
    as_of: AsOf = None,
    known_at: KnownAt = "",
    file: Annotated[
        Path | None, typer.Option(help="写入文件 Write to a .html, .docx, .xlsx or .json file.")
    ] = None,
    campaign: Campaign = "nmg-2014",
    account: Account = "leader-15",
    json: Json = False,
) -> None:
    """拟制一个单位的通报。 Draft one unit's bulletin."""
    with said_plainly():
        asked = seen_when(as_of, known_at)
        path = f"/campaigns/{campaign}/units/{unit}/bulletin"
        if file is not None:
            form = file_form(file)
            file.write_bytes(services_at_hand().file("status", path, account, format=form, **asked))
            return
        answer = services_at_hand().get("status", path, account, **asked)
        show(answer, bulletin_page, json=json)


def lag(
    parts: Annotated[
        bool, typer.Option("--parts", help="按盟市和分区 By league and topic partition.")
    ] = False,
    json: Json = False,
) -> None:
    """查看转发和视图的滞后。 Show how far relays and views are behind."""
    with said_plainly():
        services = services_at_hand()
        told = {name: services.metrics(name) for name in services.workers}
        if parts:
            of_parts = [part for name, text in told.items() for part in part_lags(name, text)]
            show(of_parts, parts_table, json=json)
        else:
            found = [each for name, text in told.items() for each in lags(name, text)]
            show(found, lag_table, json=json)


def token(
    account: Annotated[str, typer.Argument(help="角色-单位 ROLE-UNIT, such as clerk-1502.")],
) -> None:
    """打印本地签发的令牌。 Print a token of the local issuer."""
    with said_plainly():
        print(services_at_hand().token(account))


def seen_when(as_of: datetime | None, known_at: str) -> dict[str, str]:
    """The query for a day, as known at an instant."""
    asked = {"as_of": as_of.date().isoformat()} if as_of else {}
    return asked | ({"known_at": known_at} if known_at else {})
