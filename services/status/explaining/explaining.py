"""Explaining a figure: its value as the view shows it, and a page of the amounts behind it."""

from dataclasses import dataclass
from typing import Final

from services.status.explaining.answer import Explanation, Row
from services.status.explaining.grounds import Grounds, StoredGrounds
from services.status.explaining.shown import Shown
from services.status.explaining.walking import Key, Walk
from services.status.queries import Asked, Views
from shared.platform.cursors import cursor_of, values_after
from shared.platform.postgres import Pool

_CURSOR: Final = (
    ("text", False), ("int", False), ("text", False), ("text", False), ("int", False),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """Which figure of whom, and which page of what it is the sum of."""

    asked: Asked
    figure: str
    class_: str | None = None
    cursor: str | None = None
    limit: int = 100

    @property
    def order(self) -> str:
        """What a cursor goes on with: no other question may take it."""
        asked = self.asked
        return f"{asked.unit} {asked.day} {asked.tree} {self.figure} {self.class_}"


class Explanations:
    """Explains from one snapshot of the views, which go on meanwhile."""

    def __init__(self, pool: Pool, projection: str) -> None:
        self._pool = pool
        self._projection = projection

    async def explain(self, question: Question) -> Explanation:
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            return await Explainer(StoredGrounds(connection, self._projection)).explain(question)


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
        rows, following = await self._rows_of(question, shown)
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
            freshness=status.freshness,
        )

    async def _rows_of(self, question: Question, shown: Shown) -> tuple[list[Row], Key | None]:
        figure, asked = shown.figure, question.asked
        if figure.ratio is not None:
            return [], None
        if figure.scope in {"said", "documents"}:
            events = await self._grounds.events({said.piece.event for said in shown.said})
            return [shown.row_said(said, events) for said in shown.said], None
        walk = Walk(self._grounds, asked, shown.measure)
        found, following = await walk.page(
            shown.known.unit, shown.below, _read(question), question.limit
        )
        wanted = {event for each in found for event in (each.event, each.first_event)}
        events = await self._grounds.events(wanted)
        rows = [shown.row(each, events) for each in found]
        return rows, following


def _written(key: Key, order: str) -> str:
    codes, *rest = key
    return cursor_of([".".join(codes), *rest], order)


def _read(question: Question) -> Key | None:
    values = values_after(question.cursor, _CURSOR, question.order)
    if not values:
        return None
    codes, stage, kind, id_, number = values
    return tuple(codes.split(".")), stage, kind, id_, number
