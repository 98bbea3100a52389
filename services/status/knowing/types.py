"""Types: the names under which events that teach the views anything are kept."""

from collections.abc import Collection
from typing import Final

from services.status import learning
from services.status.learning import CONTRACTS
from services.status.things import kinds
from shared.contracts import rectification, supervision
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
_AT_HOME: Final[frozenset[type[Event]]] = frozenset(
    {
        supervision.TeamFormed,
        supervision.TeamMembersChanged,
        supervision.TeamTrained,
        supervision.OfficialsListed,
        supervision.OfficialCaughtUp,
        rectification.ProgrammeLaunched,
        rectification.ProgrammeCompleted,
    }
)
"""Told in the history of the very unit that the thing adds to."""
ELSEWHERE: Final = _names(kinds.TEACHING_ACROSS - _AT_HOME)
"""What is told of a thing in the history of another league than that of the unit it adds to."""
PASSAGES: Final = _names(learning.PASSAGES)
