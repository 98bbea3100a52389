"""Reading campaigns from the schedule's own table of them."""

from services.schedule.domain.campaign import Campaign
from shared.platform import campaigns
from shared.platform.postgres import Pool


class CampaignReader(campaigns.CampaignReader[Campaign]):
    """Campaigns with their windows and gates."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(pool, "campaigns", Campaign)
