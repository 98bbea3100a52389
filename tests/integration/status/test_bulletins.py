"""Bulletins over HTTP: drafted, issued once, kept as they were, compared, composed again."""

from datetime import date
from io import BytesIO
from typing import Any

import httpx
import pytest
from docx import Document
from openpyxl import load_workbook

from services.status.projections import StatusProjection
from shared.platform.consuming import Applier
from shared.platform.postgres import Pool
from tests.integration.status.tables import Feed, records
from tests.integration.status.worlds import Campaign, at, small
from tests.support.access import bearer
from tests.unit.status.told import CAMPAIGN

REGION = f"/campaigns/{CAMPAIGN}/units/15"
ISSUED = f"{REGION}/bulletins"
CLERK = bearer("clerk", "15")


@pytest.fixture
def world() -> Campaign:
    return small()


@pytest.fixture(autouse=True)
async def filled(pool: Pool, world: Campaign) -> None:
    await pool.execute("truncate bulletins")
    await apply(pool, world)


async def apply(pool: Pool, world: Campaign) -> None:
    told = world.told.envelopes
    await Applier(pool, StatusProjection(), Feed(told)).apply(records(told))


async def issue(http: httpx.AsyncClient, as_of: str, status: int = 201) -> Any:
    answer = await http.post(ISSUED, params={"as_of": as_of}, headers=CLERK)
    assert answer.status_code == status, answer.text
    return answer.json()


async def refused(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def value(bulletin: Any, key: str) -> int:
    figures = [figure for section in bulletin["sections"] for figure in section["figures"]]
    return int(next(figure["value"] for figure in figures if figure["key"] == key))


async def test_every_figure_is_what_its_query_answers(http: httpx.AsyncClient) -> None:
    bulletin = (await http.get(f"{REGION}/bulletin", params={"as_of": "2014-03-04"})).json()

    for section in bulletin["sections"]:
        for figure in section["figures"]:
            node = (await http.get(figure["source"]["query"])).json()
            for name in figure["source"]["pointer"].strip("/").split("/"):
                node = node.get(name, {})
            assert (node or 0) == figure["value"], figure


async def test_a_draft_tells_who_is_overdue(http: httpx.AsyncClient) -> None:
    bulletin = (await http.get(f"{REGION}/bulletin", params={"as_of": "2014-03-04"})).json()

    assert value(bulletin, "mobilized-banner") == 3
    assert [(b["unit"], b["mobilization_overdue"]) for b in bulletin["behind"]] == [("1502", 1)]


async def test_the_same_figures_are_issued_once(http: httpx.AsyncClient) -> None:
    first = await issue(http, "2014-03-04")
    again = await issue(http, "2014-03-04", 200)
    other = await issue(http, "2014-03-05")

    assert (first["number"], again["number"], other["number"]) == (1, 1, 2)
    assert first["digest"] == again["digest"] != other["digest"]


async def test_an_issued_bulletin_stays_as_it_was(
    http: httpx.AsyncClient, pool: Pool, world: Campaign
) -> None:
    told = await issue(http, "2014-03-04")
    before = (await http.get(f"{ISSUED}/1")).content

    world.mobilizes("150202", at(3, 1))  # written up late
    await apply(pool, world)

    assert (await http.get(f"{ISSUED}/1")).content == before
    assert (await issue(http, "2014-03-04"))["digest"] != told["digest"]


async def test_a_bulletin_is_composed_again_from_the_events_it_stood_on(
    http: httpx.AsyncClient, pool: Pool, world: Campaign
) -> None:
    told = await issue(http, "2014-03-04")
    world.mobilizes("150202", at(3, 1))
    await apply(pool, world)

    answer = (await http.get(f"{ISSUED}/1/reissue")).json()

    assert answer == {
        "number": 1,
        "digest": told["digest"],
        "reissued_digest": told["digest"],
        "identical": True,
    }


async def test_a_bulletin_that_was_tampered_with_is_found_out(
    http: httpx.AsyncClient, pool: Pool
) -> None:
    await issue(http, "2014-03-04")
    await pool.execute("update bulletins set digest = sha256(document || 'x'::bytea)")

    assert (await http.get(f"{ISSUED}/1/reissue")).json()["identical"] is False


async def test_two_bulletins_are_compared(
    http: httpx.AsyncClient, pool: Pool, world: Campaign
) -> None:
    await issue(http, "2014-02-20")
    await issue(http, "2014-03-04")

    answer = (await http.get(f"{ISSUED}/2/comparison", params={"since": 1})).json()

    changed = {change["key"]: change["difference"] for change in answer["changes"]}
    assert changed["mobilized-banner"] == 1
    assert changed["mobilization-late"] == 1
    assert (answer["before"], answer["after"]) == ("2014-02-20", "2014-03-04")
    assert [(e["unit"], e["actor"]) for e in answer["entries"]] == [("150201", "p-15-0001")]
    assert (answer["events"], answer["next_cursor"]) == (1, None)


async def test_issues_are_listed_the_newest_first_and_by_page(http: httpx.AsyncClient) -> None:
    for day in (date(2014, 3, 1), date(2014, 3, 2), date(2014, 3, 3)):
        await issue(http, day.isoformat())

    first = (await http.get(ISSUED, params={"limit": 2})).json()
    rest = (await http.get(ISSUED, params={"before": first["next_before"]})).json()

    assert [each["number"] for each in first["bulletins"]] == [3, 2]
    assert [each["as_of"] for each in rest["bulletins"]] == ["2014-03-01"]
    assert rest["next_before"] is None


async def test_every_form_is_a_file_of_its_kind(http: httpx.AsyncClient) -> None:
    await issue(http, "2014-03-04")
    page, paper, annex = [
        await http.get(f"{ISSUED}/1", params={"format": form}) for form in ("html", "docx", "xlsx")
    ]

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "第二批活动情况通报" in page.text
    assert Document(BytesIO(paper.content)).paragraphs[0].text == "第二批活动情况通报"
    assert load_workbook(BytesIO(annex.content)).worksheets[0]["A2"].value == "1501"
    assert 'filename="bulletin-15-2014-03-04.docx"' in paper.headers["content-disposition"]


async def test_only_who_may_issue_does(http: httpx.AsyncClient) -> None:
    leader = await http.post(ISSUED, params={"as_of": "2014-03-04"})
    foreign = await http.post(
        ISSUED, params={"as_of": "2014-03-04"}, headers=bearer("clerk", "1502")
    )

    assert await refused(leader) == (403, "action-not-allowed")
    assert await refused(foreign) == (403, "outside-subtree")


async def test_what_cannot_be_shown_is_refused(http: httpx.AsyncClient) -> None:
    draft = f"{REGION}/bulletin"

    assert await refused(await http.get(draft, params={"as_of": "2099-01-01"})) == (
        422, "as-of-in-future",
    )  # fmt: skip
    assert await refused(await http.get(draft, params={"as_of": "2013-01-01"})) == (
        422, "before-campaign",
    )  # fmt: skip
    assert (await http.get(draft, params={"format": "pdf"})).status_code == 422
    assert await refused(await http.get(f"{ISSUED}/7")) == (404, "unknown-bulletin")
    unknown = f"/campaigns/{CAMPAIGN}/units/999/bulletin"
    assert await refused(await http.get(unknown)) == (404, "unknown-unit")
