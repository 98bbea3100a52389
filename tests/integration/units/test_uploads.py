"""Files of units: any order, all or nothing, twice the same, and what is wrong with a row."""

import io
from collections.abc import Callable

import asyncpg
import openpyxl
import pytest

from shared.platform.bulk import JSON_LINES, XLSX
from tests.integration.units.calls import TREE, Units, code_of
from tests.support.access import bearer

HEADER = "code,parent_code,level,kind,name,registered_on\n"


def rows(*lines: str) -> str:
    return HEADER + "".join(f"{line},2013-11-01\n" for line in lines)


async def count(database: asyncpg.Connection, units: Units) -> tuple[int, int]:
    """Events and units of the campaign."""
    found = await database.fetchrow(
        "select (select count(*) from events where meta->>'campaign' = $1),"
        " (select count(*) from units where campaign = $1)",
        units.campaign,
    )
    return tuple(found)


async def test_file_in_any_order_is_registered(units: Units, database: asyncpg.Connection) -> None:
    header, *lines = TREE.splitlines()

    answer = await units.upload("/units", "\n".join([header, *reversed(lines)]))

    report = answer.json()
    assert (answer.status_code, report["rows"], report["accepted"]) == (200, 9, 9)
    assert "units@1502:" in answer.headers["consistency-token"]
    assert await count(database, units) == (9, 9)


async def test_same_file_twice_changes_nothing(units: Units, database: asyncpg.Connection) -> None:
    await units.plant()

    report = (await units.upload("/units", TREE)).json()

    assert (report["accepted"], report["unchanged"], report["refused"]) == (0, 9, 0)
    assert await count(database, units) == (9, 9)


async def test_same_key_is_answered_the_same(units: Units) -> None:
    key = {"Idempotency-Key": f"file-{units.campaign}"}
    first = await units.upload("/units", TREE, key)

    again = await units.upload("/units", TREE, key)

    assert again.content == first.content
    assert again.headers["idempotent-replay"] == "true"


async def test_dry_run_reports_and_writes_nothing(
    units: Units, database: asyncpg.Connection
) -> None:
    report = (await units.upload("/units", TREE, dry_run="true")).json()

    assert (report["accepted"], report["dry_run"]) == (9, True)
    assert await count(database, units) == (0, 0)
    kept = await database.fetchval("select count(*) from idempotency_keys where key = 'dry'")
    assert kept == 0


async def test_one_bad_row_stops_the_whole_file(units: Units, database: asyncpg.Connection) -> None:
    answer = await units.upload("/units", TREE + "150299,1502,4,town,某镇,2013-11-01\n")

    assert (answer.status_code, code_of(answer)) == (422, "rows-refused")
    problem = answer.json()
    assert (problem["refused"], problem["accepted"], problem["errors_total"]) == (1, 0, 1)
    error = problem["errors"][0]
    assert (error["row"], error["column"], error["value"]) == (11, "level", "4")
    assert error["code"] == "level-does-not-fit"
    assert await count(database, units) == (0, 0)


async def test_valid_rows_are_accepted_where_asked(
    units: Units, database: asyncpg.Connection
) -> None:
    file = TREE + "150299,1502,4,town,某镇,2013-11-01\n"

    answer = await units.upload("/units", file, mode="accept_valid")

    report = answer.json()
    assert (answer.status_code, report["accepted"], report["refused"]) == (200, 9, 1)
    assert await count(database, units) == (9, 9)


async def test_every_kind_of_trouble_is_named_with_row_and_column(units: Units) -> None:
    await units.plant()
    file = rows(
        "150301,1503,3,banner,甲",  # 2
        "150204,1502,three,district,乙",  # 3
        "150205,1502,3,castle,丙",  # 4
        "150206,150207,3,district,丁",  # 5
        "150207,150206,3,district,戊",  # 6
        "150208,1502,3,district,",  # 7
        "150202,1502,3,district,改名的区",  # 8
        "16,,1,region,另一根",  # 9
        "1502-D09,1502,2,county,不符",  # 10
        "150209,1502-D01,3,district,己",  # 11
        f"{'1' * 42},1502,3,district,庚",  # 12
        "150210,1502,3,district,\u202e辛",  # 13
    )

    problem = (await units.upload("/units", file)).json()

    found = [(e["row"], e["column"], e["code"]) for e in problem["errors"]]
    assert found == [
        (2, "parent_code", "unknown-parent"),
        (3, "level", "integer-malformed"),
        (4, "kind", "choice-unknown"),
        (5, "parent_code", "cycle"),
        (6, "parent_code", "cycle"),
        (7, "name", "value-missing"),
        (8, "code", "duplicate-code"),
        (9, "parent_code", "outside-subtree"),
        (10, "code", "code-does-not-fit-kind"),
        (11, "parent_code", "parent-not-area"),
        (12, "code", "code-too-long"),
        (13, "name", "text-control-character"),
    ]


async def test_same_code_twice_in_a_file_with_other_content_is_refused(units: Units) -> None:
    await units.plant()
    file = rows("150204,1502,3,district,甲", "150204,1502,3,district,乙")

    problem = (await units.upload("/units", file)).json()

    assert [(e["row"], e["code"]) for e in problem["errors"]] == [(3, "duplicate-code")]


async def test_children_of_a_refused_row_are_refused(units: Units) -> None:
    await units.plant()
    file = rows("150204,1502,5,district,甲", "150204001,150204,4,town,乙")

    report = (await units.upload("/units", file, mode="accept_valid")).json()

    assert [e["code"] for e in report["errors"]] == [
        "kind-does-not-fit-level",
        "unknown-parent",
    ]


async def test_result_file_tells_each_row(units: Units) -> None:
    file = TREE + "150299,1502,4,town,某镇,2013-11-01\n"

    answer = await units.upload("/units", file, {"Accept": "text/csv"}, mode="accept_valid")

    assert answer.headers["content-type"].startswith("text/csv")
    lines = answer.text.splitlines()
    assert (len(lines), lines[1].split(",")[:2]) == (11, ["2", "recorded"])
    assert lines[10].startswith("11,refused,level,4,level-does-not-fit,")


def as_xlsx(text: str) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("单位", 0)
    for line in text.splitlines():
        sheet.append(line.split(","))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_json_lines(text: str) -> bytes:
    header, *lines = text.splitlines()
    names = header.split(",")
    found = [dict(zip(names, line.split(","), strict=True)) for line in lines]
    return "\n".join(str(row).replace("'", '"') for row in found).encode()


@pytest.mark.parametrize(
    ("media_type", "encode"),
    [
        (XLSX, as_xlsx),
        (JSON_LINES, as_json_lines),
        ("text/csv", lambda t: "\ufeff".encode() + t.encode()),
    ],
)
async def test_every_format_is_taken(
    units: Units, media_type: str, encode: Callable[[str], bytes]
) -> None:
    answer = await units.upload("/units", encode(TREE), {"Content-Type": media_type})

    assert (answer.status_code, answer.json()["accepted"]) == (200, 9), answer.text


@pytest.mark.parametrize(
    ("body", "media_type", "status", "code"),
    [
        (TREE.encode("gbk"), "text/csv", 422, "encoding-not-utf8"),
        (b"", "text/csv", 422, "file-empty"),
        (HEADER.encode(), "text/csv", 422, "rows-missing"),
        (b"code,level\n15,1\n", "text/csv", 422, "column-missing"),
        (TREE.encode(), "image/png", 415, "media-type-unsupported"),
        (as_xlsx(TREE)[:200], XLSX, 422, None),
        (b'{"code": ', JSON_LINES, 422, None),
    ],
)
async def test_file_nothing_can_be_taken_from_is_refused(
    units: Units, body: bytes, media_type: str, status: int, code: str | None
) -> None:
    answer = await units.upload("/units", body, {"Content-Type": media_type})

    assert answer.status_code == status
    assert code_of(answer) == (code or code_of(answer))


async def test_rows_outside_the_callers_subtree_are_refused(units: Units) -> None:
    await units.plant()
    file = rows("150204,1502,3,district,甲", "150103,1501,3,district,乙")

    answer = await units.upload("/units", file, bearer("clerk", "1502"))

    assert [(e["row"], e["code"]) for e in answer.json()["errors"]] == [(3, "outside-subtree")]


async def test_who_may_register_nothing_is_refused_before_the_file_is_read(units: Units) -> None:
    answer = await units.upload("/units", b"rubbish", bearer("leader", "15"))

    assert (answer.status_code, code_of(answer)) == (403, "action-not-allowed")
