"""However wide a hierarchy is, a page of an explanation takes a few queries, none a unit."""

from collections.abc import Collection, Mapping
from datetime import date

import pytest

from services.status.explaining.answer import Explanation
from services.status.explaining.explaining import Explainer, Question
from services.status.explaining.grounds import Child, StoredGrounds
from services.status.projections import StatusProjection
from services.status.queries import Asked
from shared.platform.consuming import Applier
from shared.platform.postgres import Connection, Pool
from tests.integration.status.tables import Feed, records
from tests.integration.status.worlds import Campaign, at
from tests.unit.status.told import CAMPAIGN

ASKED = Asked(CAMPAIGN, "15", date(2014, 4, 1), "then")
VILLAGES = 240
MOST_QUERIES = 25
PAGES = 3


@pytest.fixture
def world() -> Campaign:
    """A league of 3 banners with 4 townships of 20 villages each; the last of all is mobilized,
    the last of each township has an item.
    """
    found = Campaign()
    found.exists("15", None, "region")
    found.exists("1501", "15", "city")
    for banner in (f"15010{n}" for n in range(1, 4)):
        found.exists(banner, "1501", "banner")
        for township in (f"{banner}{n:03}" for n in range(1, 5)):
            found.exists(township, banner, "town")
            for village in (f"{township}{n:03}" for n in range(1, 21)):
                found.exists(village, township, "village")
            found.raises(f"i-{township}", f"{township}020", date(2014, 2, 3))
    found.open()
    found.mobilizes("150103004020", at(3, 10))
    return found


@pytest.fixture
async def told(pool: Pool, world: Campaign) -> None:
    envelopes = world.told.envelopes
    await Applier(pool, StatusProjection(), Feed(envelopes)).apply(records(envelopes))


async def counted(
    pool: Pool, figure: str, cursor: str | None = None, limit: int = 100
) -> tuple[Explanation, int]:
    """A page, and how many queries it took."""
    asked: list[str] = []
    async with pool.acquire() as connection:
        with connection.query_logger(lambda record: asked.append(record.query)):
            explainer = Explainer(StoredGrounds(connection, "status"))
            answer = await explainer.explain(Question(ASKED, figure, None, cursor, limit))
    return answer, len(asked)


@pytest.mark.parametrize(
    ("figure", "value"),
    [
        ("below.village.figures.expected", VILLAGES),
        ("mobilization.overdue", 255),
        ("mobilization.on_time", 1),
        ("ledger.overdue", 12),
    ],
)
@pytest.mark.usefixtures("told")
async def test_a_page_takes_a_few_queries(pool: Pool, figure: str, value: int) -> None:
    answer, queries = await counted(pool, figure)

    assert answer.value == value
    assert len(answer.rows) == min(100, value)
    assert queries <= MOST_QUERIES


@pytest.mark.usefixtures("told")
async def test_later_pages_take_no_more_than_the_first(pool: Pool) -> None:
    seen: set[str] = set()
    cursor: str | None = None
    for number in range(1, PAGES + 1):
        answer, queries = await counted(pool, "below.village.figures.expected", cursor)
        seen |= {row.unit for row in answer.rows}
        cursor = answer.next_cursor

        assert queries <= MOST_QUERIES
        assert (cursor is None) == (number == PAGES)
    assert len(seen) == VILLAGES


@pytest.mark.usefixtures("told")
async def test_small_pages_do_not_open_all_that_is_below(pool: Pool) -> None:
    opened: list[int] = []
    async with pool.acquire() as connection:
        grounds = _Counting(connection, opened)
        explainer = Explainer(grounds)
        await explainer.explain(Question(ASKED, "below.village.figures.expected", None, None, 5))

    assert 0 < sum(opened) < VILLAGES / 4


class _Counting(StoredGrounds):
    """Keeps how many units came of each question."""

    def __init__(self, connection: Connection, opened: list[int]) -> None:
        super().__init__(connection, "status")
        self._opened = opened

    async def that_may_add(
        self,
        campaign: str,
        parents: Mapping[str, Collection[str] | None],
        kinds: Collection[str],
    ) -> Mapping[str, Child]:
        found = await super().that_may_add(campaign, parents, kinds)
        self._opened.append(len(found))
        return found
