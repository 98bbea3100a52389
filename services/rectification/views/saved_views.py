"""Saved views of the ledger: each person's own questions, by name."""

from datetime import datetime
from typing import Any

import msgspec

from shared.kernel.refusals import Refusal
from shared.platform.postgres import Pool

MOST: int = 100

_SAVE = """
insert into saved_views (campaign, person, name, content)
select $1, $2, $3, $4::jsonb
where exists (select from saved_views where campaign = $1 and person = $2 and name = $3)
    or (select count(*) from saved_views where campaign = $1 and person = $2) < $5
on conflict (campaign, person, name) do update set content = excluded.content, saved_at = now()
returning name, content, saved_at
"""
_LIST = """
select name, content, saved_at from saved_views where campaign = $1 and person = $2 order by name
"""
_DROP = "delete from saved_views where campaign = $1 and person = $2 and name = $3"


class TooManyViews(Refusal):
    code = "too-many-views"
    zh = "最多保存 {limit} 个视图,请先删除不用的。"
    en = "At most {limit} views are kept; delete one first."


class UnknownView(Refusal):
    code = "unknown-view"
    status = 404
    zh = "没有名为“{name}”的视图。"
    en = "You have no view named {name}."


class ViewShown(msgspec.Struct, frozen=True):
    """What was saved: filters, order and columns of the ledger."""

    name: str
    content: dict[str, Any]
    saved_at: datetime


async def save(pool: Pool, campaign: str, person: str, name: str, content: str) -> ViewShown:
    row = await pool.fetchrow(_SAVE, campaign, person, name, content, MOST)
    if row is None:
        raise TooManyViews(limit=MOST)
    return _shown(row)


async def saved(pool: Pool, campaign: str, person: str) -> list[ViewShown]:
    return [_shown(row) for row in await pool.fetch(_LIST, campaign, person)]


async def drop(pool: Pool, campaign: str, person: str, name: str) -> None:
    if await pool.execute(_DROP, campaign, person, name) == "DELETE 0":
        raise UnknownView(name=name)


def _shown(row: Any) -> ViewShown:
    return ViewShown(row["name"], msgspec.json.decode(row["content"]), row["saved_at"])
