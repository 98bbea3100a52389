"""Events of the units service: the hierarchy and its organisation."""

from datetime import date
from typing import ClassVar

from shared.contracts.contract import Contract
from shared.kernel.events import Event


class UnitRegistered(Event, frozen=True):
    """A unit exists from `registered_on`; its path is in the envelope."""

    happened: ClassVar[str] = "registered_on"
    campaign: str
    code: str
    parent: str | None
    level: int
    kind: str
    name: str
    path: str
    registered_on: date


class UnitRenamed(Event, frozen=True):
    happened: ClassVar[str] = "effective_on"
    campaign: str
    code: str
    name: str
    effective_on: date


class UnitMoved(Event, frozen=True):
    """A unit stands elsewhere from `effective_on`; one event for each unit of the moved subtree.

    `moved_with` is the unit whose move carried this one along, or None when it moved itself.
    """

    happened: ClassVar[str] = "effective_on"
    campaign: str
    code: str
    parent: str | None
    path: str
    former_path: str
    moved_with: str | None
    effective_on: date


class UnitDeparted(Event, frozen=True):
    """The old league's record of a unit that moved to another; the new one has UnitMoved."""

    happened: ClassVar[str] = "effective_on"
    campaign: str
    code: str
    former_path: str
    path: str
    effective_on: date


class UnitMerged(Event, frozen=True):
    """A unit went into another and is counted no more from `effective_on`."""

    happened: ClassVar[str] = "effective_on"
    campaign: str
    code: str
    into: str
    effective_on: date


class UnitAbolished(Event, frozen=True):
    happened: ClassVar[str] = "effective_on"
    campaign: str
    code: str
    reason: str
    effective_on: date


class LeadingGroupFormed(Event, frozen=True):
    """A leading group or its office; `members` counts heads, `leader` is a person id."""

    happened: ClassVar[str] = "formed_on"
    campaign: str
    unit: str
    group: str
    leader: str | None
    members: int
    formed_on: date


class LeadingGroupReinforced(Event, frozen=True):
    happened: ClassVar[str] = "reinforced_on"
    campaign: str
    unit: str
    group: str
    leader: str | None
    members: int
    reinforced_on: date


class WorkingRulesAdopted(Event, frozen=True):
    happened: ClassVar[str] = "adopted_on"
    campaign: str
    unit: str
    group: str
    title: str
    adopted_on: date


UNITS = Contract(
    service="units",
    events={
        "UnitRegistered": (1, UnitRegistered),
        "UnitRenamed": (1, UnitRenamed),
        "UnitMoved": (1, UnitMoved),
        "UnitDeparted": (1, UnitDeparted),
        "UnitMerged": (1, UnitMerged),
        "UnitAbolished": (1, UnitAbolished),
        "LeadingGroupFormed": (1, LeadingGroupFormed),
        "LeadingGroupReinforced": (1, LeadingGroupReinforced),
        "WorkingRulesAdopted": (1, WorkingRulesAdopted),
    },
)
