"""Where a person's supervision team is stationed, asked of the supervision service."""

from collections.abc import Mapping

import httpx

from services.schedule.domain.reviewing import Reviewer
from shared.kernel.access import Caller, Role
from shared.platform.client import ServiceClient

Supervised = Mapping[str, frozenset[str]] | None
"""Unit -> the units whose teams, with this person in them, look after it; None: not known now."""


class Supervision:
    """The supervision service, as the gates of plans need it."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    async def supervised(self, campaign: str, caller: Caller) -> Supervised:
        """What the caller supervises; only a supervisor is asked for."""
        if not any(grant.role is Role.SUPERVISOR for grant in caller.grants):
            return {}
        try:
            answer = await self._client.get(f"/campaigns/{campaign}/supervising/{caller.subject}")
            teams = answer.json()["teams"]
        except httpx.HTTPError:
            return None  # told where a gate of a team is in turn, and there only
        found: dict[str, set[str]] = {}
        for team in teams:
            for unit in team["units"]:
                found.setdefault(unit, set()).add(team["formed_by"])
        return {unit: frozenset(formed_by) for unit, formed_by in found.items()}


def reviewer_of(caller: Caller, unit: str, supervised: Supervised) -> Reviewer:
    """The caller as a reviewer of this unit's plan."""
    return Reviewer(caller, None if supervised is None else supervised.get(unit, frozenset()))
