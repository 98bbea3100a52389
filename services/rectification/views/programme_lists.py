"""Filed plans, links, programmes, receptions and help as lists."""

from datetime import date
from typing import Final

import msgspec

from services.rectification.views.ledger import Step
from services.rectification.views.programmes import (
    BATCH_LINKS,
    FILED_PLANS,
    PAIRINGS,
    PETITIONS,
    PROGRAMMES,
)
from shared.platform.listing import Listing


class FiledPlanShown(msgspec.Struct):
    unit: str
    unit_name: str
    document: str
    title: str
    digest: str
    filed_on: date


class BatchLinkShown(msgspec.Struct):
    unit: str
    unit_name: str
    led_by: str
    linked_on: date


class ProgrammeShown(msgspec.Struct):
    """`reached` is what counts to the target of `counted`, `excess` what goes beyond it."""

    programme: str
    unit: str
    unit_name: str
    kind: str
    category: str
    title: str
    measure: str
    target: int
    counted: int
    reached: int
    excess: int
    entries: int
    state: str
    due_on: date | None
    launched_on: date
    last_on: date | None
    verified_by: str
    completed_on: date | None


class PetitionShown(msgspec.Struct):
    reception: str
    unit: str
    unit_name: str
    received_by: str
    visits: int
    cases: int
    settled_on_spot: int
    held_on: date


class PairingShown(msgspec.Struct):
    pairing: str
    unit: str
    unit_name: str
    helper: str
    kind: str
    households: int
    state: str
    outcome: str
    paired_on: date
    ended_on: date | None


class ProgrammeLife(msgspec.Struct):
    """A programme as it stands and every step that led there."""

    programme: ProgrammeShown
    history: list[Step]


UNIT_NAME: Final = {"unit_name": "coalesce(d.name, '')"}

FILED_PLAN_LIST: Final = Listing(
    FILED_PLANS, FiledPlanShown, ("unit", "filed_on"), computed=UNIT_NAME
)
BATCH_LINK_LIST: Final = Listing(
    BATCH_LINKS, BatchLinkShown, ("unit", "linked_on"), computed=UNIT_NAME
)
PROGRAMME_LIST: Final = Listing(
    PROGRAMMES,
    ProgrammeShown,
    (
        "programme", "unit", "kind", "target", "counted", "excess", "due_on", "launched_on",
        "last_on", "completed_on",
    ),
    computed=UNIT_NAME,
)  # fmt: skip
PETITION_LIST: Final = Listing(
    PETITIONS,
    PetitionShown,
    ("reception", "unit", "visits", "cases", "settled_on_spot", "held_on"),
    computed=UNIT_NAME,
)
PAIRING_LIST: Final = Listing(
    PAIRINGS,
    PairingShown,
    ("pairing", "unit", "helper", "households", "paired_on", "ended_on"),
    computed=UNIT_NAME,
)
