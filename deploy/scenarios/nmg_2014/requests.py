"""What loading sends: one row for each call of the public APIs, in the order they depend on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from deploy.scenarios.nmg_2014 import campaign, files
from deploy.scenarios.nmg_2014.hierarchy import ROOT
from deploy.scenarios.nmg_2014.leading_groups import leading_groups
from deploy.scenarios.nmg_2014.mobilizations import mobilizations
from deploy.scenarios.nmg_2014.people import people
from deploy.scenarios.nmg_2014.plans import plan_steps
from deploy.scenarios.nmg_2014.preparations import PREPARED_LEVELS, preparations
from deploy.scenarios.nmg_2014.rows import (
    LeadingGroup,
    Mobilization,
    Person,
    PlanStep,
    Preparation,
    Row,
    Training,
    Unit,
)
from deploy.scenarios.nmg_2014.trainings import trainings

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Single:
    """JSON bodies posted one after another to one address."""

    name: str
    service: str
    path: str
    role: str
    bodies: Callable[[], Sequence[Body]]


@dataclass(frozen=True, slots=True)
class Bulk:
    """Rows posted as CSV, in as many parts as the size limits ask for."""

    name: str
    service: str
    path: str
    role: str
    columns: tuple[str, ...]
    rows: Callable[[], Sequence[Row]]


def _campaigns() -> Sequence[Body]:
    return [
        {
            "campaign": campaign.CAMPAIGN,
            "name_zh": campaign.NAME_ZH,
            "name_en": campaign.NAME_EN,
            "root": ROOT,
            "starts_on": campaign.STARTS_ON.isoformat(),
            "ends_on": campaign.ENDS_ON.isoformat(),
            "mobilization_from": campaign.MOBILIZATION_FROM.isoformat(),
            "windows": msgspec.to_builtins(campaign.WINDOWS),
        }
    ]


def _documents() -> Sequence[Body]:
    return [
        {
            "document": document,
            "kind": kind,
            "title": title,
            "topic": topic,
            "issued_on": issued_on.isoformat(),
            "applies_to": list(applies_to),
        }
        for document, kind, title, topic, issued_on, applies_to in campaign.DOCUMENTS
    ]


def _gates() -> Sequence[Body]:
    return [
        {
            "area": campaign.BAOTOU,
            "applies_to_level": 3,
            "category": campaign.IMPLEMENTATION,
            "gates": msgspec.to_builtins(campaign.BAOTOU_GATES),
        }
    ]


def _preparation_orders() -> Sequence[Body]:
    return [
        {
            "order": "preparation",
            "ordered_on": campaign.PREPARATION_ORDERED_ON.isoformat(),
            "levels": list(PREPARED_LEVELS),
            "title": campaign.PREPARATION_TITLE,
        }
    ]


def _meetings() -> Sequence[Body]:
    return [
        {
            "meeting": meeting,
            "kind": kind,
            "title": title,
            "unit": ROOT,
            "held_at": held_at.isoformat(),
            "attendees": attendees,
        }
        for meeting, kind, title, held_at, attendees in campaign.MEETINGS
    ]


_OF_CAMPAIGN: Final = f"/campaigns/{campaign.CAMPAIGN}"

# Plans are history written up by the region's campaign office, not reviews happening now: the
# service role of the region's root may record a gate's decision without holding the gate.
REQUESTS: Final[tuple[Single | Bulk, ...]] = (
    Bulk("units", "units", f"{_OF_CAMPAIGN}/units/import", "clerk", Unit._fields, files.units),
    Bulk("people", "units", f"{_OF_CAMPAIGN}/people/import", "clerk", Person._fields, people),
    Bulk(
        "leading-groups", "units", f"{_OF_CAMPAIGN}/leading-groups/import", "clerk",
        LeadingGroup._fields, leading_groups,
    ),
    Single("campaign", "schedule", "/campaigns", "clerk", _campaigns),
    Single("documents", "schedule", f"{_OF_CAMPAIGN}/documents", "clerk", _documents),
    Single("gates", "schedule", f"{_OF_CAMPAIGN}/gates", "clerk", _gates),
    Single(
        "preparation-orders", "schedule", f"{_OF_CAMPAIGN}/preparation-orders", "clerk",
        _preparation_orders,
    ),
    Bulk(
        "preparations", "schedule", f"{_OF_CAMPAIGN}/preparations/import", "clerk",
        Preparation._fields, preparations,
    ),
    Bulk(
        "plans", "schedule", f"{_OF_CAMPAIGN}/plans/import", "service",
        PlanStep._fields, plan_steps,
    ),
    Single("meetings", "schedule", f"{_OF_CAMPAIGN}/meetings", "clerk", _meetings),
    Bulk(
        "mobilizations", "schedule", f"{_OF_CAMPAIGN}/mobilizations/import", "clerk",
        Mobilization._fields, mobilizations,
    ),
    Bulk(
        "trainings", "schedule", f"{_OF_CAMPAIGN}/trainings/import", "clerk",
        Training._fields, trainings,
    ),
)  # fmt: skip
