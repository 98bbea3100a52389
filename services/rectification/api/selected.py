"""Endpoints for many items at once: those named, or all that the ledger shows for a question."""

from collections.abc import Sequence
from datetime import UTC, datetime
from inspect import Parameter, Signature
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Body, Request, Response
from pydantic import Field

from services.rectification.api.entitled import ACTION_OF, require_entitled
from services.rectification.api.item_bodies import AssignItem, ExtendItem, ItemId, StepBody
from services.rectification.api.ledger import FILTERS, ITEM_LIST
from services.rectification.api.office import Office, office_of
from services.rectification.api.steps import STEP_OF, Telling
from services.rectification.domain.item_refusals import UnknownItem
from services.rectification.views.items import items_at_hand
from services.rectification.views.ledger import LEDGER
from services.rectification.views.lives import OF_ITEM
from shared.kernel.refusals import Refusal
from shared.platform.asking import Ask, Asking, answered
from shared.platform.commands import Outcome, RowsRefused, Work
from shared.platform.fields import CampaignInPath
from shared.platform.openapi import write_headers, write_responses
from shared.platform.problems import language_of, problem

router = APIRouter(prefix="/campaigns/{campaign}/items", tags=["ledger 台账"])

MOST_ITEMS: Final = 20_000
_LISTED: Final = 500
_Items = Annotated[list[ItemId], Field(min_length=1, max_length=MOST_ITEMS)]


class NothingSelected(Refusal):
    code = "nothing-selected"
    status = 422
    zh = "请在 items 中列出事项,或用台账的筛选条件选定。"
    en = "Name items in `items`, or choose them by the ledger's filters."


class TooManySelected(Refusal):
    code = "too-many-selected"
    status = 422
    zh = "选中 {count} 项,一次最多 {limit} 项,请缩小范围。"
    en = "{count} items are selected and {limit} are taken at once; narrow the question."


class ItemRefused(msgspec.Struct, frozen=True):
    item: str
    code: str
    message_zh: str
    message_en: str


class SelectedAnswer(msgspec.Struct, frozen=True):
    """What became of the items: changed, already so, refused; at most 500 refusals are listed."""

    selected: int
    changed: int
    unchanged: int
    refused: list[ItemRefused]
    refused_total: int


class AssignItems(AssignItem):
    items: _Items | None = None


class ExtendItems(ExtendItem):
    items: _Items | None = None


def _add(path: str, action: str, summary: str, kind: type[StepBody]) -> None:
    async def endpoint(**asked: Any) -> Response:
        request, campaign, ask = (asked.pop(name) for name in ("request", "campaign", "ask"))
        body = asked.pop("body")
        office = office_of(request)
        items = await _selected(office, request, campaign, ask, asked, body.items)
        return await _take(office, request, campaign, ask, action, body, items)

    parameters = [
        *ITEM_LIST.parameters(),
        Parameter("body", Parameter.KEYWORD_ONLY, annotation=Annotated[kind, Body()]),
    ]
    # FastAPI reads parameters from the signature: the ledger's filters, and the step's body.
    endpoint.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    router.add_api_route(
        path,
        endpoint,
        methods=["POST"],
        name=f"{action}_items",
        summary=summary,
        status_code=201,
        responses=write_responses(SelectedAnswer),
        openapi_extra=write_headers(),
    )


async def _selected(
    office: Office,
    request: Request,
    campaign: CampaignInPath,
    ask: Ask,
    asked: dict[str, Any],
    items: Sequence[str] | None,
) -> list[str]:
    """The items named, or all that the same question to the ledger would show."""
    if items is not None:
        await office.campaigns.campaign(campaign)
        return list(dict.fromkeys(items))
    names = {"unit", "under", *(one.name for one in FILTERS)}
    if all(asked.get(name) is None for name in names):
        raise NothingSelected
    wanted = await ITEM_LIST.wanted(request, campaign, ask, asked)
    count = await LEDGER.count(office.pool, wanted)
    if count > MOST_ITEMS:
        raise TooManySelected(count=count, limit=MOST_ITEMS)
    query, values = await LEDGER.all_rows(office.pool, wanted, ["item"])
    return [row["item"] for row in await office.pool.fetch(query, *values)]


async def _take(
    office: Office,
    request: Request,
    campaign: str,
    ask: Asking,
    action: str,
    body: StepBody,
    items: Sequence[str],
) -> Response:
    """One step for each, in one transaction: for all of them or for none."""
    works, refused = await _works(office, campaign, ask, action, body, items)

    def report(outcome: Outcome[Any, Any]) -> tuple[int, bytes]:
        answer = SelectedAnswer(
            len(items), len(outcome.accepted_rows), len(outcome.unchanged_rows), [], 0
        )
        return 201 if outcome.recorded else 200, msgspec.json.encode(answer)

    try:
        outcome = await office.handler.many(
            OF_ITEM.decider, works, ask.origin, report,
            key=ask.key, view=OF_ITEM.view, dry_run=bool(refused),
        )  # fmt: skip
    except RowsRefused as rows:
        refused += [_refused(items[row], refusal) for row, refusal in rows.outcome.refused]
    else:
        if outcome.answer is not None:
            return answered(outcome.answer)
    return problem(
        422,
        "items-refused",
        f"有 {len(refused)} 个事项不能办理,均未写入。请见 refused。",
        f"{len(refused)} items cannot be dealt with and nothing was written; see refused.",
        language=language_of(request),
        refused=[msgspec.structs.asdict(one) for one in refused[:_LISTED]],
        refused_total=len(refused),
    )


async def _works(
    office: Office,
    campaign: str,
    ask: Asking,
    action: str,
    body: StepBody,
    items: Sequence[str],
) -> tuple[list[Work[Any]], list[ItemRefused]]:
    at_hand = await items_at_hand(office.pool, campaign, items)
    settings = await office.settings(campaign, {item.unit for item in at_hand.values()})
    today = next(iter(settings.values())).today if settings else datetime.now(UTC).date()
    told = body.told() | {"on": body.on or today}
    works: list[Work[Any]] = []
    refused: list[ItemRefused] = []
    for row, name in enumerate(items):
        item = at_hand.get(name)
        try:
            if item is None:
                raise UnknownItem(item=name)
            setting = settings[item.unit]
            require_entitled(ask.caller, ACTION_OF[action], item, setting.unit.path)
        except Refusal as refusal:
            refused.append(_refused(name, refusal))
            continue
        command = STEP_OF[action](Telling(told | {"item": name}, setting, item, ask.caller))
        stream, unit = OF_ITEM.stream(campaign, name), setting.unit
        works.append(Work(stream, campaign, unit.code, unit.path, command, row=row))
    return works, refused


def _refused(item: str, refusal: Refusal) -> ItemRefused:
    return ItemRefused(item, refusal.code, refusal.message_zh, refusal.message_en)


_add("/bulk-assign", "assign", "Assign many items 批量交办", AssignItems)
_add("/bulk-extend", "extend", "Extend many items 批量延期", ExtendItems)
