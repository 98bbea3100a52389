"""Telling events as the services would: with their places in histories and streams."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

import msgspec

from shared.contracts.contract import Contract
from shared.contracts.rectification import RECTIFICATION
from shared.contracts.schedule import SCHEDULE
from shared.contracts.supervision import SUPERVISION
from shared.contracts.units import UNITS
from shared.kernel.envelope import Envelope, event_type
from shared.kernel.events import Event
from shared.kernel.units import league_of

CAMPAIGN = "nmg-2014"
_CONTRACT_OF: dict[type[Event], Contract] = {
    class_: contract
    for contract in (UNITS, SCHEDULE, SUPERVISION, RECTIFICATION)
    for _, class_ in contract.events.values()
}
_RECORDED = datetime(2014, 6, 1, tzinfo=UTC)


class Told:
    """A log of events in the order they were told; versions count up as in the stores."""

    def __init__(self, campaign: str = CAMPAIGN) -> None:
        self.campaign = campaign
        self.envelopes: list[Envelope] = []
        self._versions: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._stream_versions: defaultdict[str, int] = defaultdict(int)

    def tell(
        self,
        event: Event,
        unit: str,
        path: str,
        about: str = "",
        league: str = "",
        stream: str = "",
    ) -> Envelope:
        """Append an event on a unit; `about` names what of the unit its stream is about, `stream`
        one that is about no single unit.
        """
        contract = _CONTRACT_OF[type(event)]
        name, schema_version = contract.name_of(event)
        league = league or league_of(path)
        stream = stream or f"{about or 'unit'}/{self.campaign}/{unit}"
        self._versions[(contract.service, league)] += 1
        self._stream_versions[stream] += 1
        number = len(self.envelopes) + 1
        envelope = Envelope(
            id=str(uuid5(NAMESPACE_OID, f"{self.campaign}/{number}")),
            source=f"/campaign/{contract.service}",
            type=event_type(contract.service, name, schema_version),
            subject=unit,
            time=event.occurred_at,
            partitionkey=league,
            campaign=self.campaign,
            league=league,
            version=self._versions[(contract.service, league)],
            stream=stream,
            streamversion=self._stream_versions[stream],
            unitpath=path,
            actor="p-15-0001",
            correlationid=f"c-{number}",
            recordedat=_RECORDED + timedelta(seconds=number),
            hash="00" * 32,
            data=msgspec.Raw(msgspec.json.encode(event)),
        )
        self.envelopes.append(envelope)
        return envelope
