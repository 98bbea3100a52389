"""A unit's own figures: what its things add to it, worked out of the things when asked for."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from services.status.contributions import OWN
from services.status.facts import UnitFact
from services.status.figures import Sum, tallied
from services.status.pieces import Span
from services.status.series import SHOWN_OF_THINGS, Step
from services.status.tallies import Tallies

HEADS_OF_SERIES = frozenset(metric.removesuffix(":") for metric in SHOWN_OF_THINGS)


def own_tallies(fact: UnitFact, spans: Iterable[Span], day: date) -> Tallies:
    """The unit's own figures on a day."""
    return tallied(Sum(metric, n, n) for metric, n in in_force(fact, spans, day).items())


def in_force(fact: UnitFact, spans: Iterable[Span], day: date) -> Counter[str]:
    """What is added on a day, metric by metric; nothing when the unit does not exist then."""
    sums: Counter[str] = Counter()
    if fact.exists_on(day):
        for metric, start, end, n in spans:
            if start <= day and (end is None or day < end):
                sums[metric] += n
    return sums


def own_steps(fact: UnitFact, spans: Iterable[Span], days: tuple[date, date]) -> list[Step]:
    """How the shown ones change day by day; all before the first day counts as of that day."""
    first, last = days
    born, ends = fact.registered_on, fact.ending.on if fact.ending else None
    changes: Counter[tuple[date, str]] = Counter()
    for metric, start, end, n in spans:
        head = metric.partition(":")[0]
        if born is None or head not in HEADS_OF_SERIES:
            continue
        begins = max(born, start)
        over = min((each for each in (end, ends) if each is not None), default=None)
        if over is None or begins < over:
            changes[(max(first, begins), head)] += n
            if over is not None:
                changes[(max(first, over), head)] -= n
    return [
        Step(day, OWN, Sum(head, n, 0)) for (day, head), n in sorted(changes.items()) if day <= last
    ]
