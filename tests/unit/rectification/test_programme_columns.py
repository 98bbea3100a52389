"""Files about plans, programmes, receptions and help: headers in Chinese, and the cell to blame."""

from datetime import date
from typing import Any

import pytest

from services.rectification.api import programme_columns as columns
from services.rectification.domain.batch_link import LinkedToItself
from services.rectification.domain.petition import SettledExceedsCases
from services.rectification.domain.programme import (
    BeforeLastProgress,
    BeforeLaunch,
    DueBeforeLaunched,
    EntryAlreadyRecorded,
    ItemsOpen,
    OutsideProgramme,
    OwnProgress,
    TargetNotReached,
    UnknownProgramme,
)
from shared.contracts.rectification import (
    BatchesLinked,
    HelpPaired,
    PetitionsReceived,
    PlanFiled,
    ProgrammeLaunched,
)
from shared.kernel.events import Event
from shared.kernel.refusals import DateInFuture, OutsideSubtree, Refusal, UnknownUnit
from shared.platform.bulk import Row, read_rows
from shared.platform.bulk_http import UploadKind

KINDS = {
    "filed_plans": columns.FILED_PLANS,
    "batch_links": columns.BATCH_LINKS,
    "programmes": columns.PROGRAMMES,
    "progress": columns.PROGRESS,
    "completions": columns.COMPLETIONS,
    "petitions": columns.PETITIONS,
    "pairings": columns.PAIRINGS,
}
CHINESE = {
    "filed_plans": "单位代码,文件种类,标题,内容摘要值,报备日期\n1502,制度建设计划,计划,9f86,2013年12月20日\n",
    "batch_links": "单位,第一批单位,联系日期\n1502,15,2014/1/28\n",
    "programmes": (
        "项目编号,单位代码,类型,类别,名称,计量单位,目标,完成时限,启动日期\n"
        "b-1,1508,承诺,住房,改造棚户区,户,12000,,2014.2.17\n"
    ),
    "progress": "项目编号,单位代码,进展编号,数量,备注,进展日期\nb-1,1508,e-1,7,,2014-02-24\n",
    "completions": "项目编号,验收人,备注,完成日期\nb-1,p-1,,2014-03-03\n",
    "petitions": (
        "接访编号,单位,接访人,来访批次,立案件数,当场解决,接访日期\npet-1,1504,p-1,0,0,0,2014-02-18\n"
    ),
    "pairings": (
        "结对编号,单位代码,帮扶单位,帮扶类型,户数,结对日期\nh-1,1525,1525-D01,困难户,6,2014-02-24\n"
    ),
}


def parsed(kind: str, content: str) -> Any:
    return read_rows(content.encode(), "text/csv", KINDS[kind].columns)


@pytest.mark.parametrize("kind", KINDS)
def test_chinese_headers_words_and_dates_are_understood(kind: str) -> None:
    sheet = parsed(kind, CHINESE[kind])

    assert (len(sheet.rows), sheet.errors) == (1, [])


@pytest.mark.parametrize(
    ("kind", "event"),
    [
        ("filed_plans", PlanFiled),
        ("batch_links", BatchesLinked),
        ("programmes", ProgrammeLaunched),
        ("petitions", PetitionsReceived),
        ("pairings", HelpPaired),
    ],
)
def test_a_files_columns_are_the_fields_of_its_event(kind: str, event: type[Event]) -> None:
    names = [column.name for column in KINDS[kind].columns]

    assert set(names) | {"campaign"} == set(event.__struct_fields__)


@pytest.mark.parametrize(
    ("kind", "before", "after", "column", "code"),
    [
        ("programmes", ",12000,", ",0,", "target", "integer-out-of-range"),
        ("programmes", ",承诺,", ",许诺,", "kind", "choice-unknown"),
        ("programmes", ",住房,", ",住宅,", "category", "choice-unknown"),
        ("programmes", "2014.2.17", "2014-02-30", "launched_on", "date-impossible"),
        ("programmes", "b-1,", "b 1,", "programme", "code-malformed"),
        ("progress", ",7,", ",0,", "count", "integer-out-of-range"),
        ("progress", ",7,", ",7.5,", "count", "integer-malformed"),
        ("petitions", ",0,0,0,", ",0,0,-1,", "settled_on_spot", "integer-out-of-range"),
        ("pairings", ",6,", ",0,", "households", "integer-out-of-range"),
        ("filed_plans", "制度建设计划", "其他计划", "document", "choice-unknown"),
        ("completions", "p-1", "", "person", "value-missing"),
        ("batch_links", ",15,", ",,", "led_by", "value-missing"),
    ],
)
def test_a_cell_that_cannot_be_is_told(
    kind: str, before: str, after: str, column: str, code: str
) -> None:
    sheet = parsed(kind, CHINESE[kind].replace(before, after))

    assert [(error.column, error.code) for error in sheet.errors] == [(column, code)]


def day(value: int = 1) -> date:
    return date(2014, 3, value)


@pytest.mark.parametrize(
    ("kind", "refusal", "column"),
    [
        (columns.FILED_PLANS, DateInFuture(date=day()), "filed_on"),
        (columns.FILED_PLANS, UnknownUnit(unit="1"), "unit"),
        (columns.BATCH_LINKS, LinkedToItself(unit="1"), "led_by"),
        (columns.PROGRAMMES, DueBeforeLaunched(due_on=day(), launched_on=day(2)), "due_on"),
        (columns.PROGRESS, UnknownProgramme(programme="b"), "programme"),
        (columns.PROGRESS, OutsideProgramme(unit="1", programme="b", owner="2"), "unit"),
        (columns.PROGRESS, EntryAlreadyRecorded(entry="e"), "entry"),
        (columns.PROGRESS, BeforeLaunch(date=day(), launched_on=day(2)), "progressed_on"),
        (columns.COMPLETIONS, TargetNotReached(target=2, counted=1), "programme"),
        (columns.COMPLETIONS, ItemsOpen(programme="b", open=1), "programme"),
        (columns.COMPLETIONS, OutsideSubtree(unit="1"), "programme"),
        (columns.COMPLETIONS, OwnProgress(), "person"),
        (columns.COMPLETIONS, BeforeLastProgress(date=day(), last_on=day(2)), "completed_on"),
        (columns.PETITIONS, SettledExceedsCases(settled=2, cases=1), "settled_on_spot"),
        (columns.PAIRINGS, DateInFuture(date=day()), "paired_on"),
    ],
)
def test_a_refusal_is_shown_at_the_cell_it_is_about(
    kind: UploadKind, refusal: Refusal, column: str
) -> None:
    values = {one.name: "x" for one in kind.columns}
    error = kind.error(Row(2, values), refusal)

    assert (error.column, error.code) == (column, refusal.code)
    assert error.message_zh
    assert error.message_en
