"""Events put back into a store as they were recorded: same ids, places, instants and hashes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from shared.contracts.contract import Contract
from shared.kernel.chain import Chain, meta_of
from shared.kernel.envelope import Envelope
from shared.kernel.refusals import Refusal
from shared.platform.eventstore import EVENT_COLUMNS
from shared.platform.inline_views import Row
from shared.platform.postgres import Connection

_HEADS = """
insert into histories as h (league, version, head_hash, recorded_at)
select u.league, u.version, u.hash, e.recorded_at
from unnest($1::text[], $2::bigint[], $3::bytea[]) as u(league, version, hash)
join events e on e.league = u.league and e.version = u.version
on conflict (league) do update
    set version = excluded.version, head_hash = excluded.head_hash,
        recorded_at = excluded.recorded_at
"""
_PARTED = """
select stream from events group by stream having count(*) <> max(stream_version) limit 1
"""
_UNSTORABLE: Final = (
    ValueError, TypeError, OverflowError, asyncpg.DataError, asyncpg.IntegrityConstraintViolationError,
)  # fmt: skip


class NotStorable(Refusal):
    code = "events-not-storable"
    status = 422
    zh = "这些事件不能存入本服务:{cause}。未作任何改动。"
    en = "These events cannot be stored by this service: {cause}. Nothing was changed."


class StreamParted(Refusal):
    code = "stream-incomplete"
    status = 422
    zh = "对象 {stream} 的事件不全:其余在另一盟市的历史里,请一并导入。未作任何改动。"
    en = "Stream {stream} is incomplete: the rest is in another league's history; import that, too. Nothing was changed."


async def put_back(
    connection: Connection, contract: Contract, envelopes: Sequence[Envelope]
) -> None:
    """Store events whose chain was followed; each must be one that this program understands."""
    try:
        rows = [_row(contract, envelope) for envelope in envelopes]
        await connection.copy_records_to_table("events", records=rows, columns=EVENT_COLUMNS)
    except _UNSTORABLE as cause:
        raise NotStorable(cause=str(cause)[:500]) from cause


async def set_heads(connection: Connection, chains: Iterable[Chain]) -> Mapping[str, int]:
    """Let the histories end where these chains do; raises StreamParted where a life has a hole."""
    ends = [(chain.league, chain.version, chain.head) for chain in chains]
    if ends:
        await connection.execute(_HEADS, *zip(*ends, strict=True))
    stream = await connection.fetchval(_PARTED)
    if stream is not None:
        raise StreamParted(stream=stream)
    return {league: version for league, version, _ in ends}


def _row(contract: Contract, envelope: Envelope) -> Row:
    """An event's row, in the order of EVENT_COLUMNS."""
    contract.open(envelope)
    name, schema_version = envelope.event_name
    meta: dict[str, Any] = meta_of(envelope)
    return (
        envelope.league, envelope.version, envelope.stream, envelope.streamversion,
        UUID(envelope.id), name, schema_version, bytes(envelope.data).decode(),
        msgspec.json.encode(meta).decode(), envelope.time, envelope.recordedat,
        bytes.fromhex(envelope.hash),
    )  # fmt: skip
