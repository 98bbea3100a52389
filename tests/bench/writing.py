"""Writing: single commands over HTTP beside bare asyncpg ones, and a bulk upload."""

import json
import time

from tests.bench import bare
from tests.bench.client import Call, send
from tests.bench.report import Figure, Report, percentile
from tests.bench.world import Unit, World, csv_of, held_at

CLIENTS = 16
COMMANDS = 4_000
ROUNDS = 3


def command(unit: Unit, campaign: str, headers: dict[str, str]) -> Call:
    body = {
        "unit": unit.code,
        "held_at": held_at(unit).replace(" ", "T") + ":00+08:00",
        "attendees": 30,
        "chaired_by": "p-15-0001",
    }
    key = {"Idempotency-Key": f"bench-{campaign}-{unit.code}"}
    path = f"/campaigns/{campaign}/mobilizations"
    return Call("POST", path, json.dumps(body), headers | key)


async def single_commands(world: World, campaign: str, units: list[Unit], report: Report) -> None:
    """Rounds of bare and of ours in turn, so that a drifting machine drifts for both."""
    report.say(f"single commands, {CLIENTS} clients, {ROUNDS} rounds of {COMMANDS}")
    grassroots = [u for u in units if u.level == 5][: COMMANDS * ROUNDS]
    grassroots.sort(key=lambda u: u.code[::-1])  # neighbours in different leagues
    ratios, ours_all, bare_all, seconds = [], [], [], []
    for number in range(ROUNDS):
        theirs = await bare.commands_per_second(world.stack.database_url, COMMANDS, CLIENTS)
        chosen = grassroots[number * COMMANDS : (number + 1) * COMMANDS]
        calls = [command(u, campaign, world.headers()) for u in chosen]
        taken = await send(world.stack.urls["schedule"], calls, CLIENTS)
        ours = len(calls) / taken.whole_seconds
        ratios.append(ours / theirs)
        ours_all.append(ours)
        bare_all.append(theirs)
        seconds += taken.seconds
    report.add(
        Figure("single commands over HTTP", percentile(ours_all, 0.5), "commands/s"),
        Figure("bare asyncpg commands", percentile(bare_all, 0.5), "commands/s"),
        Figure("single commands / bare", percentile(ratios, 0.5), "ratio", "at least", 0.5),
        Figure("single command p50", percentile(seconds, 0.5) * 1000, "ms"),
        Figure("single command p99", percentile(seconds, 0.99) * 1000, "ms", "under", 60),
    )


def bulk_upload(world: World, campaign: str, units: list[Unit], report: Report) -> str:
    """Until the last commit; what shows it all."""
    grassroots = [u for u in units if u.level == 5]
    table = csv_of(
        ("unit", "held_at", "attendees", "chaired_by", "place"),
        [(u.code, held_at(u), 30, "p-15-0001", "") for u in grassroots],
    )
    started = time.perf_counter()
    token = world.upload("schedule", f"/campaigns/{campaign}/mobilizations/import", table)
    seconds = time.perf_counter() - started
    name = f"bulk upload of {len(grassroots):,} mobilizations"
    report.add(Figure(name, seconds, "s", "under", 4))
    return token
