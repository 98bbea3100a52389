"""A small service for tests: a unit's meetings under a contract, topic and schema of its own."""

import itertools
import random
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.contracts.contract import Contract
from shared.contracts.schedule import SCHEDULE, MobilizationHeld
from shared.kernel.decider import Decider
from shared.kernel.envelope import Envelope
from shared.kernel.events import Event
from shared.kernel.refusals import Refusal
from shared.platform.commands import Change, Work
from shared.platform.inline_views import Showing, Table
from shared.platform.postgres import (
    CONSUMING,
    EVENT_STORE,
    Connection,
    Migration,
    migrate,
    migrations_in,
)
from shared.platform.recording import Origin

LEAGUES = ("1501", "1502", "1503", "1504", "1505")
ORIGIN = Origin("p-1502-clerk", "correlation-1")
HELD_AT = datetime(2014, 2, 18, 1, tzinfo=UTC)
SQL = """
create table shown (stream text primary key, place text not null check (place <> 'unshowable'),
                    times int not null);
create table counted (league text not null, unit text primary key, times int not null default 0,
                      places text[] not null default '{}');
"""
_numbers = itertools.count(1)


async def new_schema(database_url: str) -> str:
    """A fresh schema with the tables of a service that writes and consumes."""
    name = f"tally_{next(_numbers)}"
    migrations = [
        *migrations_in(*EVENT_STORE),
        *migrations_in(*CONSUMING),
        *migrations_in("shared.platform.sql", "directory.sql"),
        Migration("tests/tally", SQL),
    ]
    await migrate(database_url, name, migrations)
    return name


def contract() -> Contract:
    """The schedule's events under a service name, and so a topic, nobody else uses."""
    return Contract(
        "tally" + "".join(random.choices(string.ascii_lowercase, k=10)), SCHEDULE.events
    )


@dataclass(frozen=True)
class Hold:
    """Hold a meeting at this place, so many times; at the place of the last one, nothing new."""

    place: str
    times: int = 1


@dataclass(frozen=True)
class Held:
    times: int = 0
    place: str = ""


class NoPlace(Refusal):
    code = "no-place"
    zh = "须有地点。"
    en = "A place is needed."


def meeting(place: str, unit: str = "150202") -> MobilizationHeld:
    return MobilizationHeld(
        campaign="nmg-2014", unit=unit, held_at=HELD_AT, attendees=120, chaired_by="p-1502-0007",
        place=place, flags=(),
    )  # fmt: skip


def _decide(command: Hold, state: Held) -> list[Event]:
    if not command.place:
        raise NoPlace
    if command.place == state.place:
        return []
    return [meeting(command.place) for _ in range(command.times)]


def _evolve(state: Held, event: Event) -> Held:
    assert isinstance(event, MobilizationHeld)
    return Held(state.times + 1, event.place)


DECIDER: Decider[Hold, Held, Event] = Decider(Held(), _decide, _evolve)


def hold(
    place: str, unit: str = "150202", *, times: int = 1, expected: int | None = None, row: int = 0
) -> Work[Hold]:
    """The work of holding a meeting of a unit; its league is the first four digits."""
    return Work(
        f"meeting/{unit}",
        "nmg-2014",
        unit,
        f"15.{unit[:4]}.{unit}",
        Hold(place, times),
        expected,
        row,
    )


def _row_of(change: Change[Hold, Held]) -> tuple[str, str, int]:
    return change.work.stream, change.state.place, change.state.times


SHOWN = Showing(
    Table("shown", ("stream",), {"stream": "text", "place": "text", "times": "int"}), _row_of
)


class Counting:
    """A projection that would show any event lost, doubled or out of order."""

    def __init__(self, contract: Contract, name: str = "counting") -> None:
        self.name = name
        self.contracts = (contract,)
        self.cured = False

    async def apply(self, connection: Connection, envelopes: Sequence[Envelope]) -> None:
        for envelope in envelopes:
            event = self.contracts[0].open(envelope)
            assert isinstance(event, MobilizationHeld)
            if event.place.startswith("poison") and not self.cured:
                raise ValueError(event.place)
        rows = [(e.league, e.subject, f"{e.league}:{e.version}") for e in envelopes]
        await connection.executemany(
            "insert into counted as c (league, unit, times, places) values ($1, $2, 1, array[$3])"
            " on conflict (unit) do update set times = c.times + 1, places = c.places || $3",
            rows,
        )
