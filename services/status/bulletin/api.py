"""Bulletins over HTTP: drafted for any unit and day, issued under a number, compared, reissued."""

from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter

from services.status.bulletin.comparing import Comparison, compared, point_of
from services.status.bulletin.document import Bulletin, bytes_of
from services.status.bulletin.drafting import Drafts
from services.status.bulletin.forms import MEDIA_TYPES, Form, written
from services.status.bulletin.issuing import Issue, IssuedBulletins, digest_of
from services.status.contributions import THEN
from services.status.knowing.entries import Entry, below_on, between
from services.status.queries import Asked, Known
from services.status.sight import AsOf, Campaign, Code, SightOf, ViewsOf, day_or_today, seen_by
from shared.kernel.access import Action
from shared.platform.asking import Ask
from shared.platform.openapi import Responses, read_responses, write_responses
from shared.platform.postgres import Pool

AsForm = Annotated[
    Form,
    Query(alias="format", description="html, docx: the text 正文; xlsx: the annex 附表"),
]
Number = Annotated[int, PathParameter(ge=1, le=1_000_000, examples=[1])]
_NEWEST: Final = 1_000_001


class Issued(msgspec.Struct):
    """A bulletin that was issued, and the digest of the bytes it will always have."""

    number: int
    digest: str
    bulletin: Bulletin


class Issues(msgspec.Struct):
    bulletins: list[Issue]
    next_before: int | None


class Reissue(msgspec.Struct):
    """The figures composed anew from the events up to the bulletin's position."""

    number: int
    digest: str
    reissued_digest: str
    identical: bool


class Named(Comparison, frozen=True):
    """And a page of the entries that count in one of the two alone, the newest record last."""

    events: int
    entries: list[Entry]
    next_cursor: str | None


router = APIRouter(prefix="/campaigns/{campaign}/units/{code}", tags=["bulletin 通报"])


def _in_any_form() -> Responses:
    """A bulletin as JSON, or as a file of one of the other forms."""
    responses = read_responses(Bulletin, 404)
    for form in ("html", "docx", "xlsx"):
        media_type = MEDIA_TYPES[form].partition(";")[0]
        responses[200]["content"][media_type] = {"schema": {"type": "string", "format": "binary"}}
    return responses


@router.get(
    "/bulletin", summary="Draft the bulletin of a day 拟制某日通报", responses=_in_any_form()
)
async def draft(
    campaign: Campaign,
    code: Code,
    sight: SightOf,
    request: Request,
    as_of: AsOf = None,
    form: AsForm = "json",
) -> Response:
    asked = sight.asked(campaign, code, as_of, THEN)
    await sight.allow(asked)
    drafts = _drafts(request)
    if sight.known_at is None:
        return _file(await drafts.draft(asked), form)
    return _file(await drafts.known_at(asked, sight.known_at), form)


@router.post(
    "/bulletins",
    summary="Issue the bulletin of a day under the next number 印发通报",
    status_code=201,
    responses=write_responses(Issued),
)
async def issue(
    campaign: Campaign, code: Code, ask: Ask, views: ViewsOf, request: Request, as_of: AsOf = None
) -> Response:
    """The same figures from the same events are one bulletin: issued again, it keeps its number."""
    asked = Asked(campaign, code, day_or_today(as_of), THEN)
    known = await seen_by(views, ask, asked)
    ask.caller.require(Action.ISSUE_BULLETINS, known.unit.path)
    bulletin = await _drafts(request).draft(asked)
    number, fresh = await _issued(request).issue(bulletin, ask.caller.subject)
    answer = Issued(number, digest_of(bytes_of(bulletin)).hex(), bulletin)
    return _json(answer, 201 if fresh else 200)


@router.get(
    "/bulletins",
    summary="Bulletins issued, the newest first 已印发的通报",
    responses=read_responses(Issues, 404),
)
async def issues(
    campaign: Campaign,
    code: Code,
    ask: Ask,
    views: ViewsOf,
    request: Request,
    before: Annotated[int, Query(ge=1, le=_NEWEST)] = _NEWEST,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    await _allow(views, ask, campaign, code)
    found = await _issued(request).of_unit(campaign, code, before, limit)
    following = found[-1].number if len(found) == limit else None
    return _json(Issues(list(found), following))


@router.get(
    "/bulletins/{number}",
    summary="A bulletin as it was issued 查看通报",
    responses=_in_any_form(),
)
async def issued(
    campaign: Campaign,
    code: Code,
    number: Number,
    ask: Ask,
    views: ViewsOf,
    request: Request,
    form: AsForm = "json",
) -> Response:
    await _allow(views, ask, campaign, code)
    _, bulletin = await _issued(request).issued(campaign, code, number)
    return _file(bulletin, form)


@router.get(
    "/bulletins/{number}/comparison",
    summary="What changed from one bulletin to another 与另一期比较",
    responses=read_responses(Named, 404),
)
async def comparison(
    campaign: Campaign,
    code: Code,
    number: Number,
    ask: Ask,
    views: ViewsOf,
    request: Request,
    since: Annotated[int, Query(ge=1, le=1_000_000, description="The earlier one 较早一期")],
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    known = await _allow(views, ask, campaign, code)
    _, before = await _issued(request).issued(campaign, code, since)
    _, after = await _issued(request).issued(campaign, code, number)
    pool: Pool = request.app.state.pool
    units = await below_on(pool, campaign, code, known.unit, {before.as_of, after.as_of})
    points = point_of(before), point_of(after)
    page = await between(pool, campaign, points, units, cursor, limit)
    figures = msgspec.structs.asdict(compared(before, after))
    return _json(
        Named(**figures, events=page.total, entries=page.entries, next_cursor=page.next_cursor)
    )


@router.get(
    "/bulletins/{number}/reissue",
    summary="Compose a bulletin again from the events it stood on 按原位置重新生成",
    responses=read_responses(Reissue, 404),
)
async def reissue(
    campaign: Campaign, code: Code, number: Number, ask: Ask, views: ViewsOf, request: Request
) -> Response:
    await _allow(views, ask, campaign, code)
    told, bulletin = await _issued(request).issued(campaign, code, number)
    again = await _drafts(request).again(bulletin)
    digest = digest_of(bytes_of(again)).hex()
    return _json(Reissue(number, told.digest, digest, digest == told.digest))


async def _allow(views: ViewsOf, ask: Ask, campaign: str, code: str) -> Known:
    """Whoever may see the unit today may see what it has issued."""
    return await seen_by(views, ask, Asked(campaign, code, day_or_today(None), THEN))


def _drafts(request: Request) -> Drafts:
    drafts: Drafts = request.app.state.drafts
    return drafts


def _issued(request: Request) -> IssuedBulletins:
    bulletins: IssuedBulletins = request.app.state.bulletins
    return bulletins


def _file(bulletin: Bulletin, form: Form) -> Response:
    headers = {}
    if form in {"docx", "xlsx"}:
        name = f"bulletin-{bulletin.unit}-{bulletin.as_of}.{form}"
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Response(written(bulletin, form), headers=headers, media_type=MEDIA_TYPES[form])


def _json(answer: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(answer), status, media_type="application/json")
