"""What every endpoint works with: the shared office, and where the evidence files lie."""

from dataclasses import dataclass

from fastapi import Request

from services.rectification.views.evidence import EvidenceFiles
from shared.platform import office
from shared.platform.campaigns import KnownCampaign
from shared.platform.postgres import Pool


@dataclass(frozen=True)
class Office(office.Office[KnownCampaign]):
    """The composed parts; made by main, found in the app's state."""

    evidence: EvidenceFiles

    @property
    def pool(self) -> Pool:
        return self.store.pool


def office_of(request: Request) -> Office:
    found: Office = request.app.state.office
    return found
