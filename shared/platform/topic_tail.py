"""The tail of a topic: what it holds that the store does not know, or knows otherwise."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Final

from shared.kernel.envelope import Envelope
from shared.platform.postgres import Connection
from shared.platform.topic_audit import Found, Published, TopicAudit

PUBLISHED: Final = """
select league, published_version, published_offset from relay_cursors where published_version > 0
"""
_STORED = """
select u.league, u.version, e.hash from unnest($1::text[], $2::bigint[]) as u(league, version)
left join events e on e.league = u.league and e.version = u.version
"""


class StoreBehindTopic(RuntimeError):
    """Kafka holds events the store does not: it was restored from an older copy.

    Publishing on would give two events one version, so the relay stops; an operator decides.
    """

    zh = (
        "主题里有 {league} 第 {version} 版的事件,本库没有:本库是从较早的备份恢复的。转发已停止。"
        "找回这些事件:campaign epoch recover --service {service};"
        "确认作废:campaign epoch accept --service {service},随后按本库重建各视图。"
    )
    en = (
        "The topic holds {league} version {version}, which the store does not: it was restored from an"
        " older copy. Nothing is published. To take those events back: campaign epoch recover"
        " --service {service}; to declare them void: campaign epoch accept --service {service}, and"
        " then rebuild the views from the store."
    )

    def __init__(self, service: str, event: Envelope) -> None:
        told = {"service": service, "league": event.league, "version": event.version}
        self.told_zh, self.told_en = self.zh.format(**told), self.en.format(**told)
        super().__init__(self.told_en)


class StoreDiffersFromTopic(StoreBehindTopic):
    """The store holds another event where the topic holds one: it was restored and written to."""

    zh = (
        "{league} 第 {version} 版在主题和本库中是不同的事件:本库恢复后又登记了新的事件。转发已停止。"
        "以本库为准、作废主题中的事件:campaign epoch accept --service {service},随后按本库重建各视图;"
        "否则恢复较新的备份。"
    )
    en = (
        "{league} version {version} is one event on the topic and another in the store: it was restored"
        " from an older copy and written to since. Nothing is published. To let the store stand and"
        " declare the topic's events void: campaign epoch accept --service {service}, and then rebuild the"
        " views from the store; or else restore a newer copy."
    )


async def published_by(connection: Connection) -> list[Published]:
    return [Published(*row) for row in await connection.fetch(PUBLISHED)]


async def refuse_tail(connection: Connection, service: str, audit: TopicAudit) -> None:
    """Raise StoreBehindTopic when the topic holds what the store does not."""
    async with aclosing(tail_of(connection, audit)) as tail:
        async for beyond, contradicting in tail:
            if contradicting:
                raise StoreDiffersFromTopic(service, contradicting[0].envelope)
            raise StoreBehindTopic(service, beyond[0].envelope)


async def tail_of(
    connection: Connection, audit: TopicAudit
) -> AsyncGenerator[tuple[list[Found], list[Found]], None]:
    """(events the store has not, events it has otherwise), some at a time, as they stand."""
    async with aclosing(audit.later_than(await published_by(connection))) as later:
        async for found in later:
            stored = await _stored(connection, found)
            beyond, contradicting = [], []
            for each in found:
                place = (each.envelope.league, each.envelope.version)
                if place not in stored:
                    beyond.append(each)
                elif stored[place] != each.envelope.hash:
                    contradicting.append(each)
            if beyond or contradicting:
                yield beyond, contradicting


async def _stored(connection: Connection, found: Sequence[Found]) -> Mapping[tuple[str, int], str]:
    """The hashes of those that the store has."""
    rows = await connection.fetch(
        _STORED,
        [each.envelope.league for each in found],
        [each.envelope.version for each in found],
    )
    return {(r["league"], r["version"]): r["hash"].hex() for r in rows if r["hash"] is not None}
