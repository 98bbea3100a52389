"""The command that publishes a service's events again, from its store."""

from typing import Annotated

import typer

from deploy.cli_archive import DryRun, OfLeague, RecordingService, chosen
from deploy.cli_asking import Json, out, print_json, said_plainly
from deploy.cli_roles import bars, refusals_said, result_of
from deploy.problems import CannotRun


def register(app: typer.Typer) -> None:
    app.command()(republish)


def republish(
    service: RecordingService,
    league: OfLeague = None,
    first: Annotated[int, typer.Option("--from", min=1, help="起始版本 First version.")] = 1,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """由本库重新填充主题。 Refill a topic from the store; consumers skip what they have."""
    with said_plainly(), refusals_said(), bars() as bar:
        (name,) = chosen([service])
        if first > 1 and league is None:
            raise CannotRun(
                "版本按盟市编号:--from 须与 --league 同用。",
                "Versions are a league's own: --from needs --league.",
            )
        asked = ["--from", str(first), *(["--league", league] if league else [])]
        trial = ["--dry-run"] if dry_run else []
        done = result_of(name, "history", "republish", *asked, *trial, tell=bar(name))
    if json:
        print_json({"service": name, **done})
        return
    for each, told in sorted(done["leagues"].items()):
        out.print(f"{name}@{each:8} {told['from']}-{told['to']}  {told['events']}", highlight=False)
    total = sum(told["events"] for told in done["leagues"].values())
    said = "将补发 would be sent again" if dry_run else "已补发 sent again"
    out.print(f"{said}: {total}", highlight=False)
