"""`make bench`: measure everything once, print the table, write the JSON file."""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from deploy.clean import forget
from deploy.layout import Ports
from deploy.local import Stack
from deploy.scenarios.nmg_2014.load import load
from shared.platform.kafka import KafkaAddress
from tests.bench import histories, knowing, ledger, memory, streaming, viewing, writing
from tests.bench.report import Figure, Report
from tests.bench.world import UNITS, Unit, World, mobilization_rows, trees_in, units_in

CAMPAIGN: Final = "bench-single"
VISIBLE_SECONDS: Final = {True: 1.0, False: 0.25}  # by whether the broker is the embedded one


async def measure(
    world: World, report: Report, parts: Sequence[str], national: Path | None
) -> None:
    loaded_in = await _load_scenario(world)
    report.add(Figure("scenario nmg-2014 loaded and shown", loaded_in, "s"))
    units = units_in()
    # What is asked next is not to be measured beside what was asked before.
    world.wait_for_views(CAMPAIGN, units[0].code, world.open_campaign(CAMPAIGN, units))
    for part in parts:
        with report.part(part):
            await PARTS[part](world, report, units)
    if national is not None:
        await _national(world, report, national)


async def _writing(world: World, report: Report, units: list[Unit]) -> None:
    world.open_campaign("bench-bulk", units)
    token = writing.bulk_upload(world, "bench-bulk", units, report)
    world.wait_for_views("bench-bulk", units[0].code, token)
    await writing.single_commands(world, CAMPAIGN, units, report)


async def _viewing(world: World, report: Report, units: list[Unit]) -> None:
    await viewing.visible(world, CAMPAIGN, units, report, VISIBLE_SECONDS[_embedded()])
    await world.settle()
    await viewing.status_answers(world, "nmg-2014", units, report, "15,938 units")
    await viewing.status_while_written(world, "nmg-2014", CAMPAIGN, units, report)


async def _knowing(world: World, report: Report, _: list[Unit]) -> None:
    await knowing.known_then(world, report)


async def _ledger(world: World, report: Report, units: list[Unit]) -> None:
    await ledger.ledger(world, CAMPAIGN, units, report)


async def _memory(world: World, report: Report, _: list[Unit]) -> None:
    memory.resident(world.stack, report)


async def _streaming(world: World, report: Report, _: list[Unit]) -> None:
    address = KafkaAddress(world.stack.bootstrap, idempotence=not _embedded())
    await streaming.relay(world, address, report)
    await streaming.catch_up(world, address, report)


PARTS: Final[Mapping[str, Callable[[World, Report, list[Unit]], Awaitable[None]]]] = {
    "writing": _writing,
    "viewing": _viewing,
    "knowing": _knowing,
    "ledger": _ledger,
    "memory": _memory,
    "streaming": _streaming,
}


def _embedded() -> bool:
    return "KAFKA_BOOTSTRAP_SERVERS" not in os.environ


async def _load_scenario(world: World) -> float:
    started = time.perf_counter()
    loaded = await load(world.stack.urls, lambda role: world.token(f"{role}-15"), lambda *_: None)
    world.wait_for_views("nmg-2014", "15", loaded.consistency_token)
    return time.perf_counter() - started


async def _national(world: World, report: Report, path: Path) -> None:
    """The country's units, one mobilization each, and the views of them."""
    units = units_in(path)
    report.say(f"national scale, {len(units):,} units")
    started = time.perf_counter()
    trees = trees_in(units)
    for root, tree in trees.items():
        campaign, account = f"national-{root}", f"clerk-{root}"
        token = world.open_campaign(campaign, tree)
        below = [unit for unit in tree if unit.level > 1]
        for table in mobilization_rows(below):
            upload = f"/campaigns/{campaign}/mobilizations/import"
            token = world.upload("schedule", upload, table, token, account)
        world.wait_for_views(campaign, root, token)
    seconds = time.perf_counter() - started
    report.add(Figure("national scale loaded and shown", seconds, "s"))
    await world.settle()
    largest = max(trees, key=lambda root: len(trees[root]))
    scale = f"{len(units):,} units in the views"
    with report.part("national scale"):
        await viewing.status_answers(world, f"national-{largest}", trees[largest], report, scale)
    memory.resident(world.stack, report)


def _with_stack(run: Callable[[World], None]) -> None:
    folder = Path(tempfile.mkdtemp(prefix="campaign-bench-"))
    folder.chmod(0o755)
    given = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    try:
        with Stack(folder, Ports.free(), bootstrap=given) as stack:
            run(World(stack))
    finally:
        forget(folder)
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--json", type=Path, default=Path(".data/bench.json"))
    parser.add_argument("--national", type=Path, help="a gzipped CSV of the country's units")
    parser.add_argument("--history", type=int, help="only rebuild so many events of these units")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="these parts")
    asked = parser.parse_args()
    report = Report()
    if asked.history:
        _with_stack(
            lambda world: asyncio.run(
                histories.rebuilds(world, report, asked.national or UNITS, asked.history)
            )
        )
    else:
        _with_stack(lambda world: asyncio.run(measure(world, report, asked.only, asked.national)))
    report.table()
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    report.write(asked.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
