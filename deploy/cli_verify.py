"""`campaign verify`: stores, topics, views and consumers compared; every difference named."""

from collections.abc import Iterable
from typing import Annotated, Any, Final

import typer

from deploy.cli_asking import DIFFERENT, Json, err, out, print_json, said_plainly, services_at_hand
from deploy.cli_client import Services
from deploy.cli_lag import lags
from deploy.cli_roles import bars, result_of
from deploy.problems import CannotRun

_SHOWN: Final = 100


def register(app: typer.Typer) -> None:
    app.command("verify")(verify)


def verify(
    league: Annotated[str, typer.Option(help="只核对一个盟市 One league only.")] = "",
    json: Json = False,
) -> None:
    """核对哈希链、主题与视图,列出每处不符。 Check chains, topics and views; name each difference."""
    with said_plainly():
        with bars() as bar:
            asked = ("--league", league) if league else ()
            found = result_of("status", "verify", *asked, tell=bar("verify"))
        findings = [*found["findings"], *consumers(services_at_hand())]
        found["findings"] = findings
    if json:
        print_json(found)
    else:
        _say(found)
    if findings:
        raise typer.Exit(DIFFERENT)


def consumers(services: Services) -> Iterable[dict[str, str]]:
    """Consumers that are behind or have parked events, as their workers measure it."""
    for name in services.workers:
        try:
            measured = lags(name, services.metrics(name))
        except CannotRun as problem:
            yield _finding("worker-unreachable", name, problem.zh, problem.en)
            continue
        for each in measured:
            if each.events:
                yield _finding(
                    "consumer-behind" if each.kind == "projection" else "relay-behind", name,
                    f"{name} 的 {each.name} 落后 {each.events} 个事件。",
                    f"{each.name} of {name} is {each.events} events behind.",
                )  # fmt: skip
            if each.parked:
                yield _finding(
                    "consumer-parked", name,
                    f"{name} 的 {each.name} 搁置了 {each.parked} 个事件(campaign parked list)。",
                    f"{each.name} of {name} has parked {each.parked} events (campaign parked list).",
                )  # fmt: skip


def _finding(code: str, service: str, zh: str, en: str) -> dict[str, str]:
    return {"code": code, "service": service, "league": "", "versions": "", "zh": zh, "en": en}


def _say(found: dict[str, Any]) -> None:
    rollups = found["rollups"]
    for zh, en, count in (
        ("历史", "histories", found["histories"]),
        ("事件(哈希链)", "events (hash chain)", found["events"]),
        ("主题记录", "records of topics", found["records"]),
        ("重复记录(无害)", "records given twice (harmless)", found["duplicates"]),
        ("汇总行", "lines of roll-ups", rollups["lines"]),
    ):
        out.print(f"{zh} {en}: {count:,}", highlight=False)
    for each in found["findings"][:_SHOWN]:
        err.print(f"{each['code']}: {each['zh']} {each['en']}", markup=False, highlight=False)
    if found["findings"]:
        count = len(found["findings"])
        err.print(f"{count} 处不符。 {count} differences.", style="red")
    else:
        out.print("一致,未见改动。 No difference; nothing was altered.")
