"""Types: the names under which events that teach the views anything are kept."""

from collections.abc import Collection
from typing import Final

from services.status import learning
from services.status.learning import CONTRACTS
from services.status.things import kinds
from shared.kernel.envelope import event_type
from shared.kernel.events import Event


def _names(classes: Collection[type[Event]]) -> list[str]:
    """The names of these events in any version they ever had."""
    return [
        event_type(contract.service, name, earlier)
        for contract in CONTRACTS
        for name, (version, class_) in contract.events.items()
        if class_ in classes
        for earlier in range(1, version + 1)
    ]


TEACHING: Final = _names(learning.TEACHING | kinds.TEACHING)
"""A seventh of a campaign's events teach nothing that the views show."""
ACROSS: Final = _names(kinds.TEACHING_ACROSS)
PASSAGES: Final = _names(learning.PASSAGES)
