"""Issued bulletins: numbered by unit, kept as the bytes they were, never changed."""

from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Final

import asyncpg
import msgspec

from services.status.bulletin.document import Bulletin, bytes_of, read
from shared.kernel.refusals import Refusal
from shared.platform.postgres import Pool

_LOCK: Final = "select pg_advisory_xact_lock(hashtext('bulletin-' || $1 || '-' || $2))"

# The same figures from the same events are the same bulletin, however often it is issued.
_ISSUE: Final = """
with known as (
    select number from bulletins where (campaign, unit, digest) = ($1, $2, $4)
), issued as (
    insert into bulletins (campaign, unit, number, as_of, digest, document, issued_by)
    select $1, $2, 1 + coalesce((select max(number) from bulletins
                                 where (campaign, unit) = ($1, $2)), 0), $3, $4, $5, $6
    where not exists (select from known)
    returning number
)
select number, true as fresh from issued union all select number, false from known
"""
_ONE: Final = """
select number, as_of, digest, document, issued_by, issued_at
from bulletins where (campaign, unit, number) = ($1, $2, $3)
"""
_LIST: Final = """
select number, as_of, encode(digest, 'hex') as digest, issued_by, issued_at
from bulletins where (campaign, unit) = ($1, $2) and number < $3
order by number desc limit $4
"""


class UnknownBulletin(Refusal):
    code = "unknown-bulletin"
    status = 404
    zh = "单位 {unit} 没有第 {number} 期通报。"
    en = "Unit {unit} has issued no bulletin number {number}."


class Issue(msgspec.Struct, frozen=True):
    """A bulletin as it was issued; `digest` is the SHA-256 of its bytes, in hex."""

    number: int
    as_of: date
    digest: str
    issued_by: str
    issued_at: datetime


class IssuedBulletins:
    """The bulletins of all units."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def issue(self, bulletin: Bulletin, issued_by: str) -> tuple[int, bool]:
        """The bulletin's number, and whether it is new."""
        document = bytes_of(bulletin)
        async with self._pool.acquire() as connection, connection.transaction():
            # Two that issue at once take their numbers one after the other.
            await connection.execute(_LOCK, bulletin.campaign, bulletin.unit)
            row = await connection.fetchrow(
                _ISSUE, bulletin.campaign, bulletin.unit, bulletin.as_of, digest_of(document),
                document, issued_by,
            )  # fmt: skip
        return row["number"], row["fresh"]

    async def issued(self, campaign: str, unit: str, number: int) -> tuple[Issue, Bulletin]:
        """What was issued under a number, or UnknownBulletin."""
        row = await self._pool.fetchrow(_ONE, campaign, unit, number)
        if row is None:
            raise UnknownBulletin(unit=unit, number=number)
        return _issue(row, row["digest"].hex()), read(row["document"])

    async def of_unit(self, campaign: str, unit: str, before: int, limit: int) -> Sequence[Issue]:
        """The newest first, those numbered below `before`."""
        rows = await self._pool.fetch(_LIST, campaign, unit, before, limit)
        return [_issue(row, row["digest"]) for row in rows]


def digest_of(document: bytes) -> bytes:
    return sha256(document).digest()


def _issue(row: asyncpg.Record, digest: str) -> Issue:
    return Issue(row["number"], row["as_of"], digest, row["issued_by"], row["issued_at"])
