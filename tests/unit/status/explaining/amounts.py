"""What one thing or unit adds to a figure, and the events behind it, told in a line."""

from collections.abc import Sequence
from datetime import date

from services.status.explaining.behind import behind_thing, behind_unit
from services.status.explaining.figure import Figure
from services.status.explaining.measuring import Measure
from services.status.facts import UnitFact
from services.status.learning import learn, opened
from shared.contracts.schedule import Window
from shared.kernel.envelope import Envelope
from shared.kernel.events import Event
from tests.unit.status.things.said import BANNER
from tests.unit.status.things.telling import day, learnt, told

WINDOWS = (Window((3,), ("area",), day(10), day(20)),)

Added = list[tuple[int, date, int]]
"""n, since when, and by which number of the events told."""


def measure(path: str, on: int, *lacking: str, class_: str | None = None) -> Measure:
    figure = Figure(path, "total", tuple(path.split(".")), class_)
    return Measure(figure, day(on), WINDOWS, frozenset(lacking))


def of_thing(
    path: str, kind: str, on: int, *events: Event, unit: str = BANNER, class_: str | None = None
) -> Added:
    """What the thing that these events are about adds to a unit that is always there."""
    envelopes = told(events)
    fact = learnt(kind, envelopes)
    there = UnitFact(level=3, kind="banner", registered_on=day(0), registered_by="r")
    amounts = measure(path, on, class_=class_).thing(fact, unit, there)
    numbers = {each.id: number for number, each in enumerate(envelopes, 1)}
    return [
        (amount.n, amount.since, numbers[behind_thing(fact, amounts, place)])
        for place, amount in enumerate(amounts)
    ]


def of_unit(
    path: str, on: int, envelopes: Sequence[Envelope], *lacking: str, below: bool = True
) -> Added:
    """What the unit that these envelopes are about adds, of whatever class."""
    fact = taught(envelopes)
    amounts = measure(path, on, *lacking).unit(fact, below=below)
    numbers = {each.id: number for number, each in enumerate(envelopes, 1)}
    return [
        (amount.n, amount.since, numbers[behind_unit(fact, amounts, place)])
        for place, amount in enumerate(amounts)
    ]


def taught(envelopes: Sequence[Envelope]) -> UnitFact:
    fact = UnitFact()
    for envelope in envelopes:
        learn(fact, envelope, opened(envelope))
    return fact
