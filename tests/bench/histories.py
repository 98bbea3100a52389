"""Histories of any length on any hierarchy, written down at once; how fast views are made of them."""

import resource
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from uuid import UUID

import msgspec

from services.status.explaining.explaining import Explanations, Question
from services.status.knowing.recalls import Recalls
from services.status.queries import Asked
from services.status.rebuilding.lanes import Lanes
from services.status.rebuilding.rebuild import Rebuild
from services.status.rebuilding.sources import FromHistory, Source
from services.status.storage import copy_history, history_rows
from shared.contracts.contract import Contract
from shared.contracts.rectification import RECTIFICATION, ItemRaised, RectificationClosed
from shared.contracts.schedule import SCHEDULE, MobilizationHeld, PlanApproved, PlanSubmitted
from shared.contracts.units import UNITS, UnitRegistered
from shared.kernel.envelope import Envelope, event_type
from shared.kernel.events import Event
from shared.kernel.units import league_of
from shared.platform.postgres import CONSUMING, Pool, migrate, migrations_in, open_pool
from tests.bench.report import Figure, Report, percentile
from tests.bench.world import Unit, World, trees_in, units_in

_SMALL = 150_000
_AT_ONCE = 20_000
_EVENTS_A_UNIT = 7.5
_FIGURES = (
    "total.expected", "total.mobilization.mobilized", "total.plans.implementation.approved",
    "total.ledger.closed",
)  # fmt: skip
_TIMES = 10
_SCHEMA = "bench_history"
_RECORDED = datetime(2014, 6, 1, tzinfo=UTC)
_CHECKPOINTS = """
insert into checkpoints (projection, service, league, version, recorded_at)
select 'status', service, league, max(version), now() from history group by 2, 3
"""


async def rebuilds(world: World, report: Report, hierarchy: Path, events: int) -> None:
    """A small history and a large one: the large one's rate and memory beside the small one's."""
    report.say(f"rebuild of {events:,} events of {hierarchy.name}")
    url, units = world.stack.database_url, units_in(hierarchy)
    async with _rebuilt(url, units, _SMALL) as (_, small):
        pass
    async with _rebuilt(url, units, events) as (pool, large):
        await world.settle()
        await _explained(pool, _enough(units, events), report)
    mebibytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    report.add(
        Figure(f"rebuild of {_SMALL:,} events", small, "events/s"),
        Figure(f"rebuild of {events:,} events", large, "events/s"),
        Figure("large / small rebuild", large / small, "ratio", "at least", 0.8),
        Figure("memory of the largest lane", mebibytes, "MB", "under", 1024),
    )


@asynccontextmanager
async def _rebuilt(url: str, units: list[Unit], events: int) -> AsyncIterator[tuple[Pool, float]]:
    """Views made anew of so many events, and how many a second that were."""
    wanted = migrations_in(*CONSUMING) + migrations_in("services.status.migrations")
    await migrate(url, _SCHEMA, wanted)
    pool = await open_pool(url, _SCHEMA)
    try:
        await _write_down(pool, units, events)
        started = time.perf_counter()
        done = await Rebuild(pool, "status", lanes=Lanes(2, lambda: _lane(url))).run(
            FromHistory(pool)
        )
        yield pool, done / (time.perf_counter() - started)
    finally:
        for name in (_SCHEMA, f"{_SCHEMA}_next", f"{_SCHEMA}_former"):
            await pool.execute(f'drop schema if exists "{name}" cascade')
        await pool.close()


async def _explained(pool: Pool, units: list[Unit], report: Report) -> None:
    """The first page of figures of the region with most units."""
    explanations = Explanations(pool, "status", Recalls(pool, "status"))
    trees = trees_in(units)
    root = max(trees, key=lambda each: len(trees[each]))
    asked = Asked(f"national-{root}", root, date(2014, 3, 4), "then")
    first, *taken = [
        await _seconds(explanations, Question(asked, figure)) for figure in _FIGURES * _TIMES
    ]
    name = f"explain, first page, {len(trees[root]):,} units"
    report.add(
        Figure(f"{name} p50", percentile(taken, 0.5) * 1000, "ms", "under", 50),
        Figure(f"{name} p99", percentile(taken, 0.99) * 1000, "ms"),
        Figure(f"{name}, asked first", first * 1000, "ms"),
    )


async def _seconds(explanations: Explanations, question: Question) -> float:
    started = time.perf_counter()
    found = await explanations.explain(question)
    taken = time.perf_counter() - started
    assert found.rows, question.figure
    return taken


@asynccontextmanager
async def _lane(url: str) -> AsyncIterator[tuple[Pool, Source]]:
    async with await open_pool(url, _SCHEMA, size=3) as pool:
        yield pool, FromHistory(pool)


async def _write_down(pool: Pool, units: list[Unit], events: int) -> None:
    told = islice(_told(_enough(units, events)), events)
    async with pool.acquire() as connection:
        while batch := list(islice(told, _AT_ONCE)):
            await copy_history(connection, history_rows(batch))
        await connection.execute(_CHECKPOINTS)
        await connection.execute("analyze history")


def _enough(units: list[Unit], events: int) -> list[Unit]:
    """Whole trees, the smallest first, until each unit does a few things."""
    found: list[Unit] = []
    for tree in sorted(trees_in(units).values(), key=len):
        if len(found) * _EVENTS_A_UNIT < events:
            found += tree
    return found


def _told(units: list[Unit]) -> Iterator[Envelope]:
    """All units first, level by level; then, round after round, what each of them does."""
    teller = _Teller()
    for unit in sorted(units, key=lambda each: each.level):
        yield teller.registered(unit)
    for round_ in count():
        for unit in units:
            yield from teller.lives(unit, round_)


class _Teller:
    """Gives events their places in histories and streams."""

    def __init__(self) -> None:
        self._path: dict[str, str] = {}
        self._versions: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._streams: defaultdict[str, int] = defaultdict(int)
        self._number = 0

    def registered(self, unit: Unit) -> Envelope:
        above = self._path.get(unit.parent, "")
        self._path[unit.code] = path = f"{above}.{unit.code}".lstrip(".")
        event = UnitRegistered(
            campaign=self._campaign(unit), code=unit.code, parent=unit.parent or None,
            level=unit.level, kind=unit.kind, name=unit.name, path=path,
            registered_on=date(2013, 11, 1),
        )  # fmt: skip
        return self._envelope(UNITS, event, unit, "unit")

    def lives(self, unit: Unit, round_: int) -> Iterator[Envelope]:
        at = datetime(2014, 1, 25, 1, tzinfo=UTC) + timedelta(days=(self._number + round_) % 60)
        campaign, code = self._campaign(unit), unit.code
        if round_ == 0:
            yield self._envelope(SCHEDULE, MobilizationHeld(
                campaign=campaign, unit=code, held_at=at, attendees=30, chaired_by="p-15-0001",
                place="", flags=(),
            ), unit, "mobilization")  # fmt: skip
            plan = {"campaign": campaign, "unit": code, "category": "implementation"}
            yield self._envelope(SCHEDULE, PlanSubmitted(
                **plan, plan_version=1, title="实施方案", digest="d", gates=(), submitted_at=at,
            ), unit, "plan")  # fmt: skip
            yield self._envelope(
                SCHEDULE, PlanApproved(**plan, plan_version=1, approved_at=at), unit, "plan"
            )
        item = f"{code}-{round_}"
        yield self._envelope(RECTIFICATION, ItemRaised(
            campaign=campaign, item=item, unit=code, number=round_ + 1, source="finding", origin="",
            category="service", summary="办事慢", responsible_person="p-2",
            due_on=at.date() + timedelta(days=20), cascades=False, parent="", programme="",
            raised_on=at.date(),
        ), unit, f"item/{item}")  # fmt: skip
        yield self._envelope(RECTIFICATION, RectificationClosed(
            campaign=campaign, item=item, unit=code, note="", verified_by="p-3",
            closed_on=at.date() + timedelta(days=9),
        ), unit, f"item/{item}")  # fmt: skip

    def _campaign(self, unit: Unit) -> str:
        return f"national-{self._path.get(unit.code, unit.code).partition('.')[0]}"

    def _envelope(self, contract: Contract, event: Event, unit: Unit, about: str) -> Envelope:
        path = self._path[unit.code]
        league = league_of(path)
        campaign = self._campaign(unit)
        stream = about if about.startswith("item/") else f"{about}/{campaign}/{unit.code}"
        self._number += 1
        self._versions[(contract.service, league)] += 1
        self._streams[stream] += 1
        name, schema_version = contract.name_of(event)
        return Envelope(
            id=str(UUID(int=self._number)), source=f"/campaign/{contract.service}",
            type=event_type(contract.service, name, schema_version), subject=unit.code,
            time=event.occurred_at, partitionkey=league, campaign=campaign, league=league,
            version=self._versions[(contract.service, league)], stream=stream,
            streamversion=self._streams[stream], unitpath=path, actor="p-15-0001",
            correlationid="bench", recordedat=_RECORDED, hash="00" * 32,
            data=msgspec.Raw(msgspec.json.encode(event)),
        )  # fmt: skip
