"""What a bulletin consists of; its bytes are those of its figures, nothing of when it was made."""

from datetime import date, datetime
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from services.status.lights import Colour


class Source(msgspec.Struct, frozen=True):
    """The query that shows a figure, relative to this service, and where in its answer it stands
    (JSON pointer).
    """

    query: str
    pointer: str


class Figure(msgspec.Struct, frozen=True):
    """One number, with what it is out of where that says more; a view gives both."""

    key: str
    zh: str
    en: str
    value: int
    source: Source
    of: int | None = None
    of_source: Source | None = None


class Section(msgspec.Struct, frozen=True):
    key: str
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    figures: list[Figure]


class Behind(msgspec.Struct, frozen=True):
    """A unit one level down that has to be urged, with what is overdue there."""

    unit: str
    name: str
    light: Colour
    mobilization_overdue: int
    items_overdue: int


class Line(msgspec.Struct, frozen=True):
    """A unit one level down in the annex, with all below it."""

    unit: str
    name: str
    expected: int
    mobilized: int
    on_time: int
    late: int
    pending: int
    overdue: int
    teams: int
    instructors: int
    items_raised: int
    items_closed: int
    items_open: int
    items_overdue: int


class Bulletin(msgspec.Struct, frozen=True):
    """`position` says up to which event of each history the figures are (a consistency token)."""

    campaign: str
    campaign_zh: str
    campaign_en: str
    unit: str
    name: str
    as_of: date
    position: str
    sections: list[Section]
    behind: list[Behind]
    annex: list[Line]
    known_at: datetime | UnsetType = UNSET
    late: int | UnsetType = UNSET
    """Of a draft as it would have been at an instant: how many of its entries were late then."""

    @property
    def title_zh(self) -> str:
        return f"{self.campaign_zh}情况通报"

    @property
    def title_en(self) -> str:
        return f"Bulletin: {self.campaign_en}"

    def figures(self) -> list[Figure]:
        return [figure for section in self.sections for figure in section.figures]


_encoder: Final = msgspec.json.Encoder(order="deterministic")


def bytes_of(bulletin: Bulletin) -> bytes:
    """The same figures at the same position always give the same bytes."""
    return _encoder.encode(bulletin)


read: Final = msgspec.json.Decoder(Bulletin).decode
