"""A naive recount of things: each looked at once for every day, from the events as they were told.

Like the recount of units, it shares nothing with the views.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec

from shared.kernel.envelope import Envelope
from tests.unit.status.recount import Figures, class_of, exists, lines_by_unit, path_on

METRICS = frozenset({
    "items_raised", "items_closed", "items_closed_in_time", "items_overdue", "items_due_soon",
    "teams:station", "team_people", "teams_dispatched",
    "teams_in_place", "supervised", "instructors", "instructed", "detail:pairings:household",
    "detail:households:household",
})  # fmt: skip
"""The metrics of things that are recounted."""
DUE_SOON_DAYS = 3
_POSTINGS = {
    "TeamDispatched": (True, "dispatched_on"), "TeamRecalled": (False, "recalled_on"),
    "InstructorAssigned": (True, "assigned_on"), "InstructorWithdrawn": (False, "withdrawn_on"),
}  # fmt: skip


class Said(NamedTuple):
    """An event of a thing: its name, its stream, its data."""

    name: str
    stream: str
    data: dict[str, Any]


def recount_things(envelopes: Sequence[Envelope], day: date, *, today: bool = False) -> Figures:
    """What things add below every unit on a day; details are not told by class."""
    figures: Figures = Counter()
    for _, lines, metric, n in _standing(envelopes, day):
        for above in path_on(lines, date.max if today else day).split(".")[:-1]:
            class_ = "all" if metric.startswith("detail:") else class_of(lines)
            figures[(above, class_, metric)] += n
    return Counter({key: n for key, n in figures.items() if n})


def recount_own(envelopes: Sequence[Envelope], day: date) -> Figures:
    """What things add to every unit itself, as class `own`."""
    figures: Figures = Counter()
    for unit, _, metric, n in _standing(envelopes, day):
        figures[(unit, "own", metric)] += n
    return Counter({key: n for key, n in figures.items() if n})


def _standing(
    envelopes: Sequence[Envelope], day: date
) -> Iterator[tuple[str, list[Any], str, int]]:
    """What things add to units that exist on the day: unit, its life, metric, n."""
    units = lines_by_unit(envelopes)
    for (unit, metric), n in _added(envelopes, day).items():
        lines = [line for line in units.get(unit, []) if "Unit" in line[0]]
        if exists(lines, day):
            yield unit, lines, metric, n


def _added(envelopes: Sequence[Envelope], day: date) -> Counter[tuple[str, str]]:
    said = [
        Said(e.type.split(".")[2], e.stream, msgspec.json.decode(e.data))
        for e in envelopes
        if e.service in {"supervision", "rectification"}
    ]
    found: Counter[tuple[str, str]] = Counter()
    for stream in dict.fromkeys(each.stream for each in said):
        life = [each for each in said if each.stream == stream]
        count = _COUNTS.get(stream.partition("/")[0])
        if count is not None:
            count(found, life, day)
    _count_people(found, said, day, ("TeamDispatched", "TeamRecalled"), "team")
    _count_people(found, said, day, ("InstructorAssigned", "InstructorWithdrawn"), "instructor")
    return found


def _count_item(found: Counter[tuple[str, str]], life: Iterable[Said], day: date) -> None:
    first, *turns = life
    unit, raised = first.data["unit"], first.data["raised_on"]
    if raised > day.isoformat():
        return
    closed_on, due_on = "", first.data["due_on"]
    for name, _, data in turns:
        on = max(raised, data["closed_on" if name == "RectificationClosed" else "reopened_on"])
        if on <= day.isoformat():
            closed_on = on if name == "RectificationClosed" else ""
            due_on = data.get("due_on", due_on)
    left = (date.fromisoformat(due_on) - day).days
    found[(unit, "items_raised")] += 1
    found[(unit, "items_closed")] += bool(closed_on)
    found[(unit, "items_closed_in_time")] += bool(closed_on) and closed_on <= due_on
    found[(unit, "items_overdue")] += not closed_on and left < 0
    found[(unit, "items_due_soon")] += not closed_on and 0 <= left <= DUE_SOON_DAYS


def _count_team(found: Counter[tuple[str, str]], life: Iterable[Said], day: date) -> None:
    first, *postings = life
    formed_by = first.data["formed_by"]
    if first.data["formed_on"] <= day.isoformat():
        found[(formed_by, "teams:station")] += 1
        found[(formed_by, "team_people")] += len(first.data["members"])
    found[(formed_by, "teams_dispatched")] += _is_there(postings, day)


def _count_pairing(found: Counter[tuple[str, str]], life: Iterable[Said], day: date) -> None:
    (paired,) = life
    if paired.data["paired_on"] <= day.isoformat():
        found[(paired.data["unit"], "detail:pairings:household")] += 1
        found[(paired.data["unit"], "detail:households:household")] += paired.data["households"]


def _count_people(
    found: Counter[tuple[str, str]],
    said: Iterable[Said],
    day: date,
    names: tuple[str, str],
    who: str,
) -> None:
    """Who is at a unit on a day, and whether anybody is."""
    each, any_ = {
        "team": ("teams_in_place", "supervised"),
        "instructor": ("instructors", "instructed"),
    }[who]
    postings: dict[tuple[str, str], list[Said]] = {}
    for one in said:
        if one.name in names:
            postings.setdefault((one.data["unit"], one.data[who]), []).append(one)
    for (unit, _), told in postings.items():
        if _is_there(told, day):
            found[(unit, each)] += 1
            found[(unit, any_)] = 1


def _is_there(postings: Iterable[Said], day: date) -> bool:
    """The last said among what had happened by that day."""
    there = False
    for name, _, data in postings:
        comes, on = _POSTINGS[name]
        if data[on] <= day.isoformat():
            there = comes
    return there


_COUNTS = {"item": _count_item, "team": _count_team, "pairing": _count_pairing}
