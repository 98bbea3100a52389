"""What a view shows of a unit: a figure's value there, and rows of what it is the sum of."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Final

import msgspec

from services.status.answers import UnitStatus
from services.status.explaining.answer import AddedThing, Event, Part, Ratio, Row
from services.status.explaining.entries import Found
from services.status.explaining.figure import Figure, figure_of, number
from services.status.explaining.grounds import Evidence
from services.status.explaining.measuring import Measure, stood_since
from services.status.explaining.said import Said, documents_of, said_by
from services.status.figures import WindowDays, windows_by_class
from services.status.portraits import head_of
from services.status.queries import Asked, Known

_DAY: Final = timedelta(days=1)
Evidences = Mapping[str, Evidence]
"""Events by their ids."""


class Shown:
    """A unit's status, and the figure of it that is asked about."""

    def __init__(
        self, asked: Asked, known: Known, status: UnitStatus, figure: str, class_: str | None
    ) -> None:
        self.known = known
        self._asked = asked
        self._head = status.unit
        self._plain = msgspec.to_builtins(status)
        self.figure = figure_of(figure, class_, self._plain)

    @property
    def value(self) -> int | None:
        """As the view shows it; a rate of nothing is none."""
        return self._value(self.figure)

    @property
    def ratio(self) -> Ratio | None:
        found = self.figure.ratio
        if found is None:
            return None
        part, whole = (Part(each.name, self._value(each) or 0) for each in found)
        return Ratio(part, whole)

    @property
    def is_said(self) -> bool:
        """Whether single events say it, rather than that it adds up."""
        return self.figure.ratio is None and self.figure.scope in {"said", "documents"}

    @property
    def is_sum(self) -> bool:
        return self.figure.ratio is None and not self.is_said

    @property
    def below(self) -> int:
        """How much of the figure lies below the unit."""
        figure = self.figure
        if figure.scope == "own":
            return 0
        return number(self._plain, _way_below(figure))

    @cached_property
    def measure(self) -> Measure:
        category = self.figure.missing_plans
        lacking = [
            name
            for name, of_class in self._plain["below"].items()
            if category in of_class["figures"]["plans"]
        ]
        return Measure(self.figure, self._asked.day, self.known.windows, frozenset(lacking))

    @cached_property
    def said(self) -> list[Said]:
        """What is no sum: numbers one event says of the unit, and documents."""
        figure, day = self.figure, self._asked.day
        if figure.scope == "documents":
            return documents_of(self.known.campaign, figure.path[0], day)
        return said_by(self.known.unit, figure.path, self._plain, day)

    def row_said(self, said: Said, events: Evidences) -> Row:
        event = events.get(said.piece.event)
        head = None if said.document else self._head
        thing = None
        if said.document is not None:
            thing = AddedThing("document", said.document, event.title if event else None)
        return Row(
            unit=said.unit or self._asked.unit,
            name=head.name if head else None,
            class_=head.class_ if head else None,
            path=head.path if head else None,
            thing=thing,
            n=said.n,
            since=said.piece.on,
            event=_told(event) if event else None,
            window=None,
        )

    def row(self, found: Found, events: Evidences) -> Row:
        place, amount = found.place, found.amount
        head = head_of(place.code, place.fact, self._asked.day, self._asked.tree)
        window = self._window(found)
        since = max(amount.since, self._stood(found))
        if window is not None and self.figure.path == ("mobilization", "overdue"):
            since = max(since, window.closes_on + _DAY)
        thing = None
        if found.thing is not None:
            named = events.get(found.first_event)
            thing = AddedThing(found.kind, found.id, named.title if named else None)
        event = events.get(found.event)
        return Row(
            unit=place.code,
            name=head.name,
            class_=head.class_,
            path=head.path,
            thing=thing,
            n=amount.n,
            since=since,
            event=_told(event) if event else None,
            window=window,
        )

    def _stood(self, found: Found) -> date:
        place, asked = found.place, self._asked
        if len(place.codes) == 1:
            return place.fact.registered_on or asked.day
        return stood_since(place.fact, asked.unit, asked.day, asked.tree)

    def _window(self, found: Found) -> WindowDays | None:
        if self.figure.path[0] != "mobilization":
            return None
        window = windows_by_class(self.known.windows).get(found.place.fact.class_)
        return WindowDays(window.opens_on, window.closes_on) if window else None

    def _value(self, figure: Figure) -> int | None:
        found = figure.ratio
        if found is not None and not self._value(found[1]):
            return None
        return number(self._plain, _way_to(figure))


def _way_to(figure: Figure) -> tuple[str, ...]:
    """The way to the figure in the whole answer."""
    match figure.scope:
        case "own":
            return ("own", "figures", *figure.path)
        case "said":
            return figure.path
        case "documents":
            return ("campaign_wide", "documents_by_kind", *figure.path)
        case "below":
            return _way_below(figure)
        case "total":
            return ("total", *figure.path)


def _way_below(figure: Figure) -> tuple[str, ...]:
    if figure.class_ is None:
        return ("below_total", *figure.path)
    return ("below", figure.class_, "figures", *figure.path)


def _told(found: Evidence) -> Event:
    envelope = found.envelope
    return Event(
        id=envelope.id,
        type=envelope.type,
        service=envelope.service,
        league=envelope.league,
        version=envelope.version,
        title=found.title,
        actor=envelope.actor,
        happened_at=envelope.time,
        recorded_at=envelope.recordedat,
        import_id=envelope.importid or None,
    )
