"""The role `history` of a service that records: what operators do with its whole history."""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx
import msgspec
from aiokafka.errors import KafkaError

from shared.contracts.contract import Contract
from shared.kernel.refusals import Refusal
from shared.platform.archiving.reading import open_archive
from shared.platform.archiving.taking_in import Refill, take_in
from shared.platform.client import direct_client, feeds_of
from shared.platform.epochs import Deciding, epochs
from shared.platform.postgres import LOST, Pool, open_pool
from shared.platform.recovering import Undecided
from shared.platform.refollowing import Refillable, refollow
from shared.platform.republishing import Again, republish
from shared.platform.settings import Settings
from shared.platform.starting import patiently
from shared.platform.telling import say, say_progress, say_refused

_HEADS = "select league, version from histories where version > 0 order by league"


class ServerLost(Refusal):
    code = "server-lost"
    status = 503
    zh = "数据库、消息服务器或另一服务没有应答({cause})。未作任何改动,请稍后再试。"
    en = "The database, the broker or another service does not answer ({cause}). Nothing was changed; try again later."


@dataclass(frozen=True, slots=True)
class Recording:
    """What a service gives to have its history worked on."""

    settings: Settings
    schema: str
    contract: Contract
    refill: Refill
    follows: Sequence[Refillable] = ()


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
    except (KafkaError, httpx.HTTPError, *LOST) as error:
        say_refused(ServerLost(cause=repr(error)[:300]))
        sys.exit(1)


async def _done(recording: Recording, pool: Pool, asked: argparse.Namespace) -> Mapping[str, Any]:
    match asked.work:
        case "import":
            return await _imported(recording, pool, asked)
        case "recover":
            return await _undecided(recording, pool).recover(
                recording.refill, _deciding(asked), say_progress, dry_run=asked.dry_run
            )
        case "accept":
            with _kept(asked.keep) as keep:
                return await _undecided(recording, pool).accept(
                    _deciding(asked), keep, dry_run=asked.dry_run
                )
        case "refollow":
            return {"views": await _refollowed(recording, pool)}
        case "republish":
            again = Again(recording.contract.service, asked.league, asked.first)
            return await republish(pool, again, say_progress, dry_run=asked.dry_run)
        case "heads":
            return {"heads": dict(await pool.fetch(_HEADS))}
        case _:
            return {"epochs": msgspec.to_builtins(await epochs(pool))}


async def _imported(
    recording: Recording, pool: Pool, asked: argparse.Namespace
) -> Mapping[str, Any]:
    with open_archive(asked.file) as archive:
        heads = await take_in(
            pool, recording.contract, recording.refill, archive, _deciding(asked), say_progress,
            dry_run=asked.dry_run,
        )  # fmt: skip
    return {"heads": heads}


async def _refollowed(recording: Recording, pool: Pool) -> Mapping[str, Mapping[str, int]]:
    """Events by service, by projection."""
    async with direct_client() as http:
        return {
            each.name: await refollow(
                pool, each, feeds_of(recording.settings, each.contracts, http), say_progress
            )
            for each in recording.follows
        }


def _undecided(recording: Recording, pool: Pool) -> Undecided:
    return Undecided(pool, recording.schema, recording.contract, recording.settings.kafka)


def _deciding(asked: argparse.Namespace) -> Deciding:
    return Deciding(asked.by, asked.reason)


@contextmanager
def _kept(path: Path | None) -> Iterator[IO[bytes] | None]:
    """Where events declared void are kept; what is there already is not written over."""
    if path is None:
        yield None
    else:
        with path.open("xb") as file:
            yield file


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="history")
    works = parser.add_subparsers(dest="work", required=True)
    works.add_parser("heads")
    works.add_parser("refollow")
    works.add_parser("epochs")
    importing, _, accepting = (
        _decided(works.add_parser(name)) for name in ("import", "recover", "accept")
    )
    importing.add_argument("file", type=Path)
    accepting.add_argument("--keep", type=Path)
    republishing = works.add_parser("republish")
    republishing.add_argument("--league")
    republishing.add_argument("--from", dest="first", type=int, default=1)
    republishing.add_argument("--dry-run", action="store_true")
    return parser


def _decided(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--by", required=True)
    parser.add_argument("--reason", required=True)
    return parser
