"""The occasion of the ledger's tests: one campaign, one unit, one item and its days."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from services.rectification.domain.item import ITEM as LIFE
from services.rectification.domain.item import Item, Raise
from shared.contracts.rectification import (
    ClockPaused,
    ClosureRequested,
    Evidence,
    ItemRaised,
    RectificationClosed,
)
from shared.kernel.events import Event
from shared.kernel.setting import Setting, UnitAtHand

CAMPAIGN = "nmg-2014"
ITEM = "wuhai-1"
UNIT = "150302"
OWNER, CLERK, VERIFIER = "p-1503-0007", "p-1503-0001", "p-1503-0002"
PLACE: dict[str, Any] = {"campaign": CAMPAIGN, "item": ITEM, "unit": UNIT}
PHOTO = Evidence("ab" * 32, "照片.png", "image/png", 1024)


@dataclass(frozen=True)
class Campaign:
    campaign: str = CAMPAIGN
    root: str = "15"
    starts_on: date = date(2013, 11, 1)
    ends_on: date = date(2014, 10, 31)
    mobilization_from: date = date(2014, 1, 20)


def march(day: int) -> date:
    return date(2014, 3, day)


def april(day: int) -> date:
    return date(2014, 4, day)


def setting(unit: str = UNIT, *, abolished_on: date | None = None) -> Setting:
    at_hand = UnitAtHand(unit, 3, "district", f"15.1503.{unit}", date(2013, 11, 1), abolished_on)
    return Setting(Campaign(), at_hand, datetime(2014, 5, 1, 4, tzinfo=UTC))


SETTING = setting()


def raising(**changes: Any) -> Raise:
    told: dict[str, Any] = {
        "setting": SETTING,
        "item": ITEM,
        "source": "opinion",
        "origin": "",
        "category": "ecology",
        "summary": "矿区扬尘",
        "responsible_person": OWNER,
        "due_on": march(28),
        "raised_on": march(3),
    }
    return Raise(**(told | changes))


def raised(**changes: Any) -> ItemRaised:
    told: dict[str, Any] = {
        **PLACE,
        "number": 1,
        "source": "opinion",
        "origin": "",
        "category": "ecology",
        "summary": "矿区扬尘",
        "responsible_person": OWNER,
        "due_on": march(28),
        "cascades": False,
        "parent": "",
        "programme": "",
        "raised_on": march(3),
    }
    return ItemRaised(**(told | changes))


RAISED = raised()
PAUSED = ClockPaused(**PLACE, reason="等待自治区批复", paused_on=march(10))
REQUESTED = ClosureRequested(
    **PLACE, summary="已整改", evidence=(PHOTO,), requested_by=CLERK, requested_on=march(20)
)
CLOSED = RectificationClosed(**PLACE, note="现场核查", verified_by=VERIFIER, closed_on=march(24))


def item_after(*events: Event) -> Item:
    """The item as these events leave it."""
    item = LIFE.fold(events)
    assert item is not None
    return item
