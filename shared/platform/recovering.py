"""A store behind its topic: the lost end taken back from there, or declared void."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import IO, Any, Final, Self

import msgspec

from shared.contracts.contract import Contract
from shared.kernel.chain import Chain, ChainBroken
from shared.kernel.envelope import Envelope
from shared.kernel.refusals import Refusal
from shared.platform.archiving.taking_in import Refill, Tell
from shared.platform.epochs import Deciding, begin_epoch
from shared.platform.kafka import KafkaAddress, delete_topic
from shared.platform.postgres import Connection, Pool
from shared.platform.rebuilding import while_writers_wait
from shared.platform.relay import leader_of
from shared.platform.restoring import put_back, set_heads
from shared.platform.topic_audit import Found, TopicAudit
from shared.platform.topic_tail import tail_of

_HEADS = "select league, version, head_hash from histories"
_CURSORS = """
insert into relay_cursors as c (league, published_version, published_offset)
select * from unnest($1::text[], $2::bigint[], $3::bigint[])
on conflict (league) do update
    set published_version = excluded.published_version, published_offset = excluded.published_offset
"""
_LEAD = "select pg_try_advisory_xact_lock(hashtext($1))"
_TRIES: Final = 100
_TRY_SECONDS: Final = 0.1


class RelayAtWork(Refusal):
    code = "relay-at-work"
    zh = "服务 {service} 的转发正在工作:主题与本库没有矛盾,无须决定。"
    en = "The relay of {service} is at work: topic and store do not contradict each other, there is nothing to decide."


class NothingBeyond(Refusal):
    code = "nothing-beyond-the-store"
    zh = "主题中没有服务 {service} 本库之外的事件,无须决定。"
    en = "The topic holds nothing of {service} that its store does not; there is nothing to decide."


class TailNotWhole(Refusal):
    code = "topic-tail-not-whole"
    zh = (
        "主题中 {league} 的后续事件接不上本库:应为第 {version} 版({fault})。未作任何改动。"
        "请恢复较新的备份,或 campaign epoch accept --service {service}。"
    )
    en = (
        "The topic's later events of {league} do not continue the store at version {version} ({fault})."
        " Nothing was changed. Restore a newer copy, or campaign epoch accept --service {service}."
    )


class StoreWentOn(Refusal):
    code = "store-went-on"
    zh = (
        "本库恢复后又登记了新的事件({league} 第 {version} 版与主题不同),不能再从主题找回。未作任何改动。"
        "请恢复较新的备份,或 campaign epoch accept --service {service}。"
    )
    en = (
        "The store was written to after it was restored ({league} version {version} is another event on"
        " the topic), so nothing can be taken back. Nothing was changed. Restore a newer copy, or"
        " campaign epoch accept --service {service}."
    )


@dataclass(slots=True)
class Lost:
    """What was taken back or declared void of each league: how many events, from which version
    to which.
    """

    leagues: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, league: str, version: int) -> None:
        found = self.leagues.setdefault(league, {"from": version, "to": version, "events": 0})
        found["from"] = min(found["from"], version)
        found["to"] = max(found["to"], version)
        found["events"] += 1

    @property
    def events(self) -> int:
        return sum(each["events"] for each in self.leagues.values())


class Undecided:
    """A service's store whose relay stands still, or is not running."""

    def __init__(self, pool: Pool, schema: str, contract: Contract, address: KafkaAddress) -> None:
        self._pool = pool
        self._schema = schema
        self._contract = contract
        self._address = address
        self._audit = TopicAudit(address, contract.topic)

    async def recover(
        self, refill: Refill, deciding: Deciding, tell: Tell, *, dry_run: bool = False
    ) -> dict[str, Any]:
        """Take back what the topic holds beyond the store, with the views; all or nothing."""
        async with self._alone() as connection:
            attempt = connection.transaction()
            await attempt.start()
            taking = await Taking.of(connection, self._contract)
            async with aclosing(tail_of(connection, self._audit)) as tail:
                async for beyond, contradicting in tail:
                    if contradicting:
                        place = contradicting[0].envelope
                        raise StoreWentOn(
                            service=place.service, league=place.league, version=place.version
                        )
                    await taking.take(beyond)
                    tell("events", taking.lost.events, taking.lost.events)
            if not taking.lost.events:
                raise NothingBeyond(service=self._contract.service)
            await taking.finish()
            await refill(connection)
            leagues = taking.lost.leagues
            epoch = await begin_epoch(connection, "recovered", deciding, leagues)
            await (attempt.rollback() if dry_run else attempt.commit())
        return {"epoch": None if dry_run else epoch, "leagues": leagues}

    async def accept(
        self, deciding: Deciding, keep: IO[bytes] | None = None, *, dry_run: bool = False
    ) -> dict[str, Any]:
        """Let the store stand and declare void what the topic holds beside it; `keep` gets those
        events, a line each. The topic is deleted, so that nobody reads two histories; the relay
        makes it anew and publishes the store's.
        """
        async with self._alone() as connection:
            lost = Lost()
            async with aclosing(tail_of(connection, self._audit)) as tail:
                async for beyond, contradicting in tail:
                    for each in (*beyond, *contradicting):
                        lost.add(each.envelope.league, each.envelope.version)
                        if keep is not None:
                            keep.write(msgspec.json.encode(each.envelope) + b"\n")
            if not lost.events:
                raise NothingBeyond(service=self._contract.service)
            if dry_run:
                return {"epoch": None, "leagues": lost.leagues}
            # Were we to die after this, the relay would find the topic empty and fill it as well.
            await delete_topic(self._address, self._contract.topic)
            await connection.execute("delete from relay_cursors")
            epoch = await begin_epoch(connection, "accepted", deciding, lost.leagues)
        return {"epoch": epoch, "leagues": lost.leagues}

    @asynccontextmanager
    async def _alone(self) -> AsyncGenerator[Connection, None]:
        """One transaction in which neither the relay publishes nor a command is half way."""
        async with self._pool.acquire() as holder, holder.transaction():
            for _ in range(_TRIES):
                if await holder.fetchval(_LEAD, leader_of(self._schema)):
                    break
                await asyncio.sleep(_TRY_SECONDS)  # it looks at the topic again now and then
            else:
                raise RelayAtWork(service=self._contract.service)
            async with while_writers_wait(self._pool) as connection:
                yield connection


@dataclass(slots=True)
class Taking:
    """Events of a topic on their way back into the store, each history linked to its head."""

    connection: Connection
    contract: Contract
    chains: dict[str, Chain]
    offsets: dict[str, int] = field(default_factory=dict)
    lost: Lost = field(default_factory=Lost)

    @classmethod
    async def of(cls, connection: Connection, contract: Contract) -> Self:
        rows = await connection.fetch(_HEADS)
        return cls(
            connection, contract,
            {row["league"]: Chain(contract.service, *row) for row in rows},
        )  # fmt: skip

    async def take(self, found: Sequence[Found]) -> None:
        """Store those that come next; what the topic holds twice is stored once."""
        fresh: dict[tuple[str, int], Envelope] = {}
        for offset, envelope in found:
            place = (envelope.league, envelope.version)
            if place in fresh and fresh[place].hash == envelope.hash:
                continue
            self._follow(envelope)
            fresh[place] = envelope
            self.offsets[envelope.league] = offset
            self.lost.add(*place)
        await put_back(self.connection, self.contract, list(fresh.values()))

    def _follow(self, envelope: Envelope) -> None:
        service, league = self.contract.service, envelope.league
        try:
            self.chains.setdefault(league, Chain(service, league)).follow(envelope)
        except ChainBroken as broken:
            raise TailNotWhole(
                service=service, league=league, version=broken.version, fault=broken.fault
            ) from broken

    async def finish(self) -> None:
        """Let histories and cursors end where the topic does."""
        heads = await set_heads(self.connection, [self.chains[name] for name in self.offsets])
        rows = [(league, version, self.offsets[league]) for league, version in heads.items()]
        await self.connection.execute(_CURSORS, *zip(*rows, strict=True))
