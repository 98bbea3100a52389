"""The base of every published event."""

from datetime import date, datetime
from typing import Annotated, ClassVar

import msgspec

from shared.kernel.time import local_midnight

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""A moment with its zone; a naive one says nothing and is refused when read."""


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something that happened; fields are plain JSON types, dates and instants, never floats.

    `happened` names the field that says when: a local date counts from its midnight.
    """

    happened: ClassVar[str]

    @property
    def occurred_at(self) -> datetime:
        moment: date | datetime = getattr(self, self.happened)
        return moment if isinstance(moment, datetime) else local_midnight(moment)
