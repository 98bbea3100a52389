"""What every endpoint works with: the store, the campaigns, the units, and one way to command."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from fastapi import Response

from shared.kernel.access import Action
from shared.kernel.setting import Setting, UnitAtHand
from shared.platform.asking import Asking, answered
from shared.platform.campaigns import Campaign, CampaignReader
from shared.platform.commands import CommandHandler, Work
from shared.platform.eventstore import EventStore
from shared.platform.lives import Life
from shared.platform.metrics import Metrics
from shared.platform.units_at_hand import unit_at_hand, units_at_hand

Unit = TypeVar("Unit", bound=UnitAtHand)
Here = TypeVar("Here", bound=Setting)


@dataclass(frozen=True)
class AnyOffice(ABC, Generic[Campaign, Unit, Here]):
    """The composed parts; made by main, found in the app's state as `office`. A service says
    what it knows of a unit, and of the setting a command is given in.
    """

    store: EventStore
    handler: CommandHandler
    campaigns: CampaignReader[Campaign]
    metrics: Metrics

    @abstractmethod
    async def known_unit(self, campaign: str, code: str) -> Unit:
        """The unit, or UnknownUnit."""

    @abstractmethod
    async def known_units(self, campaign: str, codes: Iterable[str]) -> Mapping[str, Unit]:
        """Those of the codes that are known, in one query."""

    @abstractmethod
    def here(self, campaign: Campaign, unit: Unit, now: datetime) -> Here: ...

    async def unit(self, campaign: str, code: str, ask: Asking, action: Action) -> Unit:
        """A unit the caller may do this for; raises UnknownUnit or what the caller lacks."""
        unit = await self.known_unit(campaign, code)
        ask.caller.require(action, unit.path)
        return unit

    async def setting(self, campaign: str, code: str, ask: Asking, action: Action) -> Here:
        """Campaign, unit and now, for a command about a unit."""
        opened = await self.campaigns.campaign(campaign)
        unit = await self.unit(campaign, code, ask, action)
        return self.here(opened, unit, datetime.now(UTC))

    async def settings(self, campaign: str, codes: Iterable[str]) -> Mapping[str, Here]:
        """As `setting`, for those of the codes that are known; rights are asked for row by row."""
        opened, now = await self.campaigns.campaign(campaign), datetime.now(UTC)
        units = await self.known_units(campaign, codes)
        return {code: self.here(opened, unit, now) for code, unit in units.items()}

    async def top(self, campaign: str, ask: Asking, action: Action) -> Here:
        """As `setting`, for what concerns the whole campaign: its top unit's."""
        opened = await self.campaigns.campaign(campaign)
        return await self.setting(campaign, opened.root, ask, action)

    async def give(
        self, ask: Asking, life: Life, parts: tuple[str, ...], unit: UnitAtHand, command: Any
    ) -> Response:
        """Run a command on the stream of `parts` (the campaign first); the answer is a Receipt."""
        work = Work(
            life.stream(*parts), parts[0], unit.code, unit.path, command, ask.expected_version
        )
        answer = await self.handler.one(life.decider, work, ask.origin, key=ask.key, view=life.view)
        return answered(answer)


@dataclass(frozen=True)
class Office(AnyOffice[Campaign, UnitAtHand, Setting], Generic[Campaign]):
    """The office of a service that knows of units what the directory says."""

    async def known_unit(self, campaign: str, code: str) -> UnitAtHand:
        return await unit_at_hand(self.store.pool, campaign, code)

    async def known_units(self, campaign: str, codes: Iterable[str]) -> Mapping[str, UnitAtHand]:
        return await units_at_hand(self.store.pool, campaign, codes)

    def here(self, campaign: Campaign, unit: UnitAtHand, now: datetime) -> Setting:
        return Setting(campaign, unit, now)
