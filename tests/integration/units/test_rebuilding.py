"""The inline views folded again are what they were; the service says when it is ready."""

import asyncio

import asyncpg
import httpx
from fastapi import FastAPI

from services.units.rebuilding import rebuild
from tests.integration.units.calls import Units
from tests.support.access import bearer

VIEWS = ("units", "unit_names", "unit_places", "leading_groups")


async def shown(database: asyncpg.Connection) -> dict[str, list[str]]:
    return {
        view: [
            row[0]
            for row in await database.fetch(f"select t::text from {view} t order by 1")  # noqa: S608
        ]
        for view in VIEWS
    }


async def live(units: Units) -> None:
    """A campaign with something of everything, changed twice on one day, too."""
    await units.plant()
    for path, body in (
        ("/units/150202/rename", {"name": "甲", "effective_on": "2014-01-10"}),
        ("/units/150202/rename", {"name": "乙", "effective_on": "2014-01-10"}),
        ("/units/150202/move", {"parent_code": "1501", "effective_on": "2014-02-10"}),
        ("/units/150202/move", {"parent_code": "1502", "effective_on": "2014-02-10"}),
        ("/units/150203/merge", {"into": "150202", "effective_on": "2014-02-11"}),
        ("/units/1502-D01/abolish", {"reason": "撤销", "effective_on": "2014-02-12"}),
        (
            "/leading-groups",
            {"unit": "1502", "group": "office", "formed_on": "2013-12-02", "members": 5},
        ),
        (
            "/leading-groups",
            {"unit": "1502", "group": "office", "formed_on": "2013-12-20", "members": 9},
        ),
    ):
        answer = await units.post(path, body)
        assert answer.status_code == 201, answer.text


async def test_rebuilt_views_equal_the_live_ones(
    units: Units, app: FastAPI, database: asyncpg.Connection
) -> None:
    await live(units)
    before = await shown(database)

    rebuilt = await rebuild(app.state.office.store.pool)

    assert rebuilt["units"] == len(before["units"]) >= 9
    assert await shown(database) == before


async def test_damaged_views_are_mended(
    units: Units, app: FastAPI, database: asyncpg.Connection
) -> None:
    await live(units)
    before = await shown(database)
    await database.execute(
        "update units set path = 'x' || path, parent = 'x'; delete from unit_names"
    )

    await rebuild(app.state.office.store.pool)

    assert await shown(database) == before


async def test_writers_wait_for_a_rebuild_and_lose_nothing(
    units: Units, app: FastAPI, database: asyncpg.Connection
) -> None:
    await units.plant()

    rebuilding = asyncio.create_task(rebuild(app.state.office.store.pool))
    answers = await asyncio.gather(
        *(units.register(f"15020{n}", "1502", 3, "district") for n in range(4, 9))
    )
    await rebuilding

    assert [answer.status_code for answer in answers] == [201] * 5
    before = await shown(database)
    await rebuild(app.state.office.store.pool)
    assert await shown(database) == before


async def test_ready_when_migrated(http: httpx.AsyncClient) -> None:
    answer = await http.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "missing": {}})


async def test_not_ready_when_a_migration_is_missing(
    http: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    await database.execute("update migrations set name = 'not-' || name where name like '%units%'")
    try:
        answer = await http.get("/readyz")
    finally:
        await database.execute(
            "update migrations set name = substr(name, 5) where name like 'not-%'"
        )

    assert (answer.status_code, answer.json()["missing"]) == (503, {"database": "not migrated"})


async def test_feed_gives_a_leagues_events_in_order(units: Units) -> None:
    await units.plant()
    units.http.headers.update(bearer("auditor", "15"))

    heads = {h["league"]: h["version"] for h in (await units.http.get("/streams/heads")).json()}
    events = (await units.http.get("/streams/1502/events")).json()

    assert [event["version"] for event in events] == list(range(1, heads["1502"] + 1))
    assert {event["league"] for event in events} == {"1502"}


async def test_commands_are_measured_by_name_and_outcome(units: Units) -> None:
    await units.plant()
    await units.post("/units/150202/rename", {"name": "甲", "effective_on": "2014-01-10"})
    await units.post("/units/1599/rename", {"name": "甲", "effective_on": "2014-01-10"})

    lines = (await units.http.get("/metrics")).text.splitlines()

    counts = {line for line in lines if "campaign_command_seconds_count" in line}
    labels = 'campaign_command_seconds_count{{command="{}",outcome="{}",service="units"}} 1.0'
    assert counts == {
        labels.format("ImportUnits", "done"),
        labels.format("Rename", "done"),
        labels.format("Rename", "refused"),
    }
