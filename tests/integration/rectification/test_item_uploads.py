"""Items and the steps taken about them by file: numbers without a gap, rows refused one by one."""

import asyncio
from typing import Any

import pytest

from tests.integration.rectification.ledger_files import ITEMS, STEPS, item, step, table
from tests.support.desk import Desk


async def numbers(desk: Desk) -> dict[str, list[int]]:
    rows = await desk.pool.fetch(
        "select unit, array_agg(number order by number) as numbers from items"
        " where campaign = $1 group by unit",
        desk.campaign,
    )
    return {row["unit"]: row["numbers"] for row in rows}


async def shown(desk: Desk, name: str) -> dict[str, Any]:
    row = await desk.pool.fetchrow(
        "select * from items where campaign = $1 and item = $2", desk.campaign, name
    )
    assert row is not None
    return dict(row)


async def test_items_are_counted_by_unit_in_the_order_of_the_file(desk: Desk) -> None:
    rows = [item("a"), item("b", "150203"), item("c"), item("d", "150302")]

    answer = await desk.upload("/items/import", table(ITEMS, *rows))

    assert answer.status_code == 200, answer.text
    assert answer.json()["accepted"] == 4
    assert await numbers(desk) == {"150202": [1, 2], "150203": [1], "150302": [1]}
    assert (await shown(desk, "c"))["number"] == 2


async def test_a_refused_row_takes_no_number(desk: Desk) -> None:
    rows = [item("a"), item("b", due_on="2014-03-01"), item("c")]

    answer = await desk.upload("/items/import?mode=accept_valid", table(ITEMS, *rows))

    assert answer.json()["accepted"] == 2
    assert answer.json()["errors"][0]["code"] == "due-before-raised"
    assert answer.json()["errors"][0]["column"] == "due_on"
    assert await numbers(desk) == {"150202": [1, 2]}


async def test_all_or_nothing_writes_nothing_when_a_row_is_refused(desk: Desk) -> None:
    rows = [item("a"), item("b", due_on="2014-03-01")]

    answer = await desk.upload("/items/import", table(ITEMS, *rows))

    assert answer.status_code == 422
    assert answer.json()["code"] == "rows-refused"
    assert await numbers(desk) == {}


async def test_the_same_file_twice_changes_nothing(desk: Desk) -> None:
    file = table(ITEMS, item("a"), item("b"))

    await desk.upload("/items/import", file)
    answer = await desk.upload("/items/import", file)

    assert (answer.json()["accepted"], answer.json()["unchanged"]) == (0, 2)
    assert await desk.events() == ["ItemRaised", "ItemRaised"]


async def test_two_writers_at_once_never_give_one_number_twice(desk: Desk) -> None:
    files = [table(ITEMS, *[item(f"w{n}-{m}") for m in range(20)]) for n in range(6)]

    answers = await asyncio.gather(*[desk.upload("/items/import", file) for file in files])

    assert [answer.status_code for answer in answers] == [200] * 6
    assert await numbers(desk) == {"150202": list(range(1, 121))}
    events = await desk.pool.fetch(
        "select (data->>'number')::int as number from events where meta->>'campaign' = $1"
        " order by version",
        desk.campaign,
    )
    assert [row["number"] for row in events] == list(range(1, 121))


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"unit": "999999"}, "unknown-unit", "unit"),
        ({"parent": "nowhere"}, "unknown-parent", "parent"),
        ({"programme": "nowhere"}, "unknown-programme", "programme"),
        ({"category": "weather"}, "choice-unknown", "category"),
        ({"source": ""}, "value-missing", "source"),
        ({"raised_on": "2031-01-01", "due_on": "2031-02-01"}, "date-in-future", "raised_on"),
        ({"raised_on": "2013-10-31"}, "before-campaign", "raised_on"),
        ({"summary": "x" * 2001}, "text-too-long", "summary"),
    ],
)
async def test_a_bad_row_says_what_is_wrong_where(
    desk: Desk, changes: dict[str, str], code: str, column: str
) -> None:
    answer = await desk.upload("/items/import", table(ITEMS, item("a", **changes)))

    assert answer.status_code == 422
    assert [(e["code"], e["column"]) for e in answer.json()["errors"]] == [(code, column)]


async def test_chinese_headers_and_words_are_read(desk: Desk) -> None:
    file = (
        "编号,单位,来源,类别,事项,责任人,完成时限,登记日期\n"
        "a,150202,意见建议,生态环境,矿区扬尘,p-150202-07,2014年3月28日,2014-03-03\n"
    )

    answer = await desk.upload("/items/import", file)

    assert answer.json()["accepted"] == 1, answer.text
    assert (await shown(desk, "a"))["category"] == "ecology"


async def test_a_whole_life_is_written_up_by_a_service(desk: Desk) -> None:
    await desk.upload("/items/import", table(ITEMS, item("a")))
    life = [
        step("a", "assign", "2014-03-04", person="p-150202-08"),
        step("a", "progress", "2014-03-06", note="已动工", percent=30),
        step("a", "pause", "2014-03-10", note="等待批复"),
        step("a", "resume", "2014-03-12"),
        step("a", "extend", "2014-03-14", person="p-150202-01", note="天气", due_on="2014-04-10"),
        step("a", "request_closure", "2014-03-20", person="p-150202-08", note="已整改"),
        step("a", "reject", "2014-03-21", person="p-1502-01", note="扬尘仍在"),
        step("a", "request_closure", "2014-03-24", person="p-150202-08", note="再次整改"),
        step("a", "close", "2014-03-26", person="p-1502-01"),
        step("a", "review", "2014-04-26", person="p-1502-02", holds="yes"),
        step("a", "rate", "2014-04-27", score=2, raters=40),
        step("a", "request_closure", "2014-05-02", person="p-150202-08", note="第三次"),
        step("a", "close", "2014-05-04", person="p-1502-01"),
        step("a", "reopen", "2014-05-10", note="群众反映"),
    ]
    file = table(STEPS, *life)

    answer = await desk.upload("/item-steps/import", file, role="service")
    again = await desk.upload("/item-steps/import", file, role="service")

    assert answer.json()["accepted"] == len(life), answer.text
    assert again.json()["unchanged"] == len(life), again.text
    row = await shown(desk, "a")
    assert (row["state"], row["reopenings"], row["rejections"]) == ("open", 2, 1)
    assert (row["responsible_person"], row["score"]) == ("p-150202-08", 2)
    assert (await desk.events()).count("ItemReopened") == 2


@pytest.mark.parametrize(
    ("told", "code", "column"),
    [
        (step("nowhere", "resume", "2014-03-04"), "unknown-item", "item"),
        (step("a", "progress", "2014-03-04"), "step-incomplete", None),
        (step("a", "close", "2014-03-04"), "closure-not-requested", "action"),
        (step("a", "progress", "2014-03-01", percent=10), "step-before-previous", "on"),
        (
            step("a", "extend", "2014-03-04", note="天气", due_on="2014-03-28"),
            "extension-not-later",
            "due_on",
        ),
        (
            step(
                "a", "extend", "2014-03-04", note="天气", due_on="2014-04-28", person="p-150202-07"
            ),
            "own-item",
            "person",
        ),
        (step("a", "rate", "2014-03-04", score=9, raters=3), "integer-out-of-range", "score"),
        (step("a", "dance", "2014-03-04"), "choice-unknown", "action"),
    ],
)
async def test_a_bad_step_says_what_is_wrong_where(
    desk: Desk, told: dict[str, Any], code: str, column: str | None
) -> None:
    await desk.upload("/items/import", table(ITEMS, item("a")))

    answer = await desk.upload("/item-steps/import", table(STEPS, told), role="service")

    assert answer.status_code == 422, answer.text
    assert [(e["code"], e["column"]) for e in answer.json()["errors"]] == [(code, column)]
    assert await desk.events() == ["ItemRaised"]


async def test_a_clerk_acts_in_person_whomever_the_file_names(desk: Desk) -> None:
    await desk.upload("/items/import", table(ITEMS, item("a")))
    told = step("a", "extend", "2014-03-04", person="p-somebody", note="天气", due_on="2014-04-28")

    answer = await desk.upload("/item-steps/import", table(STEPS, told))

    assert answer.status_code == 200, answer.text
    approved_by = await desk.pool.fetchval(
        "select data->>'approved_by' from events where meta->>'campaign' = $1"
        " and type = 'DueDateExtended'",
        desk.campaign,
    )
    assert approved_by == "p-15-clerk"


async def test_a_clerk_closes_nothing_by_file_without_evidence(desk: Desk) -> None:
    await desk.upload("/items/import", table(ITEMS, item("a")))
    told = step("a", "request_closure", "2014-03-20", note="已整改")

    answer = await desk.upload("/item-steps/import", table(STEPS, told))

    assert answer.json()["errors"][0]["code"] == "evidence-missing"


async def test_rows_outside_the_callers_subtree_are_refused(desk: Desk) -> None:
    rows = [item("a", "150202"), item("b", "150302")]

    answer = await desk.upload("/items/import", table(ITEMS, *rows), unit="1502")

    assert [(e["row"], e["code"]) for e in answer.json()["errors"]] == [(3, "outside-subtree")]


async def test_supervisors_raise_nothing(desk: Desk) -> None:
    answer = await desk.upload("/items/import", table(ITEMS, item("a")), role="auditor")

    assert (answer.status_code, answer.json()["code"]) == (403, "action-not-allowed")
