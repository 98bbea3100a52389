"""An archive taken into an empty store: all of a service's histories with their views, or nothing."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from itertools import islice

from shared.contracts.contract import Contract
from shared.kernel.chain import Chain
from shared.kernel.envelope import Envelope
from shared.kernel.refusals import Refusal
from shared.platform.archiving.manifest import Part
from shared.platform.archiving.reading import Archive
from shared.platform.epochs import Deciding, begin_epoch
from shared.platform.postgres import Connection, Pool
from shared.platform.rebuilding import while_writers_wait
from shared.platform.restoring import put_back, set_heads

Refill = Callable[[Connection], Awaitable[Mapping[str, int]]]
"""Fills a service's inline views again, within the transaction it is given."""

Tell = Callable[[str, int, int], None]
"""(stage, done, total)."""

_AT_ONCE = 2_000
_HELD = """
select (select count(*) from events) as events, (select count(*) from relay_cursors) as cursors
"""


class StoreNotEmpty(Refusal):
    code = "store-not-empty"
    zh = "服务 {service} 已有 {events} 个事件,归档只能导入空系统。未作任何改动。"
    en = "Service {service} holds {events} events; an archive is imported into an empty system only. Nothing was changed."


class NotInArchive(Refusal):
    code = "service-not-in-archive"
    status = 422
    zh = "归档中没有服务 {service} 的历史。"
    en = "The archive holds no history of service {service}."


async def take_in(
    pool: Pool,
    contract: Contract,
    refill: Refill,
    archive: Archive,
    deciding: Deciding,
    tell: Tell,
    *,
    dry_run: bool = False,
) -> Mapping[str, int]:
    """Store this service's part of the archive; versions by league. What is refused, or tried
    for once (`dry_run`), leaves nothing.
    """
    parts = archive.manifest.of(contract.service)
    if not parts:
        raise NotInArchive(service=contract.service)
    async with while_writers_wait(pool) as connection:
        await _refuse_held(connection, contract.service)
        attempt = connection.transaction()
        await attempt.start()
        chains = await _store(connection, contract, archive, parts, tell)
        heads = await set_heads(connection, chains)
        await connection.execute("analyze events")
        tell("views", 0, 1)
        await refill(connection)
        tell("views", 1, 1)
        await begin_epoch(connection, "imported", deciding, {"heads": dict(heads)})
        await (attempt.rollback() if dry_run else attempt.commit())
    return heads


async def _refuse_held(connection: Connection, service: str) -> None:
    held = await connection.fetchrow(_HELD)
    if held is not None and (held["events"] or held["cursors"]):
        raise StoreNotEmpty(service=service, events=held["events"])


async def _store(
    connection: Connection, contract: Contract, archive: Archive, parts: list[Part], tell: Tell
) -> list[Chain]:
    done, total = 0, sum(part.count for part in parts)
    chains: list[Chain] = []
    for part in parts:
        chain = Chain(part.service, part.league)
        for page in _pages(archive.envelopes(part)):
            await put_back(connection, contract, page)
            done += len(page)
            tell("events", done, total)
            chain.version, chain.head = page[-1].version, bytes.fromhex(page[-1].hash)
        chains.append(chain)
    return chains


def _pages(envelopes: Iterable[Envelope]) -> Iterator[list[Envelope]]:
    source = iter(envelopes)
    while page := list(islice(source, _AT_ONCE)):
        yield page
