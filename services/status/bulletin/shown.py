"""Answers of the views as the bulletin sees them: figures picked out, each with its source."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.status.bulletin.document import Figure, Source


@dataclass(frozen=True, slots=True)
class Shown:
    """A view's answer in plain types, and the query that gives it."""

    query: str
    answer: Mapping[str, Any]

    def number(self, pointer: str) -> int:
        """The number there; nothing there counts as zero, as views leave away what is empty."""
        found: Any = self.answer
        for name in pointer.strip("/").split("/"):
            found = found.get(name) if isinstance(found, Mapping) else None
        return found if isinstance(found, int) else 0

    def names(self, pointer: str) -> list[str]:
        """What there is below a place."""
        found: Any = self.answer
        for name in pointer.strip("/").split("/"):
            found = found.get(name) if isinstance(found, Mapping) else None
        return list(found) if isinstance(found, Mapping) else []

    def figure(
        self, key: str, words: tuple[str, str], pointer: str, of: str | None = None
    ) -> Figure:
        zh, en = words
        return Figure(
            key,
            zh,
            en,
            self.number(pointer),
            Source(self.query, pointer),
            None if of is None else self.number(of),
            None if of is None else Source(self.query, of),
        )
