"""Reading campaigns: each remembered for a moment, since every command asks for one."""

from time import monotonic

import msgspec

from services.schedule.domain.campaign import Campaign, UnknownCampaign
from shared.platform.postgres import Pool

_FRESH_SECONDS = 1.0
_REMEMBERED = 1_000


class CampaignReader:
    """Campaigns as commands need them; what another process changed is seen within a second."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._known: dict[str, tuple[float, Campaign, int]] = {}

    async def campaign(self, name: str) -> Campaign:
        """The campaign, or UnknownCampaign."""
        return (await self.versioned(name))[0]

    async def versioned(self, name: str) -> tuple[Campaign, int]:
        """The campaign and its stream's version."""
        known = self._known.get(name)
        if known is not None and monotonic() - known[0] < _FRESH_SECONDS:
            return known[1:]
        row = await self._pool.fetchrow(
            "select state, version from campaigns where campaign = $1", name
        )
        if row is None:
            raise UnknownCampaign(campaign=name)
        campaign = msgspec.json.decode(row["state"], type=Campaign)
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[name] = (monotonic(), campaign, row["version"])
        return campaign, row["version"]

    def forget(self, name: str) -> None:
        """What this process has just changed is read afresh."""
        self._known.pop(name, None)
