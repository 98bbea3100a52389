"""The role `history` of a service that records: what operators do with its whole history."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from shared.contracts.contract import Contract
from shared.kernel.refusals import Refusal
from shared.platform.archiving.reading import open_archive
from shared.platform.archiving.taking_in import Refill, take_in
from shared.platform.epochs import Deciding, epochs
from shared.platform.postgres import Pool, open_pool
from shared.platform.settings import Settings
from shared.platform.starting import patiently
from shared.platform.telling import say, say_progress, say_refused

_HEADS = "select league, version from histories where version > 0 order by league"


@dataclass(frozen=True, slots=True)
class Recording:
    """What a service gives to have its history worked on."""

    settings: Settings
    schema: str
    contract: Contract
    refill: Refill


async def work_on_history(recording: Recording, arguments: Sequence[str]) -> None:
    """Do what the arguments say and tell the result; ends the program with 1 when refused."""
    asked = _parser().parse_args(list(arguments))
    settings = recording.settings
    try:
        async with await patiently(
            lambda: open_pool(settings.database_url, recording.schema, size=2)
        ) as pool:
            say("result", await _done(recording, pool, asked))
    except Refusal as refusal:
        say_refused(refusal)
        sys.exit(1)


async def _done(recording: Recording, pool: Pool, asked: argparse.Namespace) -> Mapping[str, Any]:
    match asked.work:
        case "import":
            with open_archive(asked.file) as archive:
                heads = await take_in(
                    pool, recording.contract, recording.refill, archive,
                    Deciding(asked.by, asked.reason), say_progress, dry_run=asked.dry_run,
                )  # fmt: skip
            return {"heads": heads}
        case "heads":
            return {"heads": dict(await pool.fetch(_HEADS))}
        case _:
            return {"epochs": msgspec.to_builtins(await epochs(pool))}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="history")
    works = parser.add_subparsers(dest="work", required=True)
    importing = works.add_parser("import")
    importing.add_argument("file", type=Path)
    importing.add_argument("--dry-run", action="store_true")
    importing.add_argument("--by", required=True)
    importing.add_argument("--reason", default="")
    works.add_parser("heads")
    works.add_parser("epochs")
    return parser
