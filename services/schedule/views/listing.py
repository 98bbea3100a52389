"""The schedule's read models as lists."""

from typing import Final

from services.schedule.views.lives import (
    DOCUMENTS,
    MEETINGS,
    MOBILIZATIONS,
    PLANS,
    PREPARATION_ORDERS,
    PREPARATIONS,
    TRAININGS,
)
from services.schedule.views.shown import (
    DocumentShown,
    MeetingShown,
    MobilizationShown,
    OrderShown,
    PlanShown,
    PreparationShown,
    TrainingShown,
)
from shared.platform.listing import Listing

DOCUMENT_LIST: Final = Listing(DOCUMENTS, DocumentShown, ("document", "issued_on"), unit=None)
ORDER_LIST: Final = Listing(
    PREPARATION_ORDERS, OrderShown, ("preparation_order", "ordered_on"), unit=None
)
MEETING_LIST: Final = Listing(MEETINGS, MeetingShown, ("meeting", "held_at"), unit=None)
PREPARATION_LIST: Final = Listing(PREPARATIONS, PreparationShown, ("unit", "prepared_on"))
PLAN_LIST: Final = Listing(PLANS, PlanShown, ("unit", "submitted_at", "decided_at"))
MOBILIZATION_LIST: Final = Listing(
    MOBILIZATIONS, MobilizationShown, ("unit", "planned_at", "held_at", "attendees")
)
TRAINING_LIST: Final = Listing(TRAININGS, TrainingShown, ("unit", "held_on", "participants"))
