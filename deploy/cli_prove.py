"""The command that writes a proof: a part of a league's history that anyone can check offline."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from deploy.cli_archive import RecordingService, chosen, events_page, writable
from deploy.cli_asking import Account, Json, out, print_json, said_plainly, services_at_hand
from deploy.cli_client import Services
from deploy.cli_roles import Tell, bars, refusals_said
from deploy.problems import CannotRun
from deploy.prove import verify_proof
from deploy.prove.writing import Part, write_proof
from shared.kernel.chain import Head
from shared.kernel.envelope import GENESIS, Envelope


def register(app: typer.Typer) -> None:
    app.command()(prove)


def prove(
    file: Annotated[Path, typer.Argument(help="证明文件 The proof to write.")],
    league: Annotated[str, typer.Option(help="盟市代码 League code, such as 1502.")],
    service: RecordingService,
    first: Annotated[int, typer.Option("--from", min=1, help="起始版本 First version.")] = 1,
    last: Annotated[int, typer.Option("--to", min=0, help="末尾版本 Last version (0: head).")] = 0,
    verifier: Annotated[
        bool, typer.Option(help="附上核对程序 Write the verifier beside it.")
    ] = True,
    account: Account = "auditor-15",
    json: Json = False,
) -> None:
    """写出可离线核对的证明。 Write a proof that a stand-alone script verifies."""
    with said_plainly(), refusals_said(), bars() as bar, writable(file):
        chosen([service])
        services = services_at_hand()
        head = _head(services, service, league, account)
        part = _part(services, service, head, first, last or head.version, account)
        unfinished = file.with_name(f"{file.name}.unfinished")
        try:
            with unfinished.open("wb") as written:
                write_proof(written, part, _pages(services, part, account, bar(service)))
            unfinished.replace(file)
        finally:
            unfinished.unlink(missing_ok=True)
        if verifier:
            script = Path(verify_proof.__file__)
            file.with_name(script.name).write_bytes(script.read_bytes())
    if json:
        print_json(msgspec.to_builtins(part))
    else:
        version, digest = part.head
        out.print(
            f"{service}@{league} {part.first}-{part.last}", f"链头 head {version} {digest}",
            f"核对 verify: python3 {verify_proof.__name__.rpartition('.')[2]}.py {file.name}",
            sep="\n", highlight=False, soft_wrap=True,
        )  # fmt: skip


def _head(services: Services, service: str, league: str, account: str) -> Head:
    heads = msgspec.convert(services.get(service, "/streams/heads", account), list[Head])
    for head in heads:
        if head.league == league and head.version:
            return head
    raise CannotRun(
        f"服务 {service} 没有盟市 {league} 的历史,请核对代码。",
        f"Service {service} has no history of league {league}; check the code.",
    )


def _part(
    services: Services, service: str, head: Head, first: int, last: int, account: str
) -> Part:
    if not first <= last <= head.version:
        raise CannotRun(
            f"版本范围 {first}-{last} 无效,{head.league} 现有第 1 至 {head.version} 版。",
            f"The range {first}-{last} is none: {head.league} has versions 1 to {head.version}.",
        )
    previous = GENESIS.hex()
    if first > 1:
        before = events_page(services, service, head.league, account, first - 2, first - 1)
        previous = before[0].hash
    return Part(service, head.league, first, last, previous, (head.version, head.hash))


def _pages(services: Services, part: Part, account: str, tell: Tell) -> Iterator[list[Envelope]]:
    after, (head, _) = part.first - 1, part.head
    while after < head:
        page = events_page(services, part.service, part.league, account, after, head)
        if not page:
            return
        yield page
        after = page[-1].version
        tell(part.league, after - part.first + 1, head - part.first + 1)
