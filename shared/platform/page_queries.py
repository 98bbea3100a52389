"""A page as queries: one question's conditions, and the rows of it that are shown."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import asyncpg

from shared.platform.filters import Condition
from shared.platform.inline_views import Table
from shared.platform.postgres import Pool
from shared.platform.subtrees import gathered, tested

# So many rows in the order asked for are looked at for a page of a large subtree, before all the
# rows of the subtree are gathered and ordered.
_LOOKED_AT: Final = 4_000


@dataclass
class Question:
    """Values and conditions of one question, as they are put together: where in the order its
    rows begin, what they are asked for, and under which paths their units are.
    """

    values: list[object]
    begins: list[str] = field(default_factory=lambda: ["t.campaign = $1"])
    conditions: list[str] = field(default_factory=list)
    under: tuple[str, str] | None = None

    @property
    def where(self) -> str:
        within = [] if self.under is None else [gathered(*self.under)]
        return " and ".join([*self.begins, *self.conditions, *within])

    def place(self, value: object) -> str:
        """Bind a value; the place it takes."""
        self.values.append(value)
        return f"${len(self.values)}"

    def add(self, *further: Condition) -> None:
        for sql, values in further:
            self.conditions.append(sql.format(*[self.place(value) for value in values]))

    def from_here(self, beginning: str) -> "Question":
        """The same question of the rows that begin so."""
        return replace(self, values=[*self.values], begins=[*self.begins, beginning])


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a page in an order that has no gap: `shown` is what is selected of them, as `t`."""

    question: Question
    table: Table
    ordered: Sequence[str]
    by: str
    limit: str
    shown: str
    most: int

    async def rows(self, pool: Pool, *, walks: bool) -> list[asyncpg.Record]:
        """The rows; `walks` where it is worth looking for them in their order first."""
        found: list[asyncpg.Record] = []
        if walks:
            found = await pool.fetch(self._walked(), *self.question.values)
        if len(found) < self.most:
            found = await pool.fetch(self._found(), *self.question.values)
        return found

    def _found(self) -> str:
        source = f"{self.table.name} t where {self.question.where}"
        if self.question.under is None:
            rows = f"select t.* from {source} order by {self.by} limit {self.limit}"  # noqa: S608 - names are ours
            return f"with t as materialized ({rows}) {self.shown}"
        # The rows of a subtree are found by their units and then ordered: in the order asked for
        # they may all stand at the end of a large table. `offset` keeps the planner from walking.
        return self._fetched(f"(select t.* from {source} offset 0) t")  # noqa: S608 - names are ours

    def _walked(self) -> str:
        begins, asked = " and ".join(self.question.begins), self.question.conditions
        some = (
            f"select t.* from {self.table.name} t where {begins}"  # noqa: S608 - names are ours
            f" order by {self.by} limit {_LOOKED_AT}"
        )
        within = [tested(*self.question.under)] if self.question.under else []
        return self._fetched(f"({some}) t where {' and '.join([*asked, *within])}")

    def _fetched(self, source: str) -> str:
        """The keys first, whole rows of these only: an index may tell all that is asked for."""
        key = self.table.key[1:]
        names = ", ".join(f"t.{name}" for name in dict.fromkeys([*key, *self.ordered]))
        same = " and ".join(f"t.{name} = k.{name}" for name in key)
        return (
            f"with k as materialized (select {names} from {source}"  # noqa: S608 - names are ours
            f" order by {self.by} limit {self.limit}), t as materialized (select t.* from k"
            f" join {self.table.name} t on t.campaign = $1 and {same}) {self.shown}"
        )
