"""Rank and title of people, asked of the units service, which alone knows them."""

from collections.abc import Iterable, Mapping

import httpx

from services.supervision.domain.team_rules import Standing
from shared.kernel.refusals import Refusal
from shared.platform.client import ServiceClient

_AT_ONCE = 500


class UnitsUnavailable(Refusal):
    code = "units-unavailable"
    status = 503
    zh = "暂时无法核对人员职级(单位服务不可用),未写入任何内容,请稍后再试。"
    en = "Ranks cannot be checked as the units service is away; nothing was written, try again."


class PeopleDirectory:
    """The people directory of the units service."""

    def __init__(self, units: ServiceClient) -> None:
        self._units = units

    async def standings(self, campaign: str, people: Iterable[str]) -> Mapping[str, Standing]:
        """Of those who are in the directory; one call for up to 500 people."""
        wanted = sorted(set(people))
        found: dict[str, Standing] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            found |= await self._ask(campaign, wanted[start : start + _AT_ONCE])
        return found

    async def _ask(self, campaign: str, people: list[str]) -> Mapping[str, Standing]:
        try:
            answer = await self._units.get(
                f"/campaigns/{campaign}/people", {"person": people, "limit": _AT_ONCE}
            )
        except httpx.HTTPError as error:
            raise UnitsUnavailable from error
        return {
            person["person"]: Standing(person["rank"] or "", person["title"] or "")
            for person in answer.json()["items"]
        }
