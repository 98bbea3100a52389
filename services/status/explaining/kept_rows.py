"""Kept rows: of the figures asked about last, the amounts on which the next pages will go on."""

from bisect import bisect_right
from collections import OrderedDict
from operator import attrgetter
from typing import Final, NamedTuple, TypeAlias

from services.status.explaining.entries import Found, Key
from services.status.explaining.gathering import Gathering, Page, Wanted
from services.status.explaining.measuring import Measure
from services.status.knowing.recalls import Recall, Recalls
from services.status.queries import Asked

_AT_ONCE: Final = 2_000
"""So many amounts are gathered with the page that is asked for; they weigh a few megabytes."""
_MOST_FIGURES: Final = 2

_Question: TypeAlias = tuple[Asked, Measure, str]
"""The last is the position it is known at."""


class Stretch(NamedTuple):
    """Amounts that come one after the other, behind a key; whether there are more of them."""

    after: Key | None
    found: list[Found]
    more: bool

    def page(self, wanted: Wanted) -> Page | None:
        """The page, if all of it is among these."""
        start = self._start(wanted.after)
        if start is None:
            return None
        end = start + wanted.limit
        if end > len(self.found) and self.more:
            return None
        some, more = self.found[start:end], self.more or end < len(self.found)
        return some, some[-1].key if more else None

    def _start(self, after: Key | None) -> int | None:
        if after == self.after:
            return 0
        if after is None or (self.after is not None and after < self.after):
            return None
        return bisect_right(self.found, after, key=attrgetter("key"))


class KeptRows:
    """Pages of amounts as they were known; only what is not kept is folded anew."""

    def __init__(self, recalls: Recalls, at_once: int = _AT_ONCE) -> None:
        self._recalls = recalls
        self._at_once = at_once
        self._kept: OrderedDict[_Question, Stretch] = OrderedDict()

    async def page(self, asked: Asked, measure: Measure, recall: Recall, wanted: Wanted) -> Page:
        question = asked, measure, recall.token
        kept = self._kept.get(question)
        if kept is not None and (page := kept.page(wanted)) is not None:
            self._kept.move_to_end(question)
            return page
        many = wanted._replace(limit=max(wanted.limit, self._at_once))
        found, following = await self._gathered(asked, measure, recall, many)
        stretch = Stretch(wanted.after, found, following is not None)
        self._keep(question, stretch)
        return stretch.page(wanted) or (found, following)

    async def _gathered(
        self, asked: Asked, measure: Measure, recall: Recall, wanted: Wanted
    ) -> Page:
        async with self._recalls.histories(asked.campaign, asked.unit, recall.position) as told:
            return await Gathering(asked, measure, wanted).page(told)

    def _keep(self, question: _Question, stretch: Stretch) -> None:
        self._kept[question] = stretch
        self._kept.move_to_end(question)
        while len(self._kept) > _MOST_FIGURES:
            self._kept.popitem(last=False)
