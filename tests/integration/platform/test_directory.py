"""The unit directory comes out the same whatever order and however often events arrive."""

import itertools
import random
from datetime import UTC, date, datetime, timedelta

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.contracts.units import (
    UNITS,
    LeadingGroupFormed,
    UnitAbolished,
    UnitDeparted,
    UnitMerged,
    UnitMoved,
    UnitRegistered,
    UnitRenamed,
)
from shared.kernel.envelope import Envelope, event_type
from shared.kernel.events import Event
from shared.kernel.units import league_of
from shared.platform.directory import DirectoryProjection
from shared.platform.postgres import Pool

_campaigns = (f"campaign-{n}" for n in itertools.count())
_TABLE = """
select code, parent, level, kind, name, path, registered_on, abolished_on
from unit_directory where campaign = $1 order by code
"""
DAY = date(2013, 12, 1)
STEPS = st.lists(st.sampled_from(["rename", "move", "move away", "group"]), max_size=6)
ENDS = st.sampled_from([None, "abolished", "merged"])


class Life:
    """One unit's events, as the units service would record them, and what they come to."""

    def __init__(self, campaign: str, code: str) -> None:
        self.campaign, self.code = campaign, code
        self.path = f"15.{code[:4]}.{code}"
        self.row: dict[str, object] = {}
        self.envelopes: list[Envelope] = []
        self._register()

    def _add(self, event: Event, path: str) -> None:
        version = len(self.envelopes) + 1
        name, schema_version = UNITS.name_of(event)
        at = datetime(2013, 12, 1, tzinfo=UTC) + timedelta(days=version)
        self.envelopes.append(
            Envelope(
                id=f"{self.code}-{version}", source="/campaign/units",
                type=event_type("units", name, schema_version), subject=self.code, time=at,
                partitionkey=league_of(path), campaign=self.campaign, league=league_of(path),
                version=version, stream=f"unit/{self.code}", streamversion=version, unitpath=path,
                actor="p-1", correlationid="c", recordedat=at, hash="", data=msgspec.Raw(msgspec.json.encode(event)),
            )
        )  # fmt: skip

    def _register(self) -> None:
        self.row = {
            "code": self.code, "parent": self.code[:4], "level": 3, "kind": "banner",
            "name": f"{self.code}旗", "path": self.path, "registered_on": DAY, "abolished_on": None,
        }  # fmt: skip
        self._add(
            UnitRegistered(
                campaign=self.campaign, code=self.code, parent=self.code[:4], level=3,
                kind="banner", name=f"{self.code}旗", path=self.path, registered_on=DAY,
            ),
            self.path,
        )  # fmt: skip

    def step(self, what: str, number: int) -> None:
        ids = {"campaign": self.campaign, "code": self.code}
        match what:
            case "rename":
                self.row["name"] = f"{self.code}旗{number}"
                self._add(
                    UnitRenamed(name=f"{self.code}旗{number}", effective_on=DAY, **ids), self.path
                )
            case "move" | "move away":
                former, league = (
                    self.path,
                    "1503" if what == "move away" else self.path.split(".")[1],
                )
                self.path = f"15.{league}.{number}.{self.code}"
                self.row |= {"parent": str(number), "path": self.path}
                if league_of(former) != league:
                    self._add(
                        UnitDeparted(former_path=former, path=self.path, effective_on=DAY, **ids),
                        former,
                    )
                self._add(
                    UnitMoved(
                        parent=str(number), path=self.path, former_path=former, moved_with=None,
                        effective_on=DAY, **ids,
                    ),
                    self.path,
                )  # fmt: skip
            case _:
                self._add(
                    LeadingGroupFormed(
                        campaign=self.campaign, unit=self.code, group="office", leader=None,
                        members=3, formed_on=DAY,
                    ),
                    self.path,
                )  # fmt: skip

    def end(self, how: str | None) -> None:
        ids = {"campaign": self.campaign, "code": self.code}
        if how is None:
            return
        self.row["abolished_on"] = DAY
        if how == "merged":
            self._add(UnitMerged(into="150299", effective_on=DAY, **ids), self.path)
        else:
            self._add(UnitAbolished(reason="撤并", effective_on=DAY, **ids), self.path)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    lives=st.lists(st.tuples(STEPS, ENDS), min_size=1, max_size=4),
    chance=st.randoms(use_true_random=False),
)
async def test_any_order_and_any_duplication_give_the_same_directory(
    lives: list[tuple[list[str], str | None]], chance: random.Random, pool: Pool
) -> None:
    campaign = next(_campaigns)
    units = []
    for number, (steps, end) in enumerate(lives):
        life = Life(campaign, f"15020{number + 1}")
        for place, what in enumerate(steps):
            life.step(what, place)
        life.end(end)
        units.append(life)
    deliveries = [e for life in units for e in life.envelopes]
    deliveries += chance.choices(deliveries, k=len(deliveries) // 2)
    chance.shuffle(deliveries)

    projection, at = DirectoryProjection(), 0
    while at < len(deliveries):
        size = chance.randint(1, len(deliveries))
        async with pool.acquire() as connection, connection.transaction():
            await projection.apply(connection, deliveries[at : at + size])
        at += size

    assert [dict(row) for row in await pool.fetch(_TABLE, campaign)] == [life.row for life in units]


async def test_a_unit_not_yet_registered_is_kept_without_a_registration_day(pool: Pool) -> None:
    """Its league's events may come later than those of the league it moved to."""
    life = Life("nmg-2014", "150201")
    life.step("move away", 1)

    async with pool.acquire() as connection, connection.transaction():
        await DirectoryProjection().apply(connection, life.envelopes[2:])

    (row,) = await pool.fetch(_TABLE, "nmg-2014")
    assert (row["path"], row["registered_on"]) == ("15.1503.1.150201", None)
