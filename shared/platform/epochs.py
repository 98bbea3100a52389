"""Epochs of a store: what operators decided about it, which its relay must heed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec

from shared.platform.postgres import Connection, Pool

Decision = Literal["imported", "recovered", "accepted"]

EPOCH = "select coalesce(max(epoch), 0) from store_epochs"
_BEGIN = f"""
insert into store_epochs (epoch, decision, decided_by, reason, details)
values (({EPOCH}) + 1, $1, $2, $3, $4) returning epoch
"""  # noqa: S608 - a constant
_ALL = """
select epoch, decision, decided_by, decided_at, reason, details from store_epochs order by epoch
"""


@dataclass(frozen=True, slots=True)
class Deciding:
    """Who decides, and why."""

    by: str
    reason: str


class Epoch(msgspec.Struct, frozen=True):
    """One decision; `details` say what it changed, by league."""

    epoch: int
    decision: Decision
    decided_by: str
    decided_at: datetime
    reason: str
    details: dict[str, Any]


async def begin_epoch(
    connection: Connection, decision: Decision, deciding: Deciding, details: dict[str, Any]
) -> int:
    """Write a decision down in the transaction that carries it out; its number."""
    told = msgspec.json.encode(details).decode()
    epoch: int = await connection.fetchval(_BEGIN, decision, deciding.by, deciding.reason, told)
    return epoch


async def epochs(pool: Pool) -> Sequence[Epoch]:
    rows = await pool.fetch(_ALL)
    return [
        Epoch(
            row["epoch"], row["decision"], row["decided_by"], row["decided_at"], row["reason"],
            msgspec.json.decode(row["details"]),
        )
        for row in rows
    ]  # fmt: skip
