"""Answers about upper units are kept, and never once the views say anything else."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any

import httpx
import msgspec
import pytest

from services.status.kept import KeptAnswers
from services.status.projections import StatusProjection
from services.status.rebuilding.rebuild import Rebuild
from services.status.rebuilding.sources import FromHistory
from shared.kernel.envelope import Envelope
from shared.kernel.positions import format_positions
from shared.platform.consuming import Applier, Record
from shared.platform.postgres import Connection, Pool
from shared.platform.retrying import ParkedEvents
from tests.integration.status.tables import Feed, empty, records
from tests.integration.status.worlds import Campaign, at, small
from tests.support.access import bearer
from tests.unit.status.told import CAMPAIGN

UNITS = f"/campaigns/{CAMPAIGN}/units"
KEPT = (
    f"{UNITS}/15/status",
    f"{UNITS}/1502/status?tree=now",
    f"{UNITS}/15/children",
    f"{UNITS}/15/children?sort=name&order=desc",
    f"{UNITS}/1502/children",
    f"/campaigns/{CAMPAIGN}/leagues",
    f"{UNITS}/15/timeline",
    f"{UNITS}/1502/timeline?class=banner",
)
_LOSE = "delete from rollup_daily where ancestor in ('15', '1502', '150201')"
"""No event says so: answers made anew are others, those kept are not."""


class Allergic(StatusProjection):
    """Cannot take some events until it is cured."""

    def __init__(self, events: set[str]) -> None:
        self.events = events

    async def apply(self, connection: Connection, envelopes: Sequence[Envelope]) -> None:
        if any(envelope.id in self.events for envelope in envelopes):
            raise ValueError("not in this version")
        await super().apply(connection, envelopes)


class Paused(StatusProjection):
    """Waits in its transaction until it is let go."""

    def __init__(self) -> None:
        self.reached, self.released = asyncio.Event(), asyncio.Event()

    async def apply(self, connection: Connection, envelopes: Sequence[Envelope]) -> None:
        self.reached.set()
        await self.released.wait()
        await super().apply(connection, envelopes)


@pytest.fixture
def world() -> Campaign:
    return small()


@pytest.fixture
async def filled(pool: Pool, world: Campaign) -> Pool:
    await follows(pool, world)
    return pool


async def follows(pool: Pool, world: Campaign) -> None:
    told = world.told.envelopes
    await Applier(pool, StatusProjection(), Feed(told)).apply(records(told))


async def get(http: httpx.AsyncClient, path: str, **headers: str) -> Any:
    answer = await http.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def said(http: httpx.AsyncClient, path: str = KEPT[0]) -> Any:
    """An answer but for its freshness."""
    answer = await get(http, path)
    answer.pop("freshness")
    return answer


async def mobilized(http: httpx.AsyncClient, unit: str = "15") -> int:
    answer = await get(http, f"{UNITS}/{unit}/status")
    total: int = answer["below_total"]["mobilization"]["mobilized"]
    return total


@pytest.mark.parametrize("path", KEPT)
async def test_an_answer_is_kept_while_nothing_changes(
    filled: Pool, http: httpx.AsyncClient, path: str
) -> None:
    before = await said(http, path)
    await filled.execute(_LOSE)

    assert await said(http, path) == before


@pytest.mark.parametrize("path", KEPT)
async def test_an_event_applied_shows_at_once(
    filled: Pool, http: httpx.AsyncClient, world: Campaign, path: str
) -> None:
    before = await said(http, path)
    world.mobilizes("150202", at(2, 26))
    world.raises("i-7", "1502", date(2014, 2, 27))
    await follows(filled, world)

    shown = await said(http, path)

    assert shown != before
    assert shown == await said(http, path + ("&" if "?" in path else "?") + "asked=anew")


async def test_a_write_shows_to_whom_holds_its_token(
    filled: Pool, http: httpx.AsyncClient, world: Campaign
) -> None:
    before = await mobilized(http)
    world.mobilizes("150202", at(2, 26))
    envelope = world.told.envelopes[-1]
    token = format_positions({(envelope.service, envelope.league): envelope.version})
    asked = asyncio.create_task(get(http, KEPT[0], **{"Consistency-Token": token}))
    await asyncio.sleep(0.1)
    await follows(filled, world)

    answer = await asked

    assert answer["below_total"]["mobilization"]["mobilized"] == before + 1


async def test_what_was_begun_first_and_ended_last_shows_at_once(
    filled: Pool, http: httpx.AsyncClient, world: Campaign
) -> None:
    """Of two workers: the instant of the later one stands already."""
    world.mobilizes("150202", at(2, 26))
    slow = world.told.envelopes[:]
    world.raises("i-7", "1501", date(2014, 2, 27))
    paused = Paused()
    applier = Applier(filled, paused, Feed(slow))
    slowly = asyncio.create_task(applier.apply(records(slow)))
    await paused.reached.wait()
    await Applier(filled, StatusProjection(), Feed([])).apply(records(world.told.envelopes[-1:]))
    before = await mobilized(http)
    paused.released.set()
    await slowly

    assert await mobilized(http) == before + 1


async def test_another_history_of_the_same_length_shows_at_once(
    filled: Pool, http: httpx.AsyncClient
) -> None:
    """Restored from another copy, say: the versions alone would be the same."""
    one, other = small(), small()
    one.mobilizes("150202", at(2, 26))
    other.mobilizes("150201101", at(2, 26))
    await empty(filled)
    await follows(filled, one)
    before = await mobilized(http, "1502"), await said(http)
    await empty(filled)
    await follows(filled, other)

    assert await said(http) != before[1]


async def test_parked_events_that_are_retried_show_at_once(
    filled: Pool, http: httpx.AsyncClient, world: Campaign
) -> None:
    """Their checkpoint was passed when they were parked. The later one stays parked here."""
    parked, _ = await _parked(filled, world, "150202", "150201101")
    before = await mobilized(http)

    outcome = await parked.retry_unit(await _number(filled, "150202"))

    assert outcome.applied == 1
    assert await mobilized(http) == before + 1


async def test_they_show_though_another_record_is_parked_in_their_place(
    filled: Pool, http: httpx.AsyncClient, world: Campaign
) -> None:
    """One that is no event moves no checkpoint, and as many are parked as before."""
    parked, applier = await _parked(filled, world, "150202")
    before = await mobilized(http)

    await parked.retry_unit(await _number(filled, "150202"))
    await applier.apply([Record("campaign.units.v1", 0, 7, b"no event")])

    assert await filled.fetchval("select count(*) from parked") == 1
    assert await mobilized(http) == before + 1


async def test_views_put_in_place_by_a_rebuild_show_at_once(
    filled: Pool, http: httpx.AsyncClient
) -> None:
    right = await said(http)
    await filled.execute(_LOSE)
    wrong = await said(http, KEPT[0] + "?tree=then")
    await Rebuild(filled, "status").run(FromHistory(filled))

    assert wrong != right
    assert await said(http, KEPT[0] + "?tree=then") == right


async def test_a_league_made_anew_in_its_place_shows_at_once(
    filled: Pool, http: httpx.AsyncClient
) -> None:
    right = await said(http, f"{UNITS}/1502/status")
    await filled.execute("delete from rollup_daily where ancestor = '1502'")
    wrong = await said(http, f"{UNITS}/1502/status?tree=then")
    await Rebuild(filled, "status").league("1502", FromHistory(filled))

    assert wrong != right
    assert await said(http, f"{UNITS}/1502/status?tree=then") == right


async def test_units_further_down_are_answered_anew(filled: Pool, http: httpx.AsyncClient) -> None:
    path = f"{UNITS}/150201/status"
    before = await said(http, path)
    await filled.execute(_LOSE)

    assert await said(http, path) != before


async def test_freshness_is_told_anew(filled: Pool, http: httpx.AsyncClient) -> None:
    before = (await get(http, KEPT[0]))["freshness"]
    await filled.execute(
        "insert into projection_lag (projection, events, seconds) values ('status', 12, 3.5)"
    )
    await asyncio.sleep(0.6)

    after = (await get(http, KEPT[0]))["freshness"]

    assert (before["events_behind"], after["events_behind"]) == (None, 12)
    assert after["applied_at"] == before["applied_at"]


@pytest.mark.parametrize("path", KEPT)
async def test_what_is_kept_is_the_answer_to_the_byte(
    filled: Pool, http: httpx.AsyncClient, path: str
) -> None:
    first, second = await http.get(path), await http.get(path)

    assert first.content == second.content
    assert msgspec.json.encode(msgspec.json.decode(first.content)) == first.content


async def test_who_may_not_see_it_is_not_told_what_is_kept(
    filled: Pool, http: httpx.AsyncClient
) -> None:
    await get(http, KEPT[0])

    answer = await http.get(KEPT[0], headers=bearer("leader", "1502"))

    assert answer.status_code == 403


async def test_a_refusal_is_said_again_and_nothing_is_kept_of_it(
    filled: Pool, http: httpx.AsyncClient
) -> None:
    path = f"{UNITS}/15/timeline?from=2014-03-01&to=2014-02-01"

    answers = [await http.get(path) for _ in range(2)]

    assert [answer.json()["code"] for answer in answers] == ["span-not-possible"] * 2


class Maker:
    """Makes answers one after another, each when it is let go."""

    def __init__(self) -> None:
        self.made = 0
        self.begun, self.released = asyncio.Event(), asyncio.Event()

    async def __call__(self) -> bytes:
        self.made += 1
        number = self.made
        self.begun.set()
        await self.released.wait()
        return b"answer %d" % number


async def test_equal_questions_at_the_same_time_share_one_answer(filled: Pool) -> None:
    answers, maker = KeptAnswers(filled, "status"), Maker()
    asked = [asyncio.create_task(answers.answer("who", maker)) for _ in range(5)]
    await maker.begun.wait()
    await asyncio.sleep(0.05)
    maker.released.set()

    assert set(await asyncio.gather(*asked)) == {b"answer 1"}
    assert maker.made == 1


async def test_a_caller_who_goes_away_takes_the_answer_from_nobody(filled: Pool) -> None:
    answers, maker = KeptAnswers(filled, "status"), Maker()
    first = asyncio.create_task(answers.answer("who", maker))
    await maker.begun.wait()
    second = asyncio.create_task(answers.answer("who", maker))
    await asyncio.sleep(0.05)
    first.cancel()
    maker.released.set()

    assert await second == b"answer 1"
    assert first.cancelled()


async def test_an_answer_begun_before_a_change_is_not_given_after_it(
    filled: Pool, world: Campaign
) -> None:
    answers, maker = KeptAnswers(filled, "status"), Maker()
    before = asyncio.create_task(answers.answer("who", maker))
    await maker.begun.wait()
    world.mobilizes("150202", at(2, 26))
    await follows(filled, world)
    after = asyncio.create_task(answers.answer("who", maker))
    await asyncio.sleep(0.05)
    maker.released.set()

    assert (await before, await after) == (b"answer 1", b"answer 2")


async def test_what_went_wrong_is_not_kept(filled: Pool) -> None:
    answers, maker = KeptAnswers(filled, "status"), Maker()
    maker.released.set()

    async def fails() -> bytes:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await answers.answer("who", fails)

    assert await answers.answer("who", maker) == b"answer 1"


async def test_only_so_much_is_kept_what_was_asked_for_last(filled: Pool) -> None:
    answers, maker = KeptAnswers(filled, "status", most_bytes=2 * len(b"answer 1")), Maker()
    maker.released.set()
    for question in ("a", "b", "a", "c"):
        await answers.answer(question, maker)

    assert await answers.answer("a", maker) == b"answer 1"
    assert await answers.answer("c", maker) == b"answer 3"
    assert await answers.answer("b", maker) == b"answer 4"


async def test_an_answer_made_anew_takes_the_place_of_the_former(filled: Pool) -> None:
    answers, maker = KeptAnswers(filled, "status", most_bytes=2 * len(b"answer 1")), Maker()
    maker.released.set()
    for _ in range(5):
        await filled.execute("update checkpoints set applied_at = clock_timestamp()")
        await answers.answer("a", maker)

    assert await answers.answer("b", maker) == b"answer 6"
    assert await answers.answer("a", maker) == b"answer 5"


async def _parked(pool: Pool, world: Campaign, *units: str) -> tuple[ParkedEvents, Applier]:
    """The meeting of each unit, which no one could apply; now one can."""
    for unit in units:
        world.mobilizes(unit, at(2, 26))
    told = world.told.envelopes
    projection = Allergic({envelope.id for envelope in told[-len(units) :]})
    applier = Applier(pool, projection, Feed(told))
    await applier.apply(records(told))
    assert await pool.fetchval("select count(*) from parked") == len(units)
    projection.events = set()
    return ParkedEvents(pool, projection, applier), applier


async def _number(pool: Pool, unit: str) -> int:
    number: int = await pool.fetchval("select id from parked where unit = $1", f"{CAMPAIGN}/{unit}")
    return number
