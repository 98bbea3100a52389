"""Steps of the urging ladder, and what is still to be delivered, as lists."""

from datetime import date, datetime
from typing import Final

import msgspec

from services.rectification.views.urging import URGING_STEPS
from shared.platform.inline_views import Table
from shared.platform.listing import Listing


class UrgingShown(msgspec.Struct):
    """`thing` is an item or a unit; `channels` are those it was delivered through, in order."""

    subject: str
    thing: str
    unit: str
    unit_name: str
    due_on: date
    step: str
    addressee: str
    taken_on: date
    channels: list[str]
    delivered_at: datetime | None


class DeliveryShown(msgspec.Struct):
    """What waits for a channel, or is parked after too many tries."""

    subject: str
    thing: str
    unit: str
    due_on: date
    step: str
    channel: str
    attempts: int
    next_at: datetime
    parked_at: datetime | None
    error: str


DELIVERIES: Final = Table(
    "urging_deliveries",
    ("campaign", "subject", "thing", "due_on", "step", "channel"),
    {"campaign": "text", "subject": "text", "thing": "text", "due_on": "date", "step": "text"}
    | {"channel": "text", "unit": "text", "attempts": "int", "next_at": "timestamptz"}
    | {"parked_at": "timestamptz", "error": "text"},
)

URGING_LIST: Final = Listing(
    URGING_STEPS,
    UrgingShown,
    ("taken_on", "due_on", "unit", "addressee", "delivered_at"),
    computed={"unit_name": "coalesce(d.name, '')"},
)
DELIVERY_LIST: Final = Listing(DELIVERIES, DeliveryShown, ("next_at", "parked_at", "attempts"))
RETRY: Final = """
update urging_deliveries set attempts = 0, next_at = now(), parked_at = null
where campaign = $1 and parked_at is not null and ($2::text is null or channel = $2)
"""
