"""Commands that carry histories: out into an archive, and into an empty system."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from deploy.cli_asking import Account, Json, out, print_json, said_plainly, services_at_hand
from deploy.cli_client import Services
from deploy.cli_roles import Tell, bars, operator, refusals_said, result_of
from deploy.layout import SERVICE_NAMES
from deploy.problems import CannotRun
from shared.kernel.chain import Head
from shared.kernel.envelope import Envelope
from shared.platform.archiving.manifest import Manifest
from shared.platform.archiving.reading import Archive, open_archive
from shared.platform.archiving.taking_in import StoreNotEmpty
from shared.platform.archiving.writing import writing

RECORDING: Final = tuple(name for name in SERVICE_NAMES if name != "status")
"""The services that have a history of their own."""

_PAGE: Final = 2_000

OfService = Annotated[
    list[str] | None, typer.Option("--service", help="服务,可重复 A service; may be repeated.")
]
RecordingService = Annotated[str, typer.Option("--service", help="服务 The service.")]
OfLeague = Annotated[str | None, typer.Option("--league", help="只要一个盟市 One league only.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="只检查 Check only, change nothing.")]
By = Annotated[str, typer.Option(help="决定人 Who decides; kept with the decision.")]
Reason = Annotated[str, typer.Option(help="理由 Why; kept with the decision.")]


def register(app: typer.Typer) -> None:
    app.command("export")(export_archive)
    app.command("import")(import_archive)


def export_archive(
    file: Annotated[Path, typer.Argument(help="归档文件 The archive to write.")],
    service: OfService = None,
    league: OfLeague = None,
    account: Account = "auditor-15",
    json: Json = False,
) -> None:
    """把历史写成可核对的归档。 Write histories into a checked archive."""
    with said_plainly(), refusals_said(), bars() as bar:
        services = services_at_hand()
        with writable(file), writing(file) as archive:
            for name in sorted(chosen(service)):
                tell = bar(name)
                for head in _heads(services, name, league, account):
                    pages = _pages(services, name, head, account, tell)
                    archive.add(name, head.league, head.hash, pages)
            manifest = archive.finish()
            if not manifest.parts:
                raise CannotRun(
                    "没有可导出的历史,请核对服务与盟市代码。",
                    "There is no history to export; check the service and the league's code.",
                )
    _say(manifest, json=json)


def import_archive(
    file: Annotated[Path, typer.Argument(help="归档文件 The archive to read.")],
    dry_run: DryRun = False,
    by: By = "",
    reason: Reason = "",
    json: Json = False,
) -> None:
    """把归档导入空系统。 Take an archive into an empty system."""
    with said_plainly(), refusals_said(), bars() as bar:
        with open_archive(file) as archive:
            _check(archive, bar("archive"))
            manifest = archive.manifest
        names = [name for name in RECORDING if name in manifest.services]
        for name in names:
            _refuse_held(name)
        for name in names:
            told = ("--by", by or operator(), "--reason", reason or f"import {file.name}")
            trial = ("--dry-run",) if dry_run else ()
            result_of(name, "history", "import", str(file.resolve()), *told, *trial, tell=bar(name))
    _say(manifest, json=json)


def chosen(service: list[str] | None) -> list[str]:
    """The services asked for, all that record where none is named."""
    unknown = [name for name in service or () if name not in RECORDING]
    if unknown:
        raise CannotRun(
            f"没有服务 {unknown[0]},可用的有:{'、'.join(RECORDING)}。",
            f"There is no service {unknown[0]} with a history; there are: {', '.join(RECORDING)}.",
        )
    return list(service or RECORDING)


def _heads(services: Services, name: str, league: str | None, account: str) -> list[Head]:
    """Where the histories stand now, by league: all are read up to here and no further."""
    found = msgspec.convert(services.get(name, "/streams/heads", account), list[Head])
    wanted = [head for head in found if head.version and league in {None, head.league}]
    return sorted(wanted, key=lambda head: head.league)


def _pages(
    services: Services, name: str, head: Head, account: str, tell: Tell
) -> Iterator[list[Envelope]]:
    after = 0
    while after < head.version:
        page = events_page(services, name, head.league, account, after, head.version)
        if not page:
            return  # the writer finds that the head was not reached
        yield page
        after = page[-1].version
        tell(head.league, after, head.version)


def events_page(
    services: Services, name: str, league: str, account: str, after: int, up_to: int
) -> list[Envelope]:
    """The next events of a league's history, as they were published."""
    body = services.file(
        name, f"/streams/{league}/events", account,
        after=str(after), up_to=str(up_to), limit=str(_PAGE),
    )  # fmt: skip
    return msgspec.json.decode(body, type=list[Envelope])


def _check(archive: Archive, tell: Tell) -> None:
    done, total = 0, archive.manifest.events
    for part in archive.manifest.parts:
        for count in archive.check(part):
            tell("check", done + count, total)
        done += part.count


def _refuse_held(name: str) -> None:
    """Before anything is imported anywhere: every store must be empty."""
    heads = result_of(name, "history", "heads", tell=lambda *_: None)["heads"]
    if heads:
        raise StoreNotEmpty(service=name, events=sum(heads.values()))


def _say(manifest: Manifest, *, json: bool) -> None:
    if json:
        print_json(msgspec.to_builtins(manifest))
        return
    for part in manifest.parts:
        out.print(
            f"{part.service}@{part.league:8} {part.count:>8}  {part.head}",
            highlight=False, soft_wrap=True,
        )  # fmt: skip
    out.print(f"合计 total {manifest.events}", highlight=False)


@contextmanager
def writable(file: Path) -> Iterator[None]:
    """A file that cannot be written is said in one sentence."""
    try:
        yield
    except OSError as error:
        raise CannotRun(
            f"无法写入 {file}:{error.strerror}。", f"{file} cannot be written: {error.strerror}."
        ) from error
