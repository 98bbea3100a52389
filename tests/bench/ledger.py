"""The ledger at 100,000 items: uploads, pages by mixed questions, and the whole as a workbook."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import httpx
import psutil

from tests.bench.client import Call, send
from tests.bench.report import Figure, Report, percentile
from tests.bench.world import ROWS_PER_UPLOAD, Unit, World, csv_of

ITEMS = 100_000
PER_SECOND = 40
SECONDS = 20
CONNECTIONS = 8
MEGABYTE = 1_000_000
COLUMNS = (
    "item", "unit", "source", "category", "summary", "responsible_person", "due_on", "raised_on",
)  # fmt: skip
CATEGORIES = ("ecology", "service", "education", "employment", "housing")
SUMMARIES = ("矿区扬尘治理", "办事大厅排队时间长", "校车安全", "创业贷款手续繁", "危房改造进度慢")


async def ledger(world: World, campaign: str, units: list[Unit], report: Report) -> None:
    report.say(f"the ledger, {ITEMS:,} items")
    _wait_for_campaign(world, campaign)
    token = _fill(world, campaign, units, report)
    # The views alone follow the ledger: pages are measured when they have caught up.
    world.wait_for_views(campaign, units[0].code, token)
    await world.settle()
    await _pages(world, campaign, units, report)
    for form in ("xlsx", "csv"):
        _export(world, campaign, form, report)


def _wait_for_campaign(world: World, campaign: str) -> None:
    """Until its units and the campaign itself have come by the topics."""
    while world.get("rectification", f"/campaigns/{campaign}/counts/items").is_error:
        time.sleep(0.2)


def _fill(world: World, campaign: str, units: list[Unit], report: Report) -> str:
    token, started = "", time.perf_counter()
    for first in range(0, ITEMS, ROWS_PER_UPLOAD):
        rows = [_row(n, units[n % len(units)]) for n in range(first, first + ROWS_PER_UPLOAD)]
        table = csv_of(COLUMNS, rows)
        token = world.upload("rectification", f"/campaigns/{campaign}/items/import", table)
    seconds = time.perf_counter() - started
    report.add(Figure("ledger items uploaded", ITEMS / seconds, "items/s"))
    return token


def _row(n: int, unit: Unit) -> tuple[object, ...]:
    kind = n * 7 % len(CATEGORIES)
    due = f"2014-{n * 13 % 7 + 3:02}-{n * 31 % 28 + 1:02}"
    summary = f"{SUMMARIES[kind]}第{n}号"
    person = f"p-{unit.code}-{n % 3}"
    return f"b-{n}", unit.code, "opinion", CATEGORIES[kind], summary, person, due, "2014-03-01"


def _questions(units: list[Unit]) -> Iterator[str]:
    """What people ask: the first page, by due date, their area, what is late, one person's."""
    leagues = [u for u in units if u.level == 2]
    banners = [u for u in units if u.level == 3]
    for n in range(PER_SECOND * SECONDS):
        league, banner, unit = (some[n * 7919 % len(some)] for some in (leagues, banners, units))
        yield (
            "",
            "sort=-due_on",
            f"under={league.code}&sort=due_on",
            f"under={banner.code}&state=open&sort=-raised_on",
            "overdue=true&sort=due_on",
            f"under={league.code}&overdue=true&category=ecology&sort=due_on",
            f"unit={unit.code}",
            f"responsible_person=p-{unit.code}-1",
            f"under={banner.code}&due_from=2014-04-01&due_to=2014-04-30",
            "sort=responsible_person",
            f"q={quote('校车')}",
            "mine=true",
        )[n % 12]


async def _pages(world: World, campaign: str, units: list[Unit], report: Report) -> None:
    path, url = f"/campaigns/{campaign}/items", world.stack.urls["rectification"]
    headers = world.headers()
    calls = [
        Call("GET", f"{path}?{question}", headers=headers, due_seconds=n / PER_SECOND)
        for n, question in enumerate(_questions(units))
    ]
    taken = await send(url, calls, CONNECTIONS)
    counts = [
        Call("GET", f"/campaigns/{campaign}/counts/items?{question}", headers=headers)
        for question in list(_questions(units))[:48]
    ]
    counted = await send(url, counts, 1)
    report.add(
        Figure("ledger page p50", percentile(taken.seconds, 0.5) * 1000, "ms"),
        Figure("ledger page p99", percentile(taken.seconds, 0.99) * 1000, "ms", "under", 30),
        Figure("ledger count p50", percentile(counted.seconds, 0.5) * 1000, "ms"),
        Figure("ledger count p99", percentile(counted.seconds, 0.99) * 1000, "ms"),
    )


def _export(world: World, campaign: str, form: str, report: Report) -> None:
    url = f"{world.stack.urls['rectification']}/campaigns/{campaign}/exports/items?format={form}"
    size = 0
    with _watched(world.stack.pids["rectification-api"]) as peak:
        started = time.perf_counter()
        with httpx.stream("GET", url, headers=world.headers(), timeout=120) as answer:
            answer.raise_for_status()
            for part in answer.iter_bytes():
                size += len(part)
        seconds = time.perf_counter() - started
    report.add(
        Figure(f"ledger as {form}, {ITEMS:,} items", seconds, "s", "under", 20),
        Figure(f"ledger as {form}: peak of the API", max(peak), "MB", "under", 300),
        Figure(f"ledger as {form}: size", size / MEGABYTE, "MB"),
    )


@contextmanager
def _watched(pid: int) -> Iterator[list[float]]:
    """Resident megabytes of a process and its children, looked at while something runs."""
    seen: list[float] = []
    done = threading.Event()
    process = psutil.Process(pid)

    def look() -> None:
        while not done.wait(0.05):
            family = [process, *process.children(recursive=True)]
            seen.append(sum(p.memory_info().rss for p in family) / MEGABYTE)

    watching = threading.Thread(target=look)
    watching.start()
    try:
        yield seen
    finally:
        done.set()
        watching.join()
