"""Pages of a figure as it was known: the same rows whatever was kept, and folded once for many."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime

import pytest

from services.status.explaining.entries import Found
from services.status.explaining.explaining import Explanations, Question
from services.status.explaining.gathering import Wanted
from services.status.explaining.kept_rows import KeptRows
from services.status.explaining.shown import Shown
from services.status.knowing.reading import Parts
from services.status.knowing.recalls import Recalls
from services.status.projections import StatusProjection
from services.status.queries import Asked, Views
from shared.kernel.positions import Positions
from shared.platform.consuming import Applier
from shared.platform.postgres import Pool
from tests.integration.status.everything import everything
from tests.integration.status.tables import Feed, records
from tests.unit.status.told import CAMPAIGN

ASKED = Asked(CAMPAIGN, "15", date(2014, 3, 4), "then")
FIGURES = ("total.expected", "total.ledger.raised", "below.banner.figures.expected")


class Counted(Recalls):
    """Counts how often histories are read for others."""

    read = 0

    @asynccontextmanager
    async def histories(
        self, campaign: str, unit: str, position: Positions
    ) -> AsyncGenerator[Parts, None]:
        self.read += 1
        async with super().histories(campaign, unit, position) as told:
            yield told


@pytest.fixture
async def known_at(pool: Pool) -> datetime:
    told = everything().told.envelopes
    await Applier(pool, StatusProjection(), Feed(told)).apply(records(told))
    return told[-1].recordedat


@pytest.mark.parametrize("figure", FIGURES)
async def test_pages_of_any_size_give_the_rows_of_one_and_fold_once(
    pool: Pool, known_at: datetime, figure: str
) -> None:
    for limit in (1, 2, 500):
        recalls = Counted(pool, "status")
        explanations = Explanations(pool, "status", recalls)
        question = Question(ASKED, figure, None, None, limit, known_at)
        page = await explanations.explain(question)
        rows = list(page.rows)
        while page.next_cursor is not None:
            page = await explanations.explain(replace(question, cursor=page.next_cursor))
            rows += page.rows

        assert sum(row.n for row in rows) == page.value
        assert rows == sorted(rows, key=lambda row: (row.path or "").split("."))
        assert recalls.read == 1


@pytest.mark.parametrize("figure", FIGURES)
async def test_what_is_not_kept_is_folded_again(
    pool: Pool, known_at: datetime, figure: str
) -> None:
    recalls = Counted(pool, "status")
    recall = await recalls.at(CAMPAIGN, "15", known_at)
    views = Views(recall.rows)
    known = await views.known(ASKED)
    measure = Shown(ASKED, known, await views.status(ASKED, known), figure, None).measure

    async def all_of(kept: KeptRows, limit: int) -> list[Found]:
        found, after = await kept.page(ASKED, measure, recall, Wanted(None, limit))
        while after is not None:
            some, after = await kept.page(ASKED, measure, recall, Wanted(after, limit))
            found = found + some
        return found

    whole = await all_of(KeptRows(recalls), 500)
    recalls.read = 0

    assert [f.key for f in await all_of(KeptRows(recalls, at_once=4), 2)] == [f.key for f in whole]
    assert recalls.read == -(-len(whole) // 4)


async def test_two_figures_are_kept_and_the_third_takes_the_place_of_the_oldest(
    pool: Pool, known_at: datetime
) -> None:
    recalls = Counted(pool, "status")
    explanations = Explanations(pool, "status", recalls)
    read: list[int] = []
    for figure in (*FIGURES[:2], *FIGURES[:2], FIGURES[2], FIGURES[1], FIGURES[0]):
        await explanations.explain(Question(ASKED, figure, None, None, 2, known_at))
        read.append(recalls.read)

    assert read == [1, 2, 2, 2, 3, 3, 4]
