"""A rehearsal shows what the views show once the steps are really taken, and leaves no trace."""

import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
import msgspec
import pytest

from deploy.embedded import Cluster
from services.status.application import application
from services.status.projections import StatusProjection
from services.status.settings import StatusSettings
from services.units.application import api_app
from services.units.schema import SCHEMA, migrations
from services.units.settings import UnitsSettings
from shared.kernel.envelope import Envelope
from shared.platform.consuming import Applier
from shared.platform.metrics import Metrics
from shared.platform.postgres import Pool, migrate
from tests.integration.status.tables import Feed, everything, records
from tests.integration.status.worlds import Campaign, at
from tests.integration.units.calls import Units
from tests.support.access import ISSUER_URL, bearer
from tests.support.neighbours import Neighbours
from tests.unit.status.told import CAMPAIGN

AS_OF = "2014-03-04"
ON = "2014-03-01"
MOVE = {"move": {"unit": "150202", "to": "1501", "on": ON}}
MERGE = {"merge": {"unit": "150202", "into": "150203", "on": ON}}
TREES = ("then", "now")
SHOWN = ("15", "1501", "1502", "150202", "150203", "150202001")
_numbers = itertools.count(1)
PLACES = {
    "15": "15", "1501": "15.1501", "1502": "15.1502", "150202": "15.1502.150202",
    "150203": "15.1502.150203", "150202001": "15.1502.150202.150202001",
    "150202001001": "15.1502.150202.150202001.150202001001",
}  # fmt: skip


@dataclass
class Services:
    """Units and status beside each other; `follow` brings status what units recorded."""

    pool: Pool
    units: Units
    status: httpx.AsyncClient
    neighbours: Neighbours

    async def follow(self, more: Sequence[Envelope] = ()) -> None:
        told = [*more]
        for league in ("15", "1501", "1502"):
            answer = await self.units.http.get(
                f"/streams/{league}/events",
                params={"after": 0, "up_to": 10_000},
                headers=bearer("service", "15"),
            )
            told += msgspec.json.decode(answer.content, type=list[Envelope])
        await Applier(self.pool, StatusProjection(), Feed(told)).apply(records(told))

    async def rehearse(self, body: Any, headers: dict[str, str] | None = None) -> Any:
        answer = await self.ask(body, headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def ask(self, body: Any, headers: dict[str, str] | None = None) -> httpx.Response:
        path = f"/campaigns/{CAMPAIGN}/rehearsals"
        return await self.status.post(path, json=body, headers=headers)

    async def shown(self, unit: str, tree: str, day: str) -> Any:
        path = f"/campaigns/{CAMPAIGN}/units/{unit}/status"
        answer = await self.status.get(path, params={"as_of": day, "tree": tree})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def take(self, step: Any) -> None:
        """Take a step in earnest."""
        if "move" in step:
            asked = step["move"]
            body = {"parent_code": asked["to"], "effective_on": asked["on"]}
            answer = await self.units.post(f"/units/{asked['unit']}/move", body)
        else:
            asked = step["merge"]
            body = {"into": asked["into"], "effective_on": asked["on"]}
            answer = await self.units.post(f"/units/{asked['unit']}/merge", body)
        assert answer.status_code == 201, answer.text


@pytest.fixture
def database_url(postgres: Cluster) -> Iterator[str]:
    """A database for each test: units keeps what it recorded."""
    name = f"rehearsing_{next(_numbers)}"
    postgres.create_database(name)
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture
async def services(database_url: str, pool: Pool) -> AsyncIterator[Services]:
    """A small tree in units, and in status what its units did besides."""
    await migrate(database_url, SCHEMA, migrations())
    common: dict[str, Any] = {"database_url": database_url, "kafka_bootstrap_servers": "unused:1"}
    neighbours = Neighbours()
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(httpx.AsyncClient(transport=neighbours))
        of_units = api_app(
            UnitsSettings(**common, issuer_url=ISSUER_URL, port=1, metrics_port=1),
            Metrics(),
            client,
        )
        of_status = application(
            StatusSettings(**common, issuer_url=ISSUER_URL, units_url="http://units.test"), client
        )
        for app in (of_units, of_status):
            await stack.enter_async_context(app.router.lifespan_context(app))
        neighbours.apps["units.test"] = httpx.ASGITransport(of_units)
        https = [
            await stack.enter_async_context(
                httpx.AsyncClient(
                    transport=httpx.ASGITransport(app),
                    base_url="http://here.test",
                    headers=bearer("clerk", "15"),
                )
            )
            for app in (of_units, of_status)
        ]
        found = Services(pool, Units(https[0], CAMPAIGN), https[1], neighbours)
        await found.units.plant()
        await found.follow(_done())
        yield found


def _done() -> list[Envelope]:
    """Mobilizations in time and late, a plan, items, of units that will move and of others."""
    world = Campaign()
    world.path_of |= PLACES
    world.open()
    world.mobilizes("150202", at(2, 18))
    world.mobilizes("150203", at(2, 25))
    world.mobilizes("150202001", at(3, 2))
    world.plans("150202", ("submit", at(2, 10)), ("approve", at(2, 12)))
    world.raises("i-1", "150202", date(2014, 2, 3))
    world.raises("i-2", "150202001", date(2014, 2, 3))
    return world.told.envelopes


@pytest.mark.parametrize(
    "steps",
    [
        [MOVE],
        [MERGE],
        [MOVE, {"move": {"unit": "150202", "to": "1502", "on": "2014-03-02"}}],
        [MERGE, {"move": {"unit": "150203", "to": "1501", "on": "2014-03-02"}}],
        [{"move": {"unit": "150202", "to": "1501", "on": "2014-02-01"}}],
    ],
    ids=["move", "merge", "there-and-back", "merge-then-move", "before-it-all"],
)
async def test_what_is_rehearsed_is_what_the_views_show_then(
    services: Services, steps: list[Any]
) -> None:
    answers = [
        await services.rehearse({"steps": steps, "as_of": day}) for day in (AS_OF, "2014-02-20")
    ]
    before = {
        (answer["as_of"], unit, tree): await services.shown(unit, tree, answer["as_of"])
        for answer in answers
        for unit in SHOWN
        for tree in TREES
    }
    for step in steps:
        await services.take(step)
    await services.follow()

    for answer in answers:
        day = answer["as_of"]
        affected = {unit["unit"]: unit for unit in answer["affected"]}
        for unit in SHOWN:
            for tree in TREES:
                was, is_ = before[(day, unit, tree)], await services.shown(unit, tree, day)
                if unit in affected:
                    assert affected[unit][tree]["before"] == was["total"]
                    assert affected[unit][tree]["after"] == is_["total"]
                else:
                    assert is_["total"] == was["total"], (unit, tree, day)


async def test_nothing_is_left_of_a_rehearsal(services: Services) -> None:
    seen = await everything(services.pool)
    recorded = await services.units.http.get("/streams/heads", headers=bearer("service", "15"))

    await services.rehearse({"steps": [MOVE, MERGE]})

    assert await everything(services.pool) == seen
    again = await services.units.http.get("/streams/heads", headers=bearer("service", "15"))
    assert again.json() == recorded.json()


async def test_a_move_names_who_comes_along_and_which_figures_change(services: Services) -> None:
    answer = await services.rehearse(MOVE | {"as_of": AS_OF})

    (step,) = answer["steps"]
    assert (step["command"], step["events"], step["refusal"]) == ("move", 6, None)
    assert [unit["unit"] for unit in answer["moved"]] == ["150202", "150202001", "150202001001"]
    assert answer["moved"][1]["path_before"] == "15.1502.150202.150202001"
    assert answer["moved"][1]["path_after"] == "15.1501.150202.150202001"
    assert (answer["moved_count"], answer["hidden"]) == (3, 0)
    assert [unit["unit"] for unit in answer["affected"]] == ["1501", "1502"]
    (new, old) = answer["affected"]
    changed = {each["figure"]: each["difference"] for each in new["then"]["changed"]}
    assert changed["total.expected"] == 3
    assert changed["below.banner.figures.mobilization.on_time"] == 1
    assert changed["total.ledger.raised"] == 2
    assert {each["figure"]: each["difference"] for each in old["then"]["changed"]}[
        "total.expected"
    ] == -3


async def test_a_merge_takes_one_unit_away_from_all_above(services: Services) -> None:
    answer = await services.rehearse(MERGE | {"as_of": AS_OF})

    assert [unit["unit"] for unit in answer["affected"]] == ["15", "1502", "150202", "150203"]
    region = answer["affected"][0]["then"]
    assert region["after"]["expected"] == region["before"]["expected"] - 1
    gone = next(unit for unit in answer["moved"] if unit["unit"] == "150202")
    assert gone["merged_into"] == "150203"


async def test_several_units_are_merged_one_after_another(services: Services) -> None:
    merge = {"units": ["150202", "150102"], "into": "150203", "on": ON}

    answer = await services.rehearse({"merge": merge, "as_of": AS_OF})

    assert [step["unit"] for step in answer["steps"]] == ["150202", "150102"]
    assert [step["refusal"] for step in answer["steps"]] == [None, None]


async def test_a_refused_step_says_why_and_changes_nothing(services: Services) -> None:
    cycle = {"move": {"unit": "150202", "to": "150202001", "on": ON}}

    answer = await services.rehearse(cycle)

    (step,) = answer["steps"]
    assert (step["events"], step["refusal"]["code"]) == (0, "move-under-itself")
    assert (answer["moved"], answer["affected"]) == ([], [])


async def test_a_clerk_sees_no_totals_of_units_beyond_the_own(services: Services) -> None:
    answer = await services.rehearse(MERGE | {"as_of": AS_OF}, bearer("clerk", "1502"))

    assert [unit["unit"] for unit in answer["affected"]] == ["1502", "150202", "150203"]
    assert answer["hidden"] == 1


async def test_who_may_not_move_units_is_told_so_by_units(services: Services) -> None:
    answer = await services.ask(MOVE, bearer("leader", "15"))

    assert (answer.status_code, answer.json()["code"]) == (403, "action-not-allowed")


async def test_without_the_units_service_there_is_no_rehearsal(services: Services) -> None:
    services.neighbours.down.add("units.test")

    answer = await services.ask(MOVE)

    assert (answer.status_code, answer.json()["code"]) == (503, "units-unavailable")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"steps": []},
        {"steps": [{}]},
        {"steps": [MOVE] * 21},
        {"merge": {"into": "150203", "on": ON}},
        {"move": {"unit": "150202", "to": "1501"}},
        {"move": {"unit": "150202", "to": "1501", "on": "soon"}},
        MOVE | {"as_of": "2099-01-01"},
        MOVE | {"more": True},
        [],
    ],
)
async def test_a_malformed_rehearsal_is_refused(services: Services, body: Any) -> None:
    answer = await services.ask(body)

    assert answer.status_code == 422
    assert answer.json()["code"]
