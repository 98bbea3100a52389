"""A rehearsal says what steps would record, or why not, and records nothing."""

from typing import Any

import asyncpg
import pytest

from tests.integration.units.calls import Units, code_of
from tests.support.access import bearer

ON = "2014-02-10"
MOVE = {"command": "move", "unit": "150202", "to": "1501", "on": ON}
MERGE = {"command": "merge", "unit": "150202", "to": "150203", "on": ON}


async def rehearsed(units: Units, *steps: Any) -> list[Any]:
    answer = await units.post("/rehearsals", {"steps": steps})
    assert answer.status_code == 200, answer.text
    return answer.json()["steps"]  # type: ignore[no-any-return]


async def written(database: asyncpg.Connection) -> list[tuple[Any, ...]]:
    """Everything that a command writes to."""
    found: list[tuple[Any, ...]] = []
    for table in ("events", "histories", "units", "unit_names", "unit_places"):
        rows = await database.fetch(f"select t::text from {table} t order by 1")  # noqa: S608 - ours
        found += [(table, row["t"]) for row in rows]
    return found


def told(step: Any) -> list[tuple[str, str, int]]:
    return [(e["type"].split(".")[2], e["unit"], e["stream_version"]) for e in step["events"]]


async def test_a_move_tells_of_every_unit_below(units: Units) -> None:
    await units.plant()

    (step,) = await rehearsed(units, MOVE)

    assert step["refusal"] is None
    assert told(step) == [
        ("UnitDeparted", "150202", 2), ("UnitMoved", "150202", 3),
        ("UnitDeparted", "150202001", 2), ("UnitMoved", "150202001", 3),
        ("UnitDeparted", "150202001001", 2), ("UnitMoved", "150202001001", 3),
    ]  # fmt: skip
    assert step["events"][1]["data"]["path"] == "15.1501.150202"


async def test_what_is_rehearsed_is_what_is_recorded_then(
    units: Units, database: asyncpg.Connection
) -> None:
    await units.plant()
    (step,) = await rehearsed(units, MERGE)

    done = await units.post("/units/150202/merge", {"into": "150203", "effective_on": ON})

    assert done.status_code == 201
    rows = await database.fetch(
        "select type, meta->>'unit' as unit, stream_version from events"
        " where meta->>'campaign' = $1 and type <> 'UnitRegistered' order by league, version",
        units.campaign,
    )
    assert told(step) == [(row["type"], row["unit"], row["stream_version"]) for row in rows]


async def test_nothing_is_written(units: Units, database: asyncpg.Connection) -> None:
    await units.plant()
    before = await written(database)

    await rehearsed(units, MOVE, MERGE | {"unit": "150203", "to": "150202"})

    assert await written(database) == before


async def test_a_step_stands_on_those_before_it(units: Units) -> None:
    await units.plant()
    back = MOVE | {"to": "1502", "on": "2014-02-11"}

    first, second = await rehearsed(units, MOVE, back)

    assert told(first)[1] == ("UnitMoved", "150202", 3)
    assert told(second)[1] == ("UnitMoved", "150202", 5)
    assert second["events"][1]["data"]["former_path"] == "15.1501.150202"


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (MOVE | {"unit": "159999"}, "unknown-unit"),
        (MOVE | {"to": "159999"}, "unknown-parent"),
        (MOVE | {"unit": "15"}, "root-cannot-move"),
        (MOVE | {"to": "150202001"}, "move-under-itself"),
        (MOVE | {"to": "150203"}, "level-does-not-fit"),
        (MOVE | {"on": "2099-01-01"}, "date-in-future"),
        (MOVE | {"on": "2013-01-01"}, "before-registration"),
        (MERGE | {"to": "150202"}, "cannot-merge"),
        (MERGE | {"to": "1501"}, "cannot-merge"),
    ],
)
async def test_a_step_is_refused_as_the_command_is_and_the_rest_goes_on(
    units: Units, step: Any, code: str
) -> None:
    await units.plant()

    refused, accepted = await rehearsed(units, step, MOVE)

    assert (refused["refusal"]["code"], refused["events"]) == (code, [])
    assert refused["refusal"]["detail_zh"]
    assert refused["refusal"]["detail_en"]
    assert accepted["refusal"] is None


async def test_a_unit_that_was_merged_away_takes_no_more_steps(units: Units) -> None:
    await units.plant()

    _, again = await rehearsed(units, MERGE, MOVE)

    assert again["refusal"]["code"] == "unit-abolished"


async def test_a_clerk_of_one_league_is_told_what_the_rights_refuse(units: Units) -> None:
    await units.plant()

    answer = await units.post("/rehearsals", {"steps": [MOVE]}, bearer("clerk", "1502"))

    assert answer.json()["steps"][0]["refusal"]["code"] == "outside-subtree"


async def test_who_may_not_move_units_rehearses_nothing(units: Units) -> None:
    answer = await units.post("/rehearsals", {"steps": [MOVE]}, bearer("leader", "15"))

    assert (answer.status_code, code_of(answer)) == (403, "action-not-allowed")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"steps": []},
        {"steps": [MOVE] * 21},
        {"steps": [MOVE | {"command": "abolish"}]},
        {"steps": [MOVE | {"unit": "no code!"}]},
        {"steps": [MOVE | {"on": "tomorrow"}]},
        {"steps": [MOVE | {"more": 1}]},
        [],
    ],
)
async def test_a_malformed_rehearsal_is_refused(units: Units, body: Any) -> None:
    answer = await units.post("/rehearsals", body)

    assert answer.status_code == 422
    assert answer.json()["code"]
