"""The answer: a figure, and a page of what it is the sum of."""

from datetime import date, datetime

import msgspec

from services.status.answers import Freshness, Hindsight
from services.status.contributions import Tree
from services.status.figures import WindowDays


class Event(msgspec.Struct):
    """The event behind an amount: its place in its history, who recorded it and when, and the
    upload it came with.
    """

    id: str
    type: str
    service: str
    league: str
    version: int
    title: str | None
    actor: str
    happened_at: datetime
    recorded_at: datetime
    import_id: str | None


class AddedThing(msgspec.Struct):
    """A team, an item, a programme or the like, on the unit of its row."""

    kind: str
    id: str
    title: str | None


class Row(msgspec.Struct):
    """What a unit, or a thing on it, adds to the figure, and since which day. `window` is the one
    it is judged by, where the figure is about time.
    """

    unit: str
    name: str | None
    class_: str | None = msgspec.field(name="class")
    path: str | None
    thing: AddedThing | None
    n: int
    since: date
    event: Event | None
    window: WindowDays | None


class Part(msgspec.Struct):
    figure: str
    value: int


class Ratio(msgspec.Struct):
    """The figures a rate is worked out of; each can be explained by itself."""

    part: Part
    whole: Part


class Explanation(Hindsight):
    """`n` of all rows of all pages together is the value; a rate has no rows, but a ratio."""

    campaign: str
    unit: str
    as_of: date
    tree: Tree
    figure: str
    class_: str | None = msgspec.field(name="class")
    value: int | None
    ratio: Ratio | None
    rows: list[Row]
    next_cursor: str | None
    freshness: Freshness
