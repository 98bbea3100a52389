"""What operators have done to the views by roles that end by themselves: `rebuild`, `verify`."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from services.status.auditing.audit import Audit
from services.status.learning import CONTRACTS
from services.status.projections import StatusProjection
from services.status.rebuilding.comparing import Comparison
from services.status.rebuilding.keeping import cancelled, dropped, kept, taken_back
from services.status.rebuilding.lanes import Lanes
from services.status.rebuilding.rebuild import Progress, Rebuild
from services.status.rebuilding.sources import FromFeeds, FromHistory, FromTopics, Source
from services.status.schema import SCHEMA
from services.status.worker import collect_seldom
from shared.kernel.refusals import Refusal
from shared.platform.client import direct_client, feeds_of
from shared.platform.postgres import Pool, open_pool
from shared.platform.settings import Settings
from shared.platform.starting import patiently
from shared.platform.telling import say, say_progress, say_refused

_STOPPED = 130


async def work_on_views(settings: Settings, work: str, arguments: Sequence[str]) -> None:
    """Do what the arguments say and tell the result; ends the program with 1 when refused."""
    asked = _PARSERS[work]().parse_args(list(arguments))
    collect_seldom()
    _end_when_told()
    try:
        async with await patiently(
            lambda: open_pool(settings.database_url, SCHEMA, size=settings.pool_size)
        ) as pool:
            say("result", await _WORKS[work](settings, pool, asked))
    except Refusal as refusal:
        say_refused(refusal)
        sys.exit(1)
    except asyncio.CancelledError:
        sys.exit(_STOPPED)


async def _rebuild(settings: Settings, pool: Pool, asked: argparse.Namespace) -> Mapping[str, Any]:
    name = StatusProjection.name
    match asked.work:
        case "status":
            found: Mapping[str, Any] = msgspec.to_builtins(await kept(pool, name))
            return found
        case "cancel":
            return {"cancelled": await cancelled(pool, name)}
        case "drop":
            return {"dropped": await dropped(pool, name)}
        case "back":
            return {"events": await taken_back(pool, name)}
        case _:
            async with _source(settings, pool, asked.source) as source:
                lanes = Lanes(asked.lanes, lambda: _lane(settings, asked.source))
                return await _built(Rebuild(pool, name, _tell, lanes), source, asked)


async def _built(rebuild: Rebuild, source: Source, asked: argparse.Namespace) -> Mapping[str, Any]:
    match asked.work:
        case "verify":
            return _compared(await rebuild.verify(source, asked.shown))
        case "resume":
            result = await rebuild.resume(source, asked.shown)
            return {"events": result} if isinstance(result, int) else _compared(result)
        case _ if asked.league:
            return {"events": await rebuild.league(asked.league, source)}
        case _:
            return {"events": await rebuild.run(source)}


def _compared(comparison: Comparison) -> dict[str, Any]:
    return {"different": comparison.different, **msgspec.to_builtins(comparison)}


async def _verify(settings: Settings, pool: Pool, asked: argparse.Namespace) -> Mapping[str, Any]:
    async with direct_client() as http:
        feeds = feeds_of(settings, CONTRACTS, http)
        topics = FromTopics(settings.kafka, every_partition=not asked.league)
        audit = Audit(pool, StatusProjection.name, feeds, topics, say_progress)
        found: Mapping[str, Any] = msgspec.to_builtins(await audit.run(asked.league))
        return found


@asynccontextmanager
async def _lane(settings: Settings, source: str) -> AsyncIterator[tuple[Pool, Source]]:
    async with (
        await patiently(lambda: open_pool(settings.database_url, SCHEMA, size=3)) as pool,
        _source(settings, pool, source) as found,
    ):
        yield pool, found


@asynccontextmanager
async def _source(settings: Settings, pool: Pool, name: str) -> AsyncIterator[Source]:
    match name:
        case "history":
            yield FromHistory(pool)
        case "feeds":
            async with direct_client() as http:
                yield FromFeeds(feeds_of(settings, CONTRACTS, http))
        case _:
            yield FromTopics(settings.kafka)


def _tell(progress: Progress) -> None:
    say_progress(progress.stage, progress.events, progress.of)


def _end_when_told() -> None:
    """SIGTERM ends the work as Ctrl-C does: what was built is kept."""
    work = asyncio.current_task()
    if work is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, work.cancel)


def _rebuild_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rebuild")
    works = ("run", "resume", "verify", "status", "cancel", "drop", "back")
    parser.add_argument("work", nargs="?", choices=works, default="run")
    parser.add_argument(
        "--from", dest="source", choices=("topics", "history", "feeds"), default="topics"
    )
    parser.add_argument("--league", default="")
    parser.add_argument("--lanes", type=int, default=min(4, len(os.sched_getaffinity(0))))
    parser.add_argument("--shown", type=int, default=20)
    return parser


def _verify_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="verify")
    parser.add_argument("--league", default="")
    return parser


_PARSERS = {"rebuild": _rebuild_parser, "verify": _verify_parser}
_WORKS = {"rebuild": _rebuild, "verify": _verify}
