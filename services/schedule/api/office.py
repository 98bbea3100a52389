"""What every endpoint works with: the shared office, whose units know how their plans stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request

from services.schedule.domain.campaign import Campaign
from services.schedule.domain.setting import Setting, UnitAtHand
from services.schedule.supervising import Supervision
from services.schedule.views.units import UnitReader, units_at_hand
from shared.platform.office import AnyOffice


@dataclass(frozen=True)
class Office(AnyOffice[Campaign, UnitAtHand, Setting]):
    units: UnitReader
    supervision: Supervision

    async def known_unit(self, campaign: str, code: str) -> UnitAtHand:
        return await self.units.unit(campaign, code)

    async def known_units(self, campaign: str, codes: Iterable[str]) -> Mapping[str, UnitAtHand]:
        return await units_at_hand(self.store.pool, campaign, codes)

    def here(self, campaign: Campaign, unit: UnitAtHand, now: datetime) -> Setting:
        return Setting(campaign, unit, now)


def office_of(request: Request) -> Office:
    office: Office = request.app.state.office
    return office
