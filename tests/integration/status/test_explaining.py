"""Any figure is the sum of what its explanation names, and each of that has an event behind it."""

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.status.contributions import Tree
from services.status.explaining.answer import Explanation, Row
from services.status.explaining.explaining import Explanations, Question
from services.status.explaining.figure import figures_in
from services.status.knowing.recalls import Recalls
from services.status.projections import StatusProjection
from services.status.queries import Asked, Views
from services.status.stored import StoredRows
from shared.kernel.envelope import Envelope
from shared.platform.consuming import Applier
from shared.platform.postgres import Pool
from tests.integration.status.everything import everything
from tests.integration.status.tables import Feed, empty, records
from tests.support.access import bearer
from tests.unit.status.histories import DAYS, World, day, histories
from tests.unit.status.thing_steps import THING_STEPS
from tests.unit.status.told import CAMPAIGN

UNITS = f"/campaigns/{CAMPAIGN}/units"
TREES: tuple[Tree, ...] = ("then", "now")
SOME = (
    "total.mobilization.overdue", "below_total.participants.organisers", "total.ledger.raised",
    "total.supervision.officials_listed", "below_total.plans.implementation.none", "total.expected",
)  # fmt: skip


@pytest.fixture
async def told(pool: Pool) -> list[Envelope]:
    envelopes = everything().told.envelopes
    await tell(pool, envelopes)
    return envelopes


async def tell(pool: Pool, envelopes: list[Envelope]) -> None:
    await Applier(pool, StatusProjection(), Feed(envelopes)).apply(records(envelopes))


async def shown(pool: Pool, asked: Asked) -> dict[str, Any]:
    views = Views(StoredRows(pool, "status"))
    return msgspec.to_builtins(await views.status(asked, await views.known(asked)))  # type: ignore[no-any-return]


async def pages(
    pool: Pool,
    asked: Asked,
    figure: str,
    limit: int = 2,
    class_: str | None = None,
    known_at: datetime | None = None,
) -> list[Explanation]:
    explanations = Explanations(pool, "status", Recalls(pool, "status"))
    question = Question(asked, figure, class_, None, limit, known_at)
    found = [await explanations.explain(question)]
    while found[-1].next_cursor is not None:
        question = replace(question, cursor=found[-1].next_cursor)
        found.append(await explanations.explain(question))
    return found


def rows_of(found: Iterable[Explanation]) -> list[Row]:
    return [row for page in found for row in page.rows]


def text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def at(answer: Any, path: str) -> Any:
    for name in path.split("."):
        answer = answer[int(name) if isinstance(answer, list) else name]
    return answer


async def check(pool: Pool, asked: Asked, figures: Iterable[str], limit: int) -> None:
    """Each figure of a status is what its explanation adds up to."""
    answer = await shown(pool, asked)
    for figure in figures:
        found = await pages(pool, asked, figure, limit)
        assert found[0].value == at(answer, figure), figure
        rows = rows_of(found)
        if found[0].ratio is None:
            assert sum(row.n for row in rows) == found[0].value, (figure, rows)
            assert all(row.event is not None and row.n > 0 for row in rows), (figure, rows)
            assert all(row.since <= asked.day for row in rows), (figure, rows)


@pytest.mark.parametrize(
    ("unit", "day_", "tree"),
    [
        ("15", date(2014, 3, 4), "then"),
        ("15", date(2014, 2, 18), "now"),
        ("1502", date(2014, 2, 18), "then"),
        ("1501", date(2014, 2, 25), "now"),
        ("150202", date(2014, 3, 4), "then"),
    ],
)
@pytest.mark.usefixtures("told")
async def test_every_figure_of_a_status_is_the_sum_of_its_rows(
    pool: Pool, unit: str, day_: date, tree: Tree
) -> None:
    asked = Asked(CAMPAIGN, unit, day_, tree)
    figures = list(figures_in(await shown(pool, asked)))

    assert len(figures) > 80
    await check(pool, asked, figures, limit=100)


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    world=histories(more=THING_STEPS * 2),
    number=st.integers(0, DAYS),
    tree=st.sampled_from(TREES),
    chance=st.randoms(use_true_random=False),
)
async def test_in_any_history_figures_are_the_sums_of_their_rows(
    pool: Pool, world: World, number: int, tree: Tree, chance: random.Random
) -> None:
    await empty(pool)
    await tell(pool, world.told.envelopes)
    asked = Asked(CAMPAIGN, chance.choice(["15", "1501"]), day(number), tree)
    answer = await shown(pool, asked)
    figures = [figure for figure in figures_in(answer) if at(answer, figure)]

    await check(pool, asked, chance.sample(figures, min(15, len(figures))), limit=2)


@pytest.mark.parametrize(("unit", "tree"), [("15", "then"), ("1502", "now"), ("150202", "then")])
async def test_figures_as_known_now_are_explained_from_the_histories_alike(
    pool: Pool, told: list[Envelope], unit: str, tree: Tree
) -> None:
    asked, known_at = Asked(CAMPAIGN, unit, date(2014, 3, 4), tree), told[-1].recordedat
    for figure in figures_in(await shown(pool, asked)):
        live = await pages(pool, asked, figure, 100)
        found = await pages(pool, asked, figure, 100, known_at=known_at)

        assert (found[0].value, found[0].ratio) == (live[0].value, live[0].ratio), figure
        assert rows_of(found) == rows_of(live), figure
        assert found[0].known_at == known_at


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    world=histories(more=THING_STEPS * 2),
    share=st.floats(0.3, 1),
    number=st.integers(0, DAYS),
    tree=st.sampled_from(TREES),
    chance=st.randoms(use_true_random=False),
)
async def test_a_figure_known_at_an_instant_has_the_rows_it_had_then(
    pool: Pool, world: World, share: float, number: int, tree: Tree, chance: random.Random
) -> None:
    told = world.told.envelopes
    known = told[: max(1, round(share * len(told)))]
    await empty(pool)
    await tell(pool, known)
    asked = Asked(CAMPAIGN, "15", day(number), tree)
    answer = await shown(pool, asked)
    figures = [figure for figure in figures_in(answer) if at(answer, figure)]
    some = chance.sample(figures, min(10, len(figures)))
    then = {figure: await pages(pool, asked, figure) for figure in some}
    await tell(pool, told)

    for figure in some:
        found = await pages(pool, asked, figure, known_at=known[-1].recordedat)
        assert found[0].value == then[figure][0].value, figure
        assert rows_of(found) == rows_of(then[figure]), figure


@pytest.mark.parametrize("figure", SOME)
@pytest.mark.usefixtures("told")
async def test_pages_of_any_size_give_the_same_rows_in_the_same_order(
    pool: Pool, figure: str
) -> None:
    asked = Asked(CAMPAIGN, "15", date(2014, 3, 4), "then")
    (whole,) = await pages(pool, asked, figure, 500)
    for limit in (1, 2, 3):
        found = await pages(pool, asked, figure, limit)

        assert rows_of(found) == whole.rows
        assert all(len(page.rows) == limit for page in found[:-1])


@pytest.mark.usefixtures("told")
async def test_a_row_says_who_what_when_and_from_which_event(http: httpx.AsyncClient) -> None:
    answer = await get(http, "15", "mobilization.late", as_of="2014-03-02")

    assert (answer["value"], answer["class"], answer["next_cursor"]) == (1, None, None)
    (row,) = answer["rows"]
    assert (row["unit"], row["name"], row["class"]) == ("150201", "旗县150201", "banner")
    assert (row["n"], row["since"], row["thing"]) == (1, "2014-02-25", None)
    assert row["window"] == {"opens_on": "2014-01-24", "closes_on": "2014-02-20"}
    event = row["event"]
    assert event["type"] == "campaign.schedule.MobilizationHeld.v1"
    assert (event["service"], event["league"]) == ("schedule", "1502")
    assert (event["actor"], event["happened_at"]) == ("p-15-0001", "2014-02-25T01:00:00Z")


@pytest.mark.usefixtures("told")
async def test_an_item_is_named_by_the_event_that_raised_it(http: httpx.AsyncClient) -> None:
    answer = await get(http, "15", "ledger.closed", as_of="2014-03-02")

    (row,) = answer["rows"]
    assert row["unit"] == "150202"
    assert row["thing"] == {"kind": "item", "id": "i-2", "title": "办事慢"}
    assert row["event"]["type"] == "campaign.rectification.RectificationClosed.v1"
    assert row["since"] == "2014-02-15"


@pytest.mark.usefixtures("told")
async def test_a_reopened_item_is_open_since_it_was_reopened(http: httpx.AsyncClient) -> None:
    answer = await get(http, "150201", "ledger.open", as_of="2014-02-15")

    (row,) = answer["rows"]
    assert (row["thing"]["id"], row["since"]) == ("i-3", "2014-02-05")
    assert row["event"]["type"] == "campaign.rectification.ItemReopened.v1"


@pytest.mark.usefixtures("told")
async def test_what_is_overdue_has_its_registration_and_window_behind_it(
    http: httpx.AsyncClient,
) -> None:
    answer = await get(http, "15", "mobilization.overdue", as_of="2014-03-02")

    (row,) = answer["rows"]
    assert (row["unit"], row["since"]) == ("150202", "2014-02-21")
    assert row["event"]["type"] == "campaign.units.UnitRegistered.v1"
    assert row["window"]["closes_on"] == "2014-02-20"


@pytest.mark.usefixtures("told")
async def test_a_unit_that_moved_counts_below_its_new_league_since_then(
    http: httpx.AsyncClient,
) -> None:
    new = await get(http, "1501", "trained", as_of="2014-03-04")
    old = await get(http, "1502", "below_total.trained", as_of="2014-03-04")
    today = await get(http, "1501", "trained", as_of="2014-02-10", tree="now")

    assert [(row["unit"], row["since"]) for row in new["rows"]] == [("150201", "2014-03-01")]
    assert old["rows"] == []
    assert [(row["unit"], row["since"]) for row in today["rows"]] == [("150201", "2014-02-05")]


@pytest.mark.usefixtures("told")
async def test_trainings_of_one_day_are_told_apart(http: httpx.AsyncClient) -> None:
    answer = await get(http, "1502", "own.trainings.0.participants", as_of="2014-02-22")
    sessions = await get(http, "1502", "training_sessions", as_of="2014-02-22")

    assert [row["n"] for row in answer["rows"]] == [40]
    events = [row["event"]["id"] for row in sessions["rows"]]
    assert len(events) == len(set(events)) == 3


@pytest.mark.usefixtures("told")
async def test_a_class_may_be_asked_for_by_itself(http: httpx.AsyncClient) -> None:
    by_class = await get(http, "15", "mobilization.mobilized", **{"class": "banner"})
    by_path = await get(http, "15", "/below/banner/figures/mobilization/mobilized")

    assert by_class["value"] == by_path["value"] == 3
    assert by_class["rows"] == by_path["rows"]


@pytest.mark.usefixtures("told")
async def test_every_figure_of_a_bulletin_can_be_explained(http: httpx.AsyncClient) -> None:
    bulletin = await http.get(f"{UNITS}/15/bulletin", params={"as_of": "2014-03-04"})
    figures = [each for section in bulletin.json()["sections"] for each in section["figures"]]

    assert len(figures) > 30
    for figure in figures:
        pointer = figure["source"]["pointer"]
        answer = await get(http, "15", pointer, as_of="2014-03-04", limit="500")
        assert answer["value"] == figure["value"], pointer
        assert sum(row["n"] for row in answer["rows"]) == figure["value"], pointer


@pytest.mark.usefixtures("told")
async def test_every_figure_of_a_day_of_the_timeline_can_be_explained(
    http: httpx.AsyncClient,
) -> None:
    query = {"from": "2014-03-04", "to": "2014-03-04"}
    timeline = await http.get(f"{UNITS}/15/timeline", params=query)
    (shown_day,) = timeline.json()["days"]
    shown_day |= {f"mobilization.{k}": v for k, v in shown_day.pop("mobilization").items()}
    shown_day.pop("day")

    for name, value in shown_day.items():
        answer = await get(http, "15", f"timeline.{name}", as_of="2014-03-04")
        assert answer["value"] == value, name
        if answer["ratio"] is None:
            assert sum(row["n"] for row in answer["rows"]) == value, name


@pytest.mark.usefixtures("told")
async def test_a_rate_names_the_figures_it_is_worked_out_of(http: httpx.AsyncClient) -> None:
    answer = await get(http, "15", "total.ledger.closing_rate_permille", as_of="2014-03-02")

    assert (answer["value"], answer["rows"]) == (333, [])
    assert answer["ratio"] == {
        "part": {"figure": "total.ledger.closed", "value": 1},
        "whole": {"figure": "total.ledger.raised", "value": 3},
    }


@pytest.mark.usefixtures("told")
async def test_documents_are_named_one_by_one(http: httpx.AsyncClient) -> None:
    answer = await get(http, "15", "campaign_wide.documents_by_kind.guiding_opinion")

    assert [row["thing"]["id"] for row in answer["rows"]] == ["opinion-1", "opinion-2"]
    assert {row["event"]["type"] for row in answer["rows"]} == {
        "campaign.schedule.DocumentIssued.v1"
    }


@pytest.mark.parametrize(
    ("figure", "near"),
    [
        ("mobilization.on_tiem", "mobilization.on_time"),
        ("ledger.by_source.findings.raised", "ledger.by_source.finding.raised"),
        ("own.mobilization.atendees", "own.mobilization.attendees"),
        ("nothing at all", "expected"),
        ("", None),
        ("mobilization", None),
        ("supervision.teams.more", None),
        ("below.heaven.figures.expected", None),
        ("own.figures.expected", None),
        ("*", None),
    ],
)
@pytest.mark.usefixtures("told")
async def test_an_unknown_figure_is_told_what_is_near(
    http: httpx.AsyncClient, figure: str, near: str | None
) -> None:
    answer = await http.get(f"{UNITS}/1502/explain", params={"figure": figure or "."})

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown-figure")
    assert near is None or near in answer.json()["context"]["figures"]


async def test_a_figure_may_be_explained_as_it_was_known(
    http: httpx.AsyncClient, told: list[Envelope]
) -> None:
    """The town's meeting of 3 March was the last that was told of."""
    before = text(told[-2].recordedat)
    now = await get(http, "15", "mobilization.mobilized")
    then = await get(http, "15", "mobilization.mobilized", known_at=before, limit="1")
    query = {"figure": "mobilization.mobilized", "cursor": then["next_cursor"]}
    other = await http.get(f"{UNITS}/15/explain", params=query | {"as_of": "2014-04-30"})

    assert (now["value"], then["value"]) == (then["value"] + 1, 5)
    assert (then["known_at"], then["late"]) == (before, len(told) - 1)
    assert "known_at" not in now
    assert (other.status_code, other.json()["code"]) == (400, "malformed-cursor")


@pytest.mark.usefixtures("told")
async def test_a_cursor_of_another_question_is_refused(http: httpx.AsyncClient) -> None:
    first = await get(http, "15", "expected", limit="1")
    query = {"figure": "trained", "cursor": first["next_cursor"]}

    answer = await http.get(f"{UNITS}/15/explain", params=query)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-cursor")


@pytest.mark.usefixtures("told")
async def test_who_may_not_see_a_unit_gets_no_figure_of_it_explained(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.get(
        f"{UNITS}/1501/explain", params={"figure": "expected"}, headers=bearer("leader", "1502")
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "outside-subtree")


async def get(http: httpx.AsyncClient, unit: str, figure: str, **query: str) -> Any:
    query = {"as_of": "2014-04-30"} | query
    answer = await http.get(f"{UNITS}/{unit}/explain", params={"figure": figure, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()
