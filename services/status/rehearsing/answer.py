"""The answer: what would move, what would be refused, and every total before and after."""

from datetime import date

import msgspec

from services.status.answers import Freshness
from services.status.figures import Counts


class Why(msgspec.Struct):
    """Why a step would be refused, as a problem document says it."""

    code: str
    detail_zh: str
    detail_en: str


class StepAnswer(msgspec.Struct):
    """A step; `events` is how many it would record, in the tree that those before it left."""

    command: str
    unit: str
    to: str
    on: date
    events: int
    refusal: Why | None


class MovedUnit(msgspec.Struct):
    """A unit that would change its place, or end."""

    unit: str
    name: str
    path_before: str
    path_after: str
    merged_into: str | None


class ChangedFigure(msgspec.Struct):
    """A figure by its path in the answer of `status`."""

    figure: str
    before: int
    after: int
    difference: int


class Totals(msgspec.Struct):
    """A unit with all below it, and which of its figures would change, those of classes too."""

    before: Counts
    after: Counts
    changed: list[ChangedFigure]


class AffectedUnit(msgspec.Struct):
    """A unit above an old or a new place, in the tree of the day and in today's."""

    unit: str
    name: str
    level: int
    then: Totals
    now: Totals


class Rehearsal(msgspec.Struct):
    """At most 500 units that move are listed, all are counted; `hidden` is how many affected units
    lie beyond the caller's rights.
    """

    campaign: str
    as_of: date
    steps: list[StepAnswer]
    moved_count: int
    moved: list[MovedUnit]
    affected: list[AffectedUnit]
    hidden: int
    freshness: Freshness
