"""What every endpoint works with: the shared office, and the people directory beside it."""

from dataclasses import dataclass, replace
from typing import Final

from fastapi import Request, Response

from services.supervision.people import PeopleDirectory
from shared.platform.asking import Asking, answered
from shared.platform.bulk import Row
from shared.platform.campaigns import KnownCampaign
from shared.platform.commands import Receipt
from shared.platform.fields import Body
from shared.platform.intake import Intake, Upload
from shared.platform.office import Office
from shared.platform.openapi import written

WRITTEN: Final = written(Receipt)


@dataclass(frozen=True)
class SupervisionOffice(Office[KnownCampaign]):
    people: PeopleDirectory

    async def take_one(
        self, intake: Intake, campaign: str, ask: Asking, body: Body, **place: str
    ) -> Response:
        """What an upload's row does, done for one body; `place` are values the path gives."""
        row = Row(0, body.model_dump() | place)
        work = await Upload(self, intake, campaign, ask).work(row)
        work = replace(work, expected_version=ask.expected_version)
        life = intake.life
        answer = await self.handler.one(life.decider, work, ask.origin, key=ask.key, view=life.view)
        return answered(answer)


def office_of(request: Request) -> SupervisionOffice:
    office: SupervisionOffice = request.app.state.office
    return office
