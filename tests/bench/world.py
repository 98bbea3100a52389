"""The world a bench runs in: the local stack, and campaigns on the real hierarchy."""

import csv
import gzip
import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import msgspec

from deploy.local import Stack

UNITS = Path(__file__).parents[2] / "deploy" / "scenarios" / "nmg_2014" / "units.csv.gz"
WINDOWS = [
    {"levels": [2, 3], "kinds": ["area"], "opens_on": "2014-01-24", "closes_on": "2014-02-20"},
    {"levels": [4, 5], "kinds": ["area"], "opens_on": "2014-03-01", "closes_on": "2014-03-15"},
]
ROWS_PER_UPLOAD = 50_000
BEHIND_SECONDS = 300
SETTLE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Unit:
    code: str
    parent: str
    level: int
    kind: str
    name: str


def units_in(path: Path = UNITS) -> list[Unit]:
    """The hierarchy of a file with columns code, parent_code, level, kind, name; a parent that is
    not in the file, as the country above its regions, is none.
    """
    with gzip.open(path, "rt", encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    codes = {r["code"] for r in rows}
    return [
        Unit(
            r["code"],
            r["parent_code"] if r["parent_code"] in codes else "",
            int(r["level"]),
            r["kind"],
            r["name"],
        )
        for r in rows
    ]


class World:
    """The stack's services as a clerk of the region and an operator see them."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._tokens: dict[str, str] = {}

    def token(self, account: str = "clerk-15") -> str:
        if account not in self._tokens:
            answer = httpx.post(f"{self.stack.issuer_url}/token", json={"account": account})
            self._tokens[account] = answer.raise_for_status().json()["access_token"]
        return self._tokens[account]

    def headers(self, account: str = "clerk-15") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(account)}"}

    def get(
        self, service: str, path: str, after: str = "", account: str = "clerk-15"
    ) -> httpx.Response:
        headers = self.headers(account) | ({"Consistency-Token": after} if after else {})
        return httpx.get(self.stack.urls[service] + path, headers=headers, timeout=60)

    def post(
        self, service: str, path: str, body: object, after: str = "", account: str = "clerk-15"
    ) -> str:
        """Post JSON; the consistency token of the answer."""
        content = msgspec.json.encode(body)
        return self._write(service, path, content, "application/json", after, account)

    def upload(
        self, service: str, path: str, table: str, after: str = "", account: str = "clerk-15"
    ) -> str:
        """Upload a CSV whole; the consistency token of the answer."""
        return self._write(service, path, table.encode(), "text/csv", after, account)

    def _write(
        self, service: str, path: str, body: bytes, media_type: str, after: str, account: str
    ) -> str:
        """Post; where the service has not yet heard of what `after` says, ask again."""
        headers = self.headers(account) | {"Content-Type": media_type}
        headers |= {"Consistency-Token": after} if after else {}
        url = self.stack.urls[service] + path
        deadline = time.monotonic() + BEHIND_SECONDS
        while True:
            answer = httpx.post(url, content=body, headers=headers, timeout=300)
            if answer.status_code != 503 or time.monotonic() > deadline:
                _check(answer)
                return str(answer.headers.get("Consistency-Token", ""))

    def wait_for_views(self, campaign: str, root: str, token: str) -> None:
        """Ask until the views show what the token says: a wait may be longer than one answer's."""
        path = f"/campaigns/{campaign}/units/{root}/status?as_of=2014-03-04"
        while self.get("status", path, token, f"clerk-{root}").status_code == 503:
            time.sleep(0.2)

    async def settle(self) -> None:
        """What the server does by itself within minutes after many rows: what was asked for in that
        time would be measured beside it.
        """
        connection = await asyncpg.connect(self.stack.database_url)
        await connection.execute("vacuum (analyze)", timeout=SETTLE_SECONDS)
        await connection.execute("checkpoint", timeout=SETTLE_SECONDS)
        await connection.close()

    def open_campaign(self, campaign: str, units: list[Unit]) -> str:
        """Register the units and open the campaign; the last consistency token."""
        token, account = "", f"clerk-{units[0].code}"
        for rows in chunks(units):
            table = csv_of(
                ("code", "parent_code", "level", "kind", "name", "registered_on"),
                [(u.code, u.parent, u.level, u.kind, u.name, "2013-11-01") for u in rows],
            )
            token = self.upload(
                "units", f"/campaigns/{campaign}/units/import", table, token, account
            )
        body = {
            "campaign": campaign, "name_zh": "测试活动", "name_en": "Bench", "root": units[0].code,
            "starts_on": "2013-11-01", "ends_on": "2014-10-31", "mobilization_from": "2014-01-20",
            "windows": WINDOWS,
        }  # fmt: skip
        self.post("schedule", "/campaigns", body, token, account)
        return token


def trees_in(units: list[Unit]) -> dict[str, list[Unit]]:
    """The units by root, the root first; a campaign has one tree."""
    root_of: dict[str, str] = {}
    trees: dict[str, list[Unit]] = {}
    for unit in sorted(units, key=lambda u: u.level):
        root = root_of[unit.parent] if unit.parent else unit.code
        root_of[unit.code] = root
        trees.setdefault(root, []).append(unit)
    return trees


def mobilization_rows(units: list[Unit]) -> Iterator[str]:
    """Uploads of one mobilization for each of the units, inside their windows."""
    for rows in chunks(units):
        yield csv_of(
            ("unit", "held_at", "attendees", "chaired_by", "place"),
            [(u.code, held_at(u), 30, "p-15-0001", "") for u in rows],
        )


def held_at(unit: Unit) -> str:
    day = sum(unit.code.encode()) % 14 + 1
    return f"2014-02-{day:02} 09:00" if unit.level < 4 else f"2014-03-{day:02} 09:00"


def chunks(units: list[Unit]) -> Iterator[list[Unit]]:
    for first in range(0, len(units), ROWS_PER_UPLOAD):
        yield units[first : first + ROWS_PER_UPLOAD]


def csv_of(columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def _check(answer: httpx.Response) -> None:
    if answer.is_error:
        raise RuntimeError(f"{answer.request.url}: {answer.status_code} {answer.text[:500]}")
