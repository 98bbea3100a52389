"""Endpoints of saved views: a person keeps filters, order and columns of the ledger by a name."""

from collections.abc import Container
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Request, Response
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from services.rectification.api.ledger import FILTERS
from services.rectification.api.office import Office, office_of
from services.rectification.views.ledger import LEDGER
from services.rectification.views.saved_views import ViewShown, drop, save, saved
from shared.kernel.access import Action
from shared.platform.asking import Ask, Asking
from shared.platform.fields import Body, CampaignInPath, clean_text
from shared.platform.openapi import problem_responses, read_responses

router = APIRouter(prefix="/campaigns/{campaign}/saved-views", tags=["saved views 我的视图"])

_FILTER_NAMES = frozenset({*(one.name for one in FILTERS), "unit", "under"})
_ORDERS = frozenset(f"{sign}{name}" for name in LEDGER.sorts for sign in ("", "-"))
_Text = Annotated[str, Field(strict=True, max_length=200)]
_Values = _Text | Annotated[list[_Text], Field(max_length=100)]


def _one_of(names: Container[str]) -> AfterValidator:
    def known(name: str) -> str:
        if name not in names:
            raise PydanticCustomError(
                "ledger_name_unknown",
                "台账没有这一项。 The ledger has nothing of this name.",
            )
        return name

    return AfterValidator(known)


_Filter = Annotated[_Text, _one_of(_FILTER_NAMES)]
_Order = Annotated[_Text, _one_of(_ORDERS)]
_Column = Annotated[_Text, _one_of(frozenset(LEDGER.fields))]
ViewName = Annotated[
    str,
    Path(min_length=1, max_length=60, description="Name of the view 视图名称"),
    AfterValidator(clean_text),
]


class SaveView(Body):
    """Each filter's value or values, as the ledger's query takes them."""

    filters: Annotated[dict[_Filter, _Values], Field(max_length=40)] = Field(default_factory=dict)
    sort: _Order | None = None
    columns: Annotated[list[_Column], Field(max_length=60)] = Field(default_factory=list)


@router.get(
    "", summary="My saved views 我保存的视图", responses=read_responses(list[ViewShown], 404)
)
async def my_views(campaign: CampaignInPath, request: Request, ask: Ask) -> Response:
    office = await _office(request, campaign, ask)
    views = await saved(office.pool, campaign, ask.caller.subject)
    return Response(msgspec.json.encode(views), media_type="application/json")


@router.put(
    "/{name}",
    summary="Save a view under a name 保存视图",
    responses=read_responses(ViewShown, 404, 409),
)
async def save_view(
    campaign: CampaignInPath, name: ViewName, body: SaveView, request: Request, ask: Ask
) -> Response:
    office = await _office(request, campaign, ask)
    content = body.model_dump_json()
    view = await save(office.pool, campaign, ask.caller.subject, name, content)
    return Response(msgspec.json.encode(view), media_type="application/json")


@router.delete(
    "/{name}",
    summary="Delete a saved view 删除视图",
    status_code=204,
    responses=problem_responses(400, 403, 404, 422),
)
async def drop_view(campaign: CampaignInPath, name: ViewName, request: Request, ask: Ask) -> None:
    office = await _office(request, campaign, ask)
    await drop(office.pool, campaign, ask.caller.subject, name)


async def _office(request: Request, campaign: str, ask: Asking) -> Office:
    ask.caller.require_anywhere(Action.READ_LEDGER)
    office = office_of(request)
    await office.campaigns.campaign(campaign)
    return office
