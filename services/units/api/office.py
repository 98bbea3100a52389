"""What every endpoint works with: the composed parts, found in the app's state."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from fastapi import Request, Response

from services.units.domain.unit import Command
from services.units.handling import UnitHandler
from services.units.people import People
from services.units.views import unit_stream
from shared.kernel.time import local_date
from shared.platform.asking import Asking, answered
from shared.platform.commands import CommandHandler, Work
from shared.platform.eventstore import EventStore
from shared.platform.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Office:
    """Made by main when the app starts."""

    store: EventStore
    units: UnitHandler
    groups: CommandHandler
    people: People
    metrics: Metrics

    def measured(self, command: str) -> AbstractContextManager[None]:
        """Measure a command from here to its end."""
        return self.metrics.command("units", command)

    async def give(self, ask: Asking, campaign: str, code: str, command: Command) -> Response:
        """Run a command on a unit; the answer is a Receipt with the unit's ETag."""
        work = Work(unit_stream(campaign, code), campaign, code, "", command, ask.expected_version)
        with self.measured(type(command).__name__):
            answer, version = await self.units.one(work, ask.caller, ask.origin, ask.key)
        return answered(answer, version)


def office_of(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


def today() -> date:
    return local_date(datetime.now(UTC))
