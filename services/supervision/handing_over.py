"""The process manager of findings: what is marked for rectification becomes a ledger item."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple

import httpx
import structlog

from services.supervision.domain.finding import HandOver, Refuse
from services.supervision.views.lives import OF_FINDING
from shared.platform.client import ServiceClient
from shared.platform.commands import CommandHandler, Work
from shared.platform.pausing import pause
from shared.platform.postgres import LOST, Pool
from shared.platform.recording import Origin

log = structlog.get_logger()

ACTOR: Final = "supervision-findings"
_WAITING: Final = """
select f.campaign, f.finding, f.unit, d.path, f.category, f.summary, f.responsible_person,
       f.due_on, f.found_on
from findings f
join unit_directory d on d.campaign = f.campaign and d.code = f.unit and d.path is not null
where f.state = 'waiting' and f.campaign || '/' || f.finding <> all($1::text[])
order by f.queued limit 100
"""
_LOOK_SECONDS = 1.0
_LONGEST_SECONDS = 60.0
# Said of us, not of the finding: however long it lasts, no finding is refused for it.
_NOT_LET_IN: Final = frozenset({401, 429})
# What the ledger refuses by its rules; anything else (it has not heard of the unit yet) may be
# otherwise when asked again.
_FINAL: Final = frozenset({400, 409, 413, 422})
_PATIENCE = timedelta(hours=1)


class Waiting(NamedTuple):
    """A finding that waits for its item."""

    campaign: str
    finding: str
    unit: str
    path: str
    category: str
    summary: str
    responsible_person: str
    due_on: date
    found_on: date

    @property
    def key(self) -> str:
        """One key for one finding: however often it is sent, there is one item."""
        return f"finding-{self.campaign}-{self.finding}"

    @property
    def body(self) -> Mapping[str, Any]:
        return {
            "unit": self.unit,
            "source": "finding",
            "origin": self.finding,
            "category": self.category,
            "summary": self.summary,
            "responsible_person": self.responsible_person,
            "due_on": self.due_on.isoformat(),
            "raised_on": self.found_on.isoformat(),
        }


class LedgerAway(Exception):
    """The rectification service does not answer: everything waits."""


@dataclass
class HandingOver:
    """Sends findings to the ledger in the order they were reported, and records what it said.

    A crash between the two sends the finding again, under the same key: the ledger answers with
    the item it made then.
    """

    pool: Pool
    handler: CommandHandler
    ledger: ServiceClient
    _unheard: dict[Waiting, datetime] = field(default_factory=dict)

    async def run(self, stop: asyncio.Event) -> None:
        """Until told to stop; with growing pauses while the ledger is away."""
        seconds = _LOOK_SECONDS
        while not stop.is_set():
            try:
                await self.once()
                seconds = _LOOK_SECONDS
            except (LedgerAway, TimeoutError, *LOST) as error:
                seconds = min(seconds * 2, _LONGEST_SECONDS)
                log.warning("handing-over-waits", error=repr(error), seconds=seconds)
            await pause(stop, seconds)

    async def once(self) -> int:
        """Hand over what waits; how many findings were settled."""
        settled = 0
        put_off: list[str] = []
        while rows := await self.pool.fetch(_WAITING, put_off):
            for row in rows:
                waiting = Waiting(*row)
                if await self._hand_over(waiting):
                    settled += 1
                else:
                    put_off.append(f"{waiting.campaign}/{waiting.finding}")
        return settled

    async def _hand_over(self, waiting: Waiting) -> bool:
        """Whether the finding is settled; raises LedgerAway."""
        now = datetime.now(UTC)
        try:
            answer = await self.ledger.post(
                f"/campaigns/{waiting.campaign}/items", waiting.body, waiting.key
            )
        except httpx.HTTPStatusError as error:
            # Without a token nothing was asked of the ledger: it is the issuer's answer then.
            if not self.ledger.is_asked_by(error.request):
                raise LedgerAway(f"no token: {error.response.status_code}") from error
            return await self._not_taken(waiting, error.response, now)
        except httpx.HTTPError as error:
            raise LedgerAway(repr(error)) from error
        await self._record(waiting, HandOver(waiting.finding, str(answer.json()["item"]), now))
        return True

    async def _not_taken(self, waiting: Waiting, answer: httpx.Response, now: datetime) -> bool:
        if answer.is_server_error or answer.status_code in _NOT_LET_IN:
            raise LedgerAway(str(answer.status_code))
        since = self._unheard.setdefault(waiting, now)
        if answer.status_code not in _FINAL and now - since < _PATIENCE:
            log.info("finding-put-off", finding=waiting.finding, status=answer.status_code)
            return False
        await self._record(waiting, Refuse(waiting.finding, _code_of(answer), now))
        return True

    async def _record(self, waiting: Waiting, command: HandOver | Refuse) -> None:
        self._unheard.pop(waiting, None)
        stream = OF_FINDING.stream(waiting.campaign, waiting.finding)
        work = Work(stream, waiting.campaign, waiting.unit, waiting.path, command)
        origin = Origin(ACTOR, waiting.key)
        await self.handler.one(OF_FINDING.decider, work, origin, view=OF_FINDING.view)


def _code_of(answer: httpx.Response) -> str:
    """The problem's code; whoever answers without one is told by its status."""
    try:
        return str(answer.json()["code"])
    except (ValueError, KeyError, TypeError):
        return f"status-{answer.status_code}"
