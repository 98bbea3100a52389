"""The dry run: what the units service, which owns the rules, would record for some steps."""

from collections.abc import Sequence
from typing import Any, Final

import httpx
import msgspec

from services.status.rehearsing.answer import Why
from services.status.rehearsing.bodies import Step
from shared.kernel.refusals import Refusal

_TIMEOUT_SECONDS: Final = 30.0


class UnitsUnavailable(Refusal):
    code = "units-unavailable"
    status = 503
    zh = "单位服务暂时无法答复,请稍后再试。"
    en = "The units service does not answer at the moment; try again shortly."


class Told(msgspec.Struct, frozen=True):
    """An event as learning needs it; it has an id of its own, as no history holds it."""

    id: str
    type: str
    campaign: str
    subject: str
    streamversion: int
    data: msgspec.Raw


class Outcome(msgspec.Struct, frozen=True):
    """What would come of a step."""

    events: list[Told]
    refusal: Why | None


class _Event(msgspec.Struct):
    type: str
    unit: str
    stream_version: int
    data: msgspec.Raw


class _Outcome(msgspec.Struct):
    events: list[_Event]
    refusal: Why | None


class _Outcomes(msgspec.Struct):
    steps: list[_Outcome]


class DryRuns:
    """Asks in the caller's own name: what the caller may not do is refused there, too."""

    def __init__(self, url: str, client: httpx.AsyncClient) -> None:
        self._url = url
        self._client = client

    async def outcomes(
        self, campaign: str, steps: Sequence[Step], authorization: str
    ) -> list[Outcome] | httpx.Response:
        """What would come of each step, or the problem document with which all were refused."""
        body: Any = {"steps": [msgspec.to_builtins(step._asdict()) for step in steps]}
        try:
            answer = await self._client.post(
                f"{self._url}/campaigns/{campaign}/rehearsals",
                json=body,
                headers={"Authorization": authorization},
                timeout=_TIMEOUT_SECONDS,
            )
        except httpx.HTTPError as error:
            raise UnitsUnavailable from error
        if answer.is_server_error:
            raise UnitsUnavailable
        if not answer.is_success:
            return answer
        found = msgspec.json.decode(answer.content, type=_Outcomes).steps
        return [_numbered(campaign, number, outcome) for number, outcome in enumerate(found, 1)]


def _numbered(campaign: str, step: int, outcome: _Outcome) -> Outcome:
    events = [
        Told(f"step-{step}-{n}", event.type, campaign, event.unit, event.stream_version, event.data)
        for n, event in enumerate(outcome.events, 1)
    ]
    return Outcome(events, outcome.refusal)
