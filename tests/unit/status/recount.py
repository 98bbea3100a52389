"""A naive recount: every unit looked at once for every day, from the events as they were told.

It shares nothing with the views: no facts, no contributions, no sums over days.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from shared.kernel.envelope import Envelope

Figures = Counter[tuple[str, str, str]]
"""(ancestor, class, metric) -> n; mobilized also as `in_time` of a closing day."""

_CLASSES = {
    "region": "region", "city": "league", "league": "league", "banner": "banner", "zone": "zone",
    "town": "township", "subdistrict": "subdistrict", "village": "village",
    "community": "community",
}  # fmt: skip
_PLAN_STATES = {
    "PlanSubmitted": "in_review", "GatePassed": "in_review", "PlanReturned": "returned",
    "PlanApproved": "approved",
}  # fmt: skip
_STEP_AT = {
    "PlanSubmitted": "submitted_at", "GatePassed": "passed_at", "PlanReturned": "returned_at",
    "PlanApproved": "approved_at",
}  # fmt: skip

Line = tuple[str, dict[str, Any]]


def lines_by_unit(envelopes: Sequence[Envelope]) -> dict[str, list[Line]]:
    """Each unit's events as they were told: (name, data)."""
    found: dict[str, list[Line]] = {}
    for envelope in envelopes:
        name = envelope.type.split(".")[2]
        found.setdefault(envelope.subject, []).append((name, msgspec.json.decode(envelope.data)))
    return found


def recount(
    envelopes: Sequence[Envelope], day: date, closes_on: date, *, today: bool = False
) -> Figures:
    """Everything below every unit on a day, by the paths of that day or of today."""
    figures: Figures = Counter()
    for lines in lines_by_unit(envelopes).values():
        if not exists(lines, day):
            continue
        path = path_on(lines, date.max if today else day)
        name = class_of(lines)
        for metric, n in own(lines, day, closes_on).items():
            for above in path.split(".")[:-1]:
                figures[(above, name, metric)] += n
    return Counter({key: n for key, n in figures.items() if n})


def exists(lines: list[Line], day: date) -> bool:
    born = [_day(d["registered_on"]) for name, d in lines if name == "UnitRegistered"]
    ends = [_day(d["effective_on"]) for name, d in lines if name in {"UnitMerged", "UnitAbolished"}]
    return bool(born) and born[0] <= day and not (ends and day >= ends[0])


def class_of(lines: list[Line]) -> str:
    data = next(d for name, d in lines if name == "UnitRegistered")
    return _CLASSES.get(data["kind"]) or f"{data['kind']}_l{data['level']}"


def path_on(lines: list[Line], day: date) -> str:
    """What was said last of those placements that were in force; before all of them, the first."""
    placed: list[tuple[date, str]] = []
    for name, data in lines:
        if name == "UnitRegistered":
            placed.append((_day(data["registered_on"]), data["path"]))
        elif name == "UnitMoved":
            placed.append((_day(data["effective_on"]), data["path"]))
    in_force = [path for on, path in placed if on <= day]
    return in_force[-1] if in_force else placed[0][1]


def own(lines: list[Line], day: date, closes_on: date) -> Counter[str]:
    """What one existing unit counts for on a day, by metric."""
    found: Counter[str] = Counter({"expected": 1})
    _count_preparation(found, lines, day)
    _count_plans(found, lines, day)
    _count_mobilization(found, lines, day, closes_on)
    _count_trainings(found, lines, day)
    _count_groups(found, lines, day)
    return found


def _count_preparation(found: Counter[str], lines: list[Line], day: date) -> None:
    said = [_day(d["prepared_on"]) for name, d in lines if name == "PreparationCompleted"]
    if said and said[-1] <= day:
        found["prepared"] = 1


def _count_plans(found: Counter[str], lines: list[Line], day: date) -> None:
    states: dict[str, str] = {}
    for name, data in lines:
        if name in _PLAN_STATES and _day(data[_STEP_AT[name]]) <= day:
            states[data["category"]] = _PLAN_STATES[name]
    for category, state in states.items():
        found[f"plan:{category}:{state}"] = 1


def _count_mobilization(found: Counter[str], lines: list[Line], day: date, closes_on: date) -> None:
    held: date | None = None
    arranged: list[date] = []
    for name, data in lines:
        if name in {"MobilizationHeld", "MobilizationCorrected"}:
            held = _day(data["held_at"])
        elif name == "MobilizationVoided":
            held = None
            arranged = []
        elif name == "MobilizationPlanned":
            arranged.append(_day(data["arranged_at"]))
    is_held = held is not None and held <= day
    if is_held:
        found["mobilized"] = 1
        found["in_time"] = 1 if held is not None and held <= closes_on else 0
    elif arranged and min(arranged) <= day:
        found["mobilization_planned"] = 1


def _count_trainings(found: Counter[str], lines: list[Line], day: date) -> None:
    for name, data in lines:
        if name == "TrainingHeld" and _day(data["held_on"]) <= day:
            found["trained"] = 1
            found["training_sessions"] += 1
            found[f"training_participants:{data['audience']}"] += data["participants"]


def _count_groups(found: Counter[str], lines: list[Line], day: date) -> None:
    formed: dict[str, date] = {}
    for name, data in lines:
        if name == "LeadingGroupFormed":
            formed.setdefault(data["group"], _day(data["formed_on"]))
        elif name == "WorkingRulesAdopted" and _day(data["adopted_on"]) <= day:
            found["working_rules"] = 1
    for group, on in formed.items():
        if on <= day:
            found[f"group:{group}"] = 1


def _day(text: str) -> date:
    """A local date, or the Shanghai date of an instant."""
    if len(text) == 10:
        return date.fromisoformat(text)
    hours, rest = int(text[11:13]) + 8, date.fromisoformat(text[:10])
    return rest + timedelta(days=hours // 24)
