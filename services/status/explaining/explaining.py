"""Explaining a figure: its value as the view shows it, and a page of the amounts behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.status.answers import Freshness
from services.status.explaining.answer import Explanation, Row
from services.status.explaining.entries import Found, Key
from services.status.explaining.gathering import Page, Wanted
from services.status.explaining.grounds import Evidence, Grounds, StoredGrounds
from services.status.explaining.kept_rows import KeptRows
from services.status.explaining.shown import Shown
from services.status.explaining.walking import Walk
from services.status.knowing.recalls import Recall, Recalls
from services.status.queries import Asked, Views
from shared.platform.cursors import cursor_of, values_after
from shared.platform.postgres import Pool

# Whatever the arrays hold, these are the same index lookups: planned anew for each they took longer.
_PLAN_ONCE: Final = "set local plan_cache_mode = force_generic_plan"
_CURSOR: Final = (
    ("text", False), ("int", False), ("text", False), ("text", False), ("int", False),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """Which figure of whom, as known now or at an instant, and which page of what it is the sum
    of.
    """

    asked: Asked
    figure: str
    class_: str | None = None
    cursor: str | None = None
    limit: int = 100
    known_at: datetime | None = None

    @property
    def order(self) -> str:
        """What a cursor goes on with: no other question may take it."""
        asked = self.asked
        whole = f"{asked.unit} {asked.day} {asked.tree} {self.figure} {self.class_}"
        return whole if self.known_at is None else f"{whole} {self.known_at.isoformat()}"

    @property
    def page(self) -> Wanted:
        return Wanted(_read(self), self.limit)


class Explanations:
    """Explains from one snapshot of the views, which go on meanwhile, or from the histories."""

    def __init__(self, pool: Pool, projection: str, recalls: Recalls) -> None:
        self._pool = pool
        self._projection = projection
        self._recalls = recalls
        self._kept_rows = KeptRows(recalls)

    async def explain(self, question: Question) -> Explanation:
        if question.known_at is not None:
            return await self._recalled(question, question.known_at)
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            await connection.execute(_PLAN_ONCE)
            return await Explainer(StoredGrounds(connection, self._projection)).explain(question)

    async def _recalled(self, question: Question, known_at: datetime) -> Explanation:
        """Of what is told in the histories up to the instant, folded once more for some pages."""
        asked = question.asked
        recall = await self._recalls.at(asked.campaign, asked.unit, known_at)
        views = Views(recall.rows)
        known = await views.known(asked)
        status = await views.status(asked, known)
        shown = Shown(asked, known, status, question.figure, question.class_)
        found, following = await self._gathered(question, shown, recall)
        events = await StoredGrounds(self._pool, self._projection).events(_events_of(found, shown))
        answer = _answer(question, shown, status.freshness, _rows(found, shown, events), following)
        answer.known_at = known_at
        answer.position = recall.token
        answer.late = await self._recalls.late(recall, asked)
        return answer

    async def _gathered(self, question: Question, shown: Shown, recall: Recall) -> Page:
        if not shown.is_sum:
            return [], None
        return await self._kept_rows.page(question.asked, shown.measure, recall, question.page)


class Explainer:
    """Explains from grounds, wherever these are kept."""

    def __init__(self, grounds: Grounds) -> None:
        self._views = Views(grounds)
        self._grounds = grounds

    async def explain(self, question: Question) -> Explanation:
        asked = question.asked
        known = await self._views.known(asked)
        status = await self._views.status(asked, known)
        shown = Shown(asked, known, status, question.figure, question.class_)
        found, following = await self._walked(question, shown)
        events = await self._grounds.events(_events_of(found, shown))
        return _answer(question, shown, status.freshness, _rows(found, shown, events), following)

    async def _walked(self, question: Question, shown: Shown) -> Page:
        if not shown.is_sum:
            return [], None
        walk = Walk(self._grounds, question.asked, shown.measure)
        return await walk.page(shown.known.unit, shown.below, *question.page)


def _answer(
    question: Question,
    shown: Shown,
    freshness: Freshness,
    rows: list[Row],
    following: Key | None,
) -> Explanation:
    asked = question.asked
    return Explanation(
        campaign=asked.campaign,
        unit=asked.unit,
        as_of=asked.day,
        tree=asked.tree,
        figure=question.figure,
        class_=question.class_,
        value=shown.value,
        ratio=shown.ratio,
        rows=rows,
        next_cursor=None if following is None else _written(following, question.order),
        freshness=freshness,
    )


def _events_of(found: Sequence[Found], shown: Shown) -> set[str]:
    """The events behind the rows, and those that name the things on them."""
    said = {said.piece.event for said in shown.said} if shown.is_said else set()
    return said | {event for each in found for event in each.events}


def _rows(found: Sequence[Found], shown: Shown, events: Mapping[str, Evidence]) -> list[Row]:
    if shown.is_said:
        return [shown.row_said(said, events) for said in shown.said]
    return [shown.row(each, events) for each in found]


def _written(key: Key, order: str) -> str:
    codes, *rest = key
    return cursor_of([".".join(codes), *rest], order)


def _read(question: Question) -> Key | None:
    values = values_after(question.cursor, _CURSOR, question.order)
    if not values:
        return None
    codes, stage, kind, id_, number = values
    return tuple(codes.split(".")), stage, kind, id_, number
