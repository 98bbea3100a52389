"""Places: where among the tallies each metric of things is counted."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, TypeAlias

from services.status.pieces import DETAIL
from services.status.tallies import (
    FiledPlans,
    Help,
    Ledger,
    Liaison,
    Petitions,
    Programmes,
    Publicity,
    Supervision,
    Talks,
    Tallies,
    Tally,
    down,
)
from services.status.things import (
    filings,
    findings,
    items,
    liaison,
    occurrences,
    pairings,
    programmes,
    teams,
)

Step: TypeAlias = tuple[str, Callable[[], Any]]
"""Where to go down, and what to put there when there is nothing yet."""
Place: TypeAlias = tuple[tuple[Step, ...], str]
"""The way down to where a metric is counted, and its name there."""

_SUPERVISION: Final[Step] = ("supervision", Supervision)
_LIAISON: Final[Step] = ("liaison", Liaison)
_PUBLICITY: Final[Step] = ("publicity", Publicity)
_LEDGER: Final[Step] = ("ledger", Ledger)
_PROGRAMMES: Final[Step] = ("programmes", dict)
_PETITIONS: Final[Step] = ("petitions", Petitions)
_HELP: Final[Step] = ("help", Help)
_FILED: Final[Step] = ("filed_plans", FiledPlans)

_PLAIN: Final[dict[str, Place]] = {
    teams.TEAM_PEOPLE: ((_SUPERVISION,), "people"),
    teams.TEAMS_TRAINED: ((_SUPERVISION,), "trained"),
    teams.TEAMS_DISPATCHED: ((_SUPERVISION,), "dispatched"),
    teams.OFFICIALS_LISTED: ((_SUPERVISION,), "officials_listed"),
    teams.OFFICIALS_CAUGHT_UP: ((_SUPERVISION,), "officials_caught_up"),
    teams.TEAMS_IN_PLACE: ((_SUPERVISION,), "teams_in_place"),
    teams.SUPERVISED: ((_SUPERVISION,), "supervised"),
    teams.INSTRUCTORS: ((_SUPERVISION,), "instructors"),
    teams.INSTRUCTED: ((_SUPERVISION,), "instructed"),
    findings.FINDINGS: ((_SUPERVISION,), "findings"),
    findings.FOR_RECTIFICATION: ((_SUPERVISION,), "for_rectification"),
    findings.HANDED_OVER: ((_SUPERVISION,), "handed_over"),
    findings.REFUSED: ((_SUPERVISION,), "refused"),
    occurrences.JOINT_MEETINGS: ((_SUPERVISION,), "joint_meetings"),
    liaison.LEADERS: ((_LIAISON,), "leaders"),
    liaison.POINTS: ((_LIAISON,), "points"),
    liaison.POINTS_TAKEN: ((_LIAISON,), "points_taken"),
    occurrences.VISITS: ((_LIAISON,), "visits"),
    occurrences.LIFE_MEETINGS: ((_LIAISON,), "life_meetings"),
    items.RAISED: ((_LEDGER,), "raised"),
    items.CLOSED: ((_LEDGER,), "closed"),
    items.OVERDUE: ((_LEDGER,), "overdue"),
    items.DUE_SOON: ((_LEDGER,), "due_soon"),
    items.CLOSED_IN_TIME: ((_LEDGER,), "closed_in_time"),
    items.REOPENED: ((_LEDGER,), "reopened"),
    items.REVIEWED: ((_LEDGER,), "reviewed"),
    items.RATED: ((_LEDGER,), "rated"),
    items.SATISFIED: ((_LEDGER,), "satisfied"),
    occurrences.PETITION_RECEPTIONS: ((_PETITIONS,), "receptions"),
    occurrences.PETITION_VISITS: ((_PETITIONS,), "visits"),
    occurrences.PETITION_CASES: ((_PETITIONS,), "cases"),
    occurrences.PETITIONS_SETTLED: ((_PETITIONS,), "settled"),
    occurrences.BATCH_LINKS: ((_HELP,), "batch_links"),
    filings.FILED_ALL: ((_FILED,), "complete"),
}
# Metrics that name a kind after a colon: where each kind is counted.
_BY_KIND: Final[dict[str, tuple[Step, ...]]] = {
    occurrences.DUTIES: (_SUPERVISION, ("duties", dict)),
    occurrences.TEAM_RULES: (_SUPERVISION, ("rules", dict)),
    occurrences.PUBLICITY: (_PUBLICITY, ("pieces", dict)),
    pairings.PAIRINGS: (_HELP, ("pairings", dict)),
    pairings.HOUSEHOLDS: (_HELP, ("households", dict)),
    filings.FILED: (_FILED, ("documents", dict)),
}
_OF_PROGRAMMES: Final = {
    programmes.LAUNCHED: "launched",
    programmes.TARGET: "target",
    programmes.PROGRESS: "progress",
    programmes.COMPLETED: "completed",
}
_OF_ITEMS: Final = {items.RAISED_OF: "raised", items.CLOSED_OF: "closed"}
_OF_TALKS: Final = {
    occurrences.LECTURES: "times",
    occurrences.SPEAKERS: "speakers",
    occurrences.LISTENERS: "listeners",
}
_TALKS: Final[dict[str, Step]] = {
    "cadre_lecture": ("lectures", Talks),
    "secretary_lesson": ("lessons", Talks),
}

_HEADS: Final = (*_PLAIN, *_BY_KIND, *_OF_PROGRAMMES, *_OF_ITEMS, *_OF_TALKS)
HEADS: Final = sorted(
    {head.partition(":")[0] for head in (*_HEADS, teams.TEAMS, occurrences.URGED)}
)
"""What metrics of things begin with, up to a colon: all others are of units."""


def take(tallies: Tallies, metric: str, n: int) -> None:
    """Count a metric of things where it belongs."""
    if n:
        for way, name in places_of(metric):
            node: Any = tallies
            for step, make in way:
                found = node.get(step) if isinstance(node, dict) else getattr(node, step)
                node = found or down(node, step, make)
            if isinstance(node, dict):
                node[name] = node.get(name, 0) + n
            else:
                setattr(node, name, getattr(node, name) + n)


@lru_cache(5_000)
def places_of(metric: str) -> tuple[Place, ...]:
    """Where a metric is counted; nowhere when it is none of things."""
    plain = _PLAIN.get(metric)
    if plain is not None:
        return (plain,)
    detail = DETAIL if metric.startswith(DETAIL) else ""
    head, colon, kind = metric.removeprefix(detail).partition(":")
    head = detail + head + colon
    if head in _BY_KIND:
        return ((_BY_KIND[head], kind),)
    if head in _OF_PROGRAMMES:
        return (((_PROGRAMMES, (kind, Programmes)), _OF_PROGRAMMES[head]),)
    return _places_in_parts(head, kind)


def _places_in_parts(head: str, kind: str) -> tuple[Place, ...]:
    if head in _OF_ITEMS:
        source, _, category = kind.partition(":")
        name = _OF_ITEMS[head]
        by_source: Place = ((_LEDGER, ("by_source", dict), (source, Tally)), name)
        by_category: Place = ((_LEDGER, ("by_category", dict), (category, Tally)), name)
        return by_source, by_category
    if head == teams.TEAMS:
        formed: Place = ((_SUPERVISION,), "teams")
        return (formed, ((_SUPERVISION,), "make_up")) if kind == "make_up" else (formed,)
    if head in _OF_TALKS and kind in _TALKS:
        return (((_PUBLICITY, _TALKS[kind]), _OF_TALKS[head]),)
    if head == occurrences.URGED:
        subject, _, step = kind.partition(":")
        return (((("urged", dict), (subject, dict)), step),)
    return ()
