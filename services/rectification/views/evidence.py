"""Evidence: the bytes in a folder under their digest, and who handed them in for which item."""

import asyncio
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from shared.contracts.rectification import Evidence
from shared.platform.postgres import Pool

# The first name under which a content was handed in stays.
_KEEP = """
with kept as (
    insert into evidence (campaign, item, digest, name, media_type, size_bytes, uploaded_by)
    values ($1, $2, $3, $4, $5, $6, $7) on conflict (campaign, item, digest) do nothing
    returning digest, name, media_type, size_bytes
)
select *, true as new from kept
union all
select digest, name, media_type, size_bytes, false from evidence
where campaign = $1 and item = $2 and digest = $3
"""
_LIST = """
select digest, name, media_type, size_bytes, uploaded_by, uploaded_at from evidence
where campaign = $1 and item = $2 order by uploaded_at, digest
"""


class EvidenceShown(msgspec.Struct, frozen=True):
    """What was handed in, by whom and when."""

    digest: str
    name: str
    media_type: str
    size_bytes: int
    uploaded_by: str
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a content; `new` unless it was known before."""

    evidence: Evidence
    new: bool


_FIND = """
select digest, name, media_type, size_bytes from evidence
where campaign = $1 and item = $2 and digest = any($3::text[])
"""


@dataclass(frozen=True, slots=True)
class EvidenceFiles:
    """A folder in which each content lies once, under the first digits of its digest."""

    folder: Path

    async def put(self, content: bytes) -> str:
        """Keep the content; its SHA-256 in hex. It is on disk when this returns."""
        return await asyncio.to_thread(self._put, content)

    def path_of(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest[2:4] / digest

    def _put(self, content: bytes) -> str:
        digest = sha256(content).hexdigest()
        path = self.path_of(digest)
        if path.exists():
            return digest
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written aside and renamed: under its digest there is the whole content or nothing.
        handle, partial = tempfile.mkstemp(dir=path.parent, prefix=".partial-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(partial).replace(path)
        except BaseException:
            Path(partial).unlink(missing_ok=True)
            raise
        _flush_folder(path.parent)
        return digest


def _flush_folder(folder: Path) -> None:
    """A new name is on disk once its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


async def keep_evidence(
    pool: Pool, campaign: str, item: str, evidence: Evidence, person: str
) -> Kept:
    """Note who handed in what for an item; the same content again changes nothing."""
    row = await pool.fetchrow(
        _KEEP, campaign, item, evidence.digest, evidence.name, evidence.media_type,
        evidence.size_bytes, person,
    )  # fmt: skip
    if row is None:  # another request kept it at this very moment
        return Kept(evidence, new=False)
    *known, new = row
    return Kept(Evidence(*known), new=new)


async def evidence_list(pool: Pool, campaign: str, item: str) -> list[EvidenceShown]:
    return [EvidenceShown(*row) for row in await pool.fetch(_LIST, campaign, item)]


async def evidence_of(
    pool: Pool, campaign: str, item: str, digests: Sequence[str]
) -> dict[str, Evidence]:
    """What was handed in for the item, by digest; those never handed in are left out."""
    rows = await pool.fetch(_FIND, campaign, item, list(digests)) if digests else []
    return {row["digest"]: Evidence(*row) for row in rows}
