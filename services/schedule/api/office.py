"""What every endpoint works with: the store, the campaigns, the units, and one way to command."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import Request, Response

from services.schedule.domain.campaign import Campaign
from services.schedule.domain.setting import Setting, UnitAtHand
from services.schedule.views.campaigns import CampaignReader
from services.schedule.views.units import UnitReader, units_at_hand
from shared.kernel.access import Action
from shared.platform.asking import Asking, answered
from shared.platform.commands import CommandHandler, Work
from shared.platform.eventstore import EventStore
from shared.platform.lives import Life
from shared.platform.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Office:
    """The composed parts; made by main, found in the app's state."""

    store: EventStore
    handler: CommandHandler
    campaigns: CampaignReader
    units: UnitReader
    metrics: Metrics

    async def unit(self, campaign: str, code: str, ask: Asking, action: Action) -> UnitAtHand:
        """A unit the caller may do this for; raises UnknownUnit or what the caller lacks."""
        unit = await self.units.unit(campaign, code)
        ask.caller.require(action, unit.path)
        return unit

    async def setting(self, campaign: str, code: str, ask: Asking, action: Action) -> Setting:
        """Campaign, unit and now, for a command about a unit."""
        return Setting(
            await self.campaigns.campaign(campaign),
            await self.unit(campaign, code, ask, action),
            datetime.now(UTC),
        )

    async def settings(self, campaign: str, codes: Iterable[str]) -> Mapping[str, Setting]:
        """As `setting`, for those of the codes that are known; rights are asked for row by row."""
        opened, now = await self.campaigns.campaign(campaign), datetime.now(UTC)
        units = await units_at_hand(self.store.pool, campaign, codes)
        return {code: Setting(opened, unit, now) for code, unit in units.items()}

    async def top(self, campaign: str, ask: Asking, action: Action) -> Setting:
        """As `setting`, for what concerns the whole campaign: its top unit's."""
        opened: Campaign = await self.campaigns.campaign(campaign)
        unit = await self.unit(campaign, opened.root, ask, action)
        return Setting(opened, unit, datetime.now(UTC))

    async def give(
        self, ask: Asking, life: Life, parts: tuple[str, ...], unit: UnitAtHand, command: Any
    ) -> Response:
        """Run a command on the stream of `parts` (the campaign first); the answer is a Receipt."""
        work = Work(
            life.stream(*parts), parts[0], unit.code, unit.path, command, ask.expected_version
        )
        answer = await self.handler.one(life.decider, work, ask.origin, key=ask.key, view=life.view)
        return answered(answer)


def office_of(request: Request) -> Office:
    office: Office = request.app.state.office
    return office
