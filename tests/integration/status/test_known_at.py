"""Views as they were known at an instant: what a naive recount of the events known then gives."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.status.contributions import Tree
from services.status.knowing.recalled import Recalled
from services.status.knowing.recalls import Recalls, TooManyRecalls, UnknownThen
from services.status.projections import StatusProjection
from services.status.queries import Asked
from shared.contracts.schedule import Window
from shared.kernel.envelope import Envelope
from shared.kernel.time import local_date
from shared.kernel.units import ATTACHED_KINDS
from shared.platform.consuming import Applier
from shared.platform.postgres import Pool
from tests.integration.status.tables import Feed, empty, records
from tests.integration.status.worlds import Campaign, at, small
from tests.support.access import bearer
from tests.unit.status.histories import DAYS, World, day, histories
from tests.unit.status.recount import Figures, recount
from tests.unit.status.thing_recount import METRICS, recount_things
from tests.unit.status.thing_steps import THING_STEPS
from tests.unit.status.told import CAMPAIGN

TREES: tuple[Tree, ...] = ("then", "now")
REGION = f"/campaigns/{CAMPAIGN}/units/15"
few = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


async def apply(pool: Pool, told: Sequence[Envelope]) -> None:
    await Applier(pool, StatusProjection(), Feed(told)).apply(records(told))


def closing(on: date) -> tuple[Window, ...]:
    """One window for all units."""
    return (Window((1, 2, 3, 4, 5), ("area", *sorted(ATTACHED_KINDS)), day(0), on),)


async def shown(rows: Recalled, unit: str, on: date, closes: date, tree: Tree) -> Figures:
    """What is summed below a unit."""
    found = Figures()
    for ancestor, class_, metric, n, in_time in await rows.sums(
        CAMPAIGN, [unit], tree, on, closing(closes)
    ):
        found[(ancestor, class_, metric)] += n
        if metric == "mobilized":
            found[(ancestor, class_, "in_time")] += in_time
    return Figures({key: n for key, n in found.items() if n})


def naive(told: Sequence[Envelope], unit: str, on: date, closes: date, tree: Tree) -> Figures:
    today = tree == "now"
    figures = recount(told, on, closes, today=today)
    figures.update(recount_things(told, on, today=today))
    return Figures(
        {key: n for key, n in figures.items() if key[0] == unit and key[1] != "own" and n}
    )


def recounted(figures: Figures) -> Figures:
    """Without the metrics of things that are not recounted."""
    units = ("expected", "prepared", "mobilized", "in_time", "trained", "working_rules")
    heads = ("plan", "group", "training_sessions", "training_participants", "mobilization_planned")
    return Figures(
        {
            key: n
            for key, n in figures.items()
            if key[2] in METRICS or key[2] in units or key[2].partition(":")[0] in heads
        }
    )


def text(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@few
@given(
    world=histories(more=THING_STEPS),
    share=st.floats(0, 1),
    offset=st.integers(0, DAYS),
    closes=st.integers(0, DAYS),
    tree=st.sampled_from(TREES),
)
async def test_any_view_known_at_any_instant_is_the_recount_of_the_events_known_then(
    pool: Pool, world: World, share: float, offset: int, closes: int, tree: Tree
) -> None:
    """Events are told in whatever order they happened: many come late, some in the future."""
    told = world.told.envelopes
    await empty(pool)
    await apply(pool, told)
    known = told[: max(1, round(share * len(told)))]
    recalls, on = Recalls(pool, "status"), day(offset)

    for unit in sorted({envelope.subject for envelope in known}):
        rows = (await recalls.at(CAMPAIGN, unit, known[-1].recordedat)).rows
        found = recounted(await shown(rows, unit, on, day(closes), tree))
        assert found == naive(known, unit, on, day(closes), tree)


@few
@given(world=histories(more=THING_STEPS), share=st.floats(0, 1), offset=st.integers(0, DAYS))
async def test_position_and_late_entries_are_those_of_the_events_known_then(
    pool: Pool, world: World, share: float, offset: int
) -> None:
    told = world.told.envelopes
    await empty(pool)
    await apply(pool, told)
    known = told[: max(1, round(share * len(told)))]
    recalls, asked_ = Recalls(pool, "status"), Asked(CAMPAIGN, "15", day(offset), "then")
    recall = await recalls.at(CAMPAIGN, "15", known[-1].recordedat)

    # All was recorded months after it happened.
    counted = [envelope for envelope in known if local_date(envelope.time) <= day(offset)]
    assert await recalls.late(recall, asked_) == len(counted)
    assert recall.position == {_history(envelope): envelope.version for envelope in known}


def _history(envelope: Envelope) -> tuple[str, str]:
    return envelope.service, envelope.league


@pytest.fixture
def world() -> Campaign:
    return small()


@pytest.fixture
async def later(pool: Pool, world: Campaign) -> str:
    """150202's meeting was told of late; the last instant at which it was not known."""
    before = text(world.told.envelopes[-1].recordedat)
    world.mobilizes("150202", at(2, 19))
    world.moves("150201", "1501", date(2014, 3, 1))
    await apply(pool, world.told.envelopes)
    return before


async def asked(http: httpx.AsyncClient, path: str, **params: Any) -> Any:
    answer = await http.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(http: httpx.AsyncClient, path: str, known_at: str) -> tuple[int, str]:
    answer = await http.get(path, params={"as_of": "2014-03-04", "known_at": known_at})
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]


async def test_every_view_can_be_seen_as_it_was_known(http: httpx.AsyncClient, later: str) -> None:
    when = {"as_of": "2014-03-04", "known_at": later}
    status = await asked(http, f"{REGION}/status", **when)
    children = await asked(http, f"{REGION}/children", **when)
    leagues = await asked(http, f"/campaigns/{CAMPAIGN}/leagues", **when)
    timeline = await asked(http, f"{REGION}/timeline", to="2014-03-04", known_at=later)

    assert status["below"]["banner"]["figures"]["mobilization"]["mobilized"] == 3
    assert {row["unit"]["unit"]: row["total"]["expected"] for row in children["children"]} == {
        "15-D01": 1, "1501": 3, "1502": 4,
    }  # fmt: skip
    assert [row["unit"]["unit"] for row in leagues["leagues"]] == ["1501", "1502"]
    assert timeline["days"][-1]["mobilization"]["mobilized"] == 5
    for answer in (status, children, leagues, timeline):
        assert (answer["known_at"], answer["late"]) == (later, status["late"])
        assert answer["position"].startswith("schedule@15:")


async def test_without_an_instant_views_show_what_is_known_now(
    http: httpx.AsyncClient, later: str
) -> None:
    status = await asked(http, f"{REGION}/status", as_of="2014-03-04")

    assert later
    assert status["below"]["banner"]["figures"]["mobilization"]["mobilized"] == 4
    assert not {"known_at", "position", "late"} & status.keys()


async def test_a_bulletin_can_be_drafted_as_it_would_have_been(
    http: httpx.AsyncClient, later: str
) -> None:
    draft = await asked(http, f"{REGION}/bulletin", as_of="2014-03-04", known_at=later)

    assert draft["known_at"] == later
    for section in draft["sections"]:
        for figure in section["figures"]:
            node = (await http.get(figure["source"]["query"])).json()
            for name in figure["source"]["pointer"].strip("/").split("/"):
                node = node.get(name, {})
            assert (node or 0) == figure["value"], figure


async def test_without_a_day_the_last_day_known_of_is_shown(
    http: httpx.AsyncClient, later: str
) -> None:
    status = await asked(http, f"{REGION}/status", known_at=later)

    assert status["as_of"] == "2014-06-01"


@pytest.mark.parametrize(
    "known_at",
    ["2014-06-01", "2014-06-01T00:00:00", "2014-06-01 00:00:00Z", "1401580800", "now", "", "9999-12-31T23:59:59Z"],
)  # fmt: skip
async def test_what_is_no_instant_is_refused(
    http: httpx.AsyncClient, later: str, known_at: str
) -> None:
    assert later
    assert await refused(http, f"{REGION}/status", known_at) == (422, "invalid-request")


async def test_instants_at_which_nothing_was_known_are_refused(
    http: httpx.AsyncClient, later: str
) -> None:
    ahead = text(datetime.now(UTC) + timedelta(days=1))

    assert later
    assert await refused(http, f"{REGION}/status", ahead) == (422, "known-at-in-future")
    assert await refused(http, f"{REGION}/status", "2013-01-01T00:00:00Z") == (
        404, "unit-unknown-then",
    )  # fmt: skip
    assert await refused(http, f"/campaigns/{CAMPAIGN}/units/999/status", "2014-07-01T00:00:00Z") == (
        404, "unknown-unit",
    )  # fmt: skip


async def test_rights_are_those_of_today(http: httpx.AsyncClient, later: str) -> None:
    """150201 stood in 1502 then, and stands in 1501 now."""
    path = f"/campaigns/{CAMPAIGN}/units/150201/status"
    params = {"as_of": "2014-03-04", "known_at": later}
    answers = [
        await http.get(path, params=params, headers=bearer("leader", league))
        for league in ("1501", "1502")
    ]

    assert [answer.status_code for answer in answers] == [200, 403]
    assert answers[0].json()["unit"]["path"] == "15.1502.150201"


async def test_what_was_known_is_folded_once_and_few_wait(pool: Pool, later: str) -> None:
    instant = datetime.fromisoformat(later)
    recalls = Recalls(pool, "status", kept=1)
    first = await recalls.at(CAMPAIGN, "15", instant)

    assert (await recalls.at(CAMPAIGN, "15", instant)).rows is first.rows
    await recalls.at(CAMPAIGN, "1502", instant)
    assert (await recalls.at(CAMPAIGN, "15", instant)).rows is not first.rows
    with pytest.raises(TooManyRecalls):
        await Recalls(pool, "status", waiting=0).at(CAMPAIGN, "15", instant)
    with pytest.raises(UnknownThen):
        await recalls.at(CAMPAIGN, "15", datetime(2013, 1, 1, tzinfo=UTC))
