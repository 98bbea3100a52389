"""What every endpoint works with: the store, one way to command, the evidence files."""

from dataclasses import dataclass
from pathlib import Path

from fastapi import Request

from shared.platform.commands import CommandHandler
from shared.platform.eventstore import EventStore
from shared.platform.metrics import Metrics
from shared.platform.postgres import Pool


@dataclass(frozen=True, slots=True)
class Office:
    """The composed parts; made by main, found in the app's state."""

    store: EventStore
    handler: CommandHandler
    metrics: Metrics
    evidence_dir: Path

    @property
    def pool(self) -> Pool:
        return self.store.pool


def office_of(request: Request) -> Office:
    office: Office = request.app.state.office
    return office
