"""Load on all four writing services: chains of commands, each sent under one key until answered."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Any

import httpx

from deploy.local import Stack
from tests.bench.world import Unit, World

CAMPAIGN = "fault-2014"
LEAGUES = ("1501", "1502", "1503")
BANNERS = tuple(f"{league}0{number}" for league in LEAGUES for number in (1, 2))
# The campaign is the first that the schedule records of the region.
OPENED = "schedule@15:1"
OVERLOADED_OR_GONE = {502, 503, 504}
PAUSE_SECONDS = 0.05
PATIENCE_SECONDS = 120.0

Body = dict[str, Any]


def units() -> Iterator[Unit]:
    yield Unit("15", "", 1, "region", "自治区")
    for league in LEAGUES:
        yield Unit(league, "15", 2, "city", f"盟市{league}")
    for banner in BANNERS:
        yield Unit(banner, banner[:4], 3, "banner", f"旗县{banner}")


def teams(world: World, token: str) -> None:
    """A team of each league, stationed at its first banner."""
    for league in LEAGUES:
        at, team, clerk = f"/campaigns/{CAMPAIGN}/teams", f"st-{league}", f"clerk-{league}"
        people = [f"p-{league}-01", f"p-{league}-02"]
        formed = {
            "team": team, "name": "第一督导组", "formed_by": league, "purpose": "station",
            "leader": people[0], "members": people, "formed_on": "2014-01-28",
        }  # fmt: skip
        trained = {"training": "t-1", "trained_on": "2014-02-08"}
        sent = {"unit": f"{league}01", "dispatched_on": "2014-02-11"}
        world.post("supervision", at, formed, token, clerk)
        world.post("supervision", f"{at}/{team}/training", trained, account=clerk)
        world.post("supervision", f"{at}/{team}/dispatch", sent, account=clerk)


def links(banner: str) -> Iterator[list[tuple[str, str, Body]]]:
    """For ever: a township is registered, mobilizes, publishes, receives; its team finds something."""
    for number in count(100):
        unit = f"{banner}{number}"
        yield [
            ("units", "units", {
                "code": unit, "parent_code": banner, "level": 4, "kind": "town",
                "name": f"镇{number}", "registered_on": "2013-11-01",
            }),
            ("schedule", "mobilizations", {
                "unit": unit, "held_at": "2014-03-05T09:00:00+08:00", "attendees": 40,
            }),
            ("supervision", "publicity", {
                "issue": f"news-{unit}", "unit": unit, "channel": "press", "pieces": 2,
                "issued_on": "2014-03-06",
            }),
            ("rectification", "petitions", {
                "reception": f"day-{unit}", "unit": unit, "received_by": "p-15-0001", "visits": 3,
                "cases": 2, "settled_on_spot": 1, "held_on": "2014-03-07",
            }),
            ("supervision", "findings", {
                "finding": f"found-{unit}", "team": f"st-{banner[:4]}", "unit": f"{banner[:4]}01",
                "category": "service", "summary": "办事慢", "for_rectification": True,
                "responsible_person": "p-15-0002", "due_on": "2014-04-20", "found_on": "2014-03-08",
            }),
        ]  # fmt: skip


@dataclass
class Load:
    """What was sent, all of it answered once `keep` has returned, and how it was answered."""

    stack: Stack
    headers: dict[str, str]
    links: dict[str, Iterator[list[tuple[str, str, Body]]]]
    townships: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    broken: int = 0

    @classmethod
    def on(cls, stack: Stack) -> "Load":
        """Open the campaign and station the teams, before anything breaks."""
        world = World(stack)
        token = world.open_campaign(CAMPAIGN, list(units()))
        teams(world, f"{token},{OPENED}")
        return cls(stack, world.headers(), {banner: links(banner) for banner in BANNERS})

    async def keep(self, links_each: int) -> None:
        """So many links of every banner's chain; several chains at a time."""
        async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
            await asyncio.gather(
                *(self._chain(http, islice(each, links_each)) for each in self.links.values())
            )

    async def _chain(
        self, http: httpx.AsyncClient, links: Iterator[list[tuple[str, str, Body]]]
    ) -> None:
        for link in links:
            token = ""
            for number, (service, path, body) in enumerate(link):
                answer = await self._until_answered(http, service, path, body, token)
                assert answer.is_success, (service, path, body, answer.text)
                if number == 0:
                    token = f"{answer.headers['Consistency-Token']},{OPENED}"
                    self.townships.append(body["code"])
                await asyncio.sleep(PAUSE_SECONDS)

    async def _until_answered(
        self, http: httpx.AsyncClient, service: str, path: str, body: Body, token: str
    ) -> httpx.Response:
        """The answer that is not "later"; the key is the same however often it is sent."""
        url = f"{self.stack.urls[service]}/campaigns/{CAMPAIGN}/{path}"
        key = "-".join((service, path, *map(str, list(body.values())[:2])))
        headers = self.headers | {"Idempotency-Key": key}
        if token:
            headers["Consistency-Token"] = token
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    answer = await http.post(url, json=body, headers=headers)
                except httpx.TransportError:
                    self.broken += 1
                else:
                    self.statuses[answer.status_code] += 1
                    if answer.status_code not in OVERLOADED_OR_GONE:
                        return answer
                await asyncio.sleep(PAUSE_SECONDS)
