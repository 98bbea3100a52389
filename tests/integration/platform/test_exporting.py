"""Lists as files: what a page shows, in its order, and nothing a spreadsheet would run."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any

import openpyxl
import pytest
from fastapi.responses import StreamingResponse

from shared.platform.exporting import Export
from shared.platform.inline_views import Row
from shared.platform.listing import Order, Wanted
from shared.platform.postgres import Pool, open_pool
from tests.support.things import CAMPAIGN, THING_LIST, place_units, put_things, things_schema

EXPORT = Export(
    "things",
    {"thing": "编号", "unit": "单位代码", "unit_name": "单位名称", "title": "标题"}
    | {"points": "分数", "due_on": "期限", "tags": "标签"},
    {"tags": {"a": "甲", "b": "乙"}, "unit": {"15": "自治区"}},
    left_out=frozenset({"unit_name"}),
)
ROWS: list[Row] = [
    ("t-1", "1502", "=1+1", 5, date(2014, 3, 1), ["a", "c"]),
    ("t-2", "15", '[“引号”,"逗号"]\n换行', 0, None, []),
    ("t-3", "1503", " 空格 ", -1, date(2014, 2, 1), ["b"]),
]


@pytest.fixture(scope="module")
def schema(database_url: str) -> str:
    return asyncio.run(things_schema(database_url))


@pytest.fixture
async def pool(database_url: str, schema: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, schema, size=2)
    await opened.execute("truncate things, unit_directory")
    await place_units(opened)
    await put_things(opened, ROWS)
    yield opened
    await opened.close()


async def file_of(
    pool: Pool, form: str, wanted: Wanted, columns: Sequence[str] | None = None
) -> bytes:
    names = columns or EXPORT.names(THING_LIST)
    answer = await EXPORT.answer(pool, THING_LIST, wanted, names, form)
    assert isinstance(answer, StreamingResponse)
    assert answer.headers["content-disposition"] == f'attachment; filename="things.{form}"'
    body = b""
    async for part in answer.body_iterator:
        assert isinstance(part, bytes)
        body += part
    return body


def read_xlsx(body: bytes) -> list[tuple[Any, ...]]:
    sheet = openpyxl.load_workbook(io.BytesIO(body)).active
    assert sheet is not None
    return list(sheet.iter_rows(values_only=True))


async def test_a_workbook_shows_what_the_list_shows(pool: Pool) -> None:
    body = await file_of(pool, "xlsx", Wanted(CAMPAIGN, order=Order("due_on")))

    assert read_xlsx(body) == [
        ("编号", "单位代码", "标题", "分数", "期限", "标签"),
        ("t-3", "1503", " 空格 ", -1, "2014-02-01", "乙"),
        ("t-1", "1502", "=1+1", 5, "2014-03-01", "甲;c"),
        ("t-2", "自治区", '[“引号”,"逗号"]\n换行', 0, None, None),
    ]


async def test_no_cell_of_a_workbook_is_a_formula(pool: Pool) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(await file_of(pool, "xlsx", Wanted(CAMPAIGN)))).active
    assert sheet is not None

    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}


async def test_a_csv_has_the_same_rows_and_runs_nothing(pool: Pool) -> None:
    body = await file_of(pool, "csv", Wanted(CAMPAIGN, order=Order("points", descending=True)))
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))

    assert body.startswith(b"\xef\xbb\xbf")
    assert [row[0] for row in rows] == ["编号", "t-1", "t-2", "t-3"]
    assert [row[2] for row in rows[1:]] == ["'=1+1", '[“引号”,"逗号"]\n换行', " 空格 "]
    assert rows[2][3:] == ["0", "", ""]


async def test_columns_come_as_they_are_asked_for(pool: Pool) -> None:
    body = await file_of(pool, "xlsx", Wanted(CAMPAIGN), ["unit_name", "thing", "thing"])

    assert read_xlsx(body)[:2] == [("单位名称", "编号"), ("单位1502", "t-1")]


async def test_a_file_keeps_to_subtree_and_conditions(pool: Pool) -> None:
    within = Wanted(CAMPAIGN, [("t.points >= {}", (0,))], under=["15.1502", "15.1503"])

    assert len(read_xlsx(await file_of(pool, "xlsx", within))) == 2
    assert len(read_xlsx(await file_of(pool, "xlsx", Wanted("other")))) == 1


async def test_rows_of_many_parts_come_each_once(pool: Pool) -> None:
    await put_things(pool, [(f"n-{n:05}", "15", f"第{n}件", n, None, []) for n in range(4_500)])
    body = await file_of(pool, "csv", Wanted(CAMPAIGN, [("t.thing like {}", ("n-%",))]))
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))

    assert [row[0] for row in rows[1:]] == [f"n-{n:05}" for n in range(4_500)]
