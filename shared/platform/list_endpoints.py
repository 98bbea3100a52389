"""Endpoints of lists: one declaration gives pages, their count, and the whole as a file."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Annotated, Any, Literal, Protocol

import msgspec
from fastapi import APIRouter, Query, Request, Response

from shared.kernel.access import Action
from shared.kernel.setting import CampaignAtHand, UnitAtHand
from shared.platform.asking import Ask, Asking
from shared.platform.eventstore import EventStore
from shared.platform.exporting import Export, export_responses
from shared.platform.fields import CODE_PATTERN, CampaignInPath
from shared.platform.filters import Filter
from shared.platform.lean_route import LeanQueryRoute
from shared.platform.listing import Listing, Order, Wanted
from shared.platform.openapi import read_responses
from shared.platform.units_at_hand import paths_of

_Unit = Annotated[str | None, Query(pattern=CODE_PATTERN, description="Of this unit 单位")]
_Under = Annotated[
    str | None, Query(pattern=CODE_PATTERN, description="Of this unit and all below 该单位及下级")
]
_Cursor = Annotated[str | None, Query(max_length=1000, description="`next` of the page before")]
_Limit = Annotated[int, Query(ge=1, le=500, description="Rows a page 每页行数")]
_Format = Annotated[Literal["xlsx", "csv"], Query(description="File format 文件格式")]
_Endpoint = Callable[..., Awaitable[Response]]


class Count(msgspec.Struct, frozen=True):
    """How many rows a list has."""

    count: int


class Office(Protocol):
    """What lists ask of a service's office."""

    @property
    def store(self) -> EventStore: ...
    @property
    def campaigns(self) -> "Campaigns": ...
    async def unit(self, campaign: str, code: str, ask: Asking, action: Action) -> UnitAtHand: ...


class Campaigns(Protocol):
    async def campaign(self, name: str) -> CampaignAtHand: ...


@dataclass(frozen=True)
class ListEndpoint:
    """A list at `path`, for those who hold `action`: rows about units are kept to the subtrees
    they hold it for. Its filters are query parameters.

    `export` also gives `/counts<path>` and `/exports<path>`, with the same filters and order.
    """

    path: str
    summary: str
    listing: Listing
    action: Action
    filters: tuple[Filter, ...] = ()
    export: Export | None = None

    def add_to(self, router: APIRouter) -> None:
        """The router's prefix has the campaign; the app's state has the office."""
        name = self.path.strip("/").replace("/", "_").replace("-", "_")
        paged = read_responses(self.listing.page_type, 404)
        self._add(router, self.path, name, self._page, self.summary, paged, _paging())
        if self.export is None:
            return
        counted = read_responses(Count, 404)
        summary = f"{self.summary}: count 数量"
        self._add(router, f"/counts{self.path}", f"count_{name}", self._count, summary, counted)
        summary = f"{self.summary}: file 导出"
        path, more = f"/exports{self.path}", self._exporting()
        exported = export_responses()
        self._add(router, path, f"export_{name}", self._export, summary, exported, more)

    async def wanted(self, request: Request, campaign: str, ask: Asking, asked: Any) -> Wanted:
        """The question, kept to the subtrees the caller may read; may raise Refusal."""
        office: Office = request.app.state.office
        under = await self._scope(office, campaign, ask, asked)
        conditions = [
            one.condition(asked[one.name], ask)
            for one in self.filters
            if asked.get(one.name) is not None
        ]
        if asked.get("unit") is not None:
            conditions.append((f"t.{self.listing.unit} = {{}}", (asked["unit"],)))
        return Wanted(
            campaign,
            conditions,
            under,
            _order(asked.get("sort")),
            asked.get("cursor"),
            asked.get("limit", 0),
        )

    async def _scope(
        self, office: Office, campaign: str, ask: Asking, asked: Any
    ) -> list[str] | None:
        if self.listing.unit is None:
            # What concerns everybody is shown to everybody who may read at all.
            ask.caller.require_anywhere(self.action)
            await office.campaigns.campaign(campaign)
            return None
        opened = await office.campaigns.campaign(campaign)
        codes = [code for code in (asked.get("unit"), asked.get("under")) if code is not None]
        if codes:
            found = [await office.unit(campaign, code, ask, self.action) for code in codes]
            whole = asked.get("under") in {None, opened.root}
            return None if whole else [found[-1].path]
        ask.caller.require_anywhere(self.action)
        granted = ask.caller.units_for(self.action)
        if opened.root in granted:
            return None
        return await paths_of(office.store.pool, campaign, granted)

    async def _page(self, request: Request, wanted: Wanted, asked: Any) -> Response:
        page = await self.listing.page(request.app.state.office.store.pool, wanted)
        return Response(page, media_type="application/json")

    async def _count(self, request: Request, wanted: Wanted, asked: Any) -> Response:
        count = await self.listing.count(request.app.state.office.store.pool, wanted)
        return Response(msgspec.json.encode(Count(count)), media_type="application/json")

    async def _export(self, request: Request, wanted: Wanted, asked: Any) -> Response:
        assert self.export is not None  # noqa: S101 - only then there is such an endpoint
        pool = request.app.state.office.store.pool
        columns = asked["columns"] or self.export.names(self.listing)
        return await self.export.answer(pool, self.listing, wanted, columns, asked["format"])

    def _add(
        self,
        router: APIRouter,
        path: str,
        name: str,
        answer: Callable[[Request, Wanted, Any], Awaitable[Response]],
        summary: str,
        responses: Any,
        more: tuple[Parameter, ...] = (),
    ) -> None:
        async def endpoint(**asked: Any) -> Response:
            request, campaign, ask = (asked.pop(n) for n in ("request", "campaign", "ask"))
            wanted = await self.wanted(request, campaign, ask, asked)
            return await answer(request, wanted, asked)

        # FastAPI reads parameters from the signature: they are declared, not written out.
        signature = Signature([*self.parameters(), *more])
        endpoint.__signature__ = signature  # type: ignore[attr-defined]
        router.add_api_route(
            path, endpoint, methods=["GET"], name=name, summary=summary, responses=responses,
            route_class_override=LeanQueryRoute,
        )  # fmt: skip

    def parameters(self) -> Iterator[Parameter]:
        """What every endpoint of the list takes: campaign, request, caller, filters and order."""
        yield _parameter("campaign", CampaignInPath)
        yield _parameter("request", Request)
        yield _parameter("ask", Ask)
        if self.listing.unit is not None:
            yield _parameter("unit", _Unit, None)
            yield _parameter("under", _Under, None)
        for one in self.filters:
            query = Query(description=one.description, examples=list(one.examples) or None)
            yield _parameter(one.name, Annotated[one.kind | None, query], None)
        if self.listing.sorts:
            yield _parameter("sort", self._sorting(), None)

    def _sorting(self) -> Any:
        orders = tuple(f"{sign}{name}" for name in self.listing.sorts for sign in ("", "-"))
        text = "Order; `-` from the last to the first 排序,前加“-”为倒序"
        return Annotated[Literal[orders] | None, Query(description=text)]

    def _exporting(self) -> tuple[Parameter, ...]:
        names = tuple(self.listing.fields)
        several = list[Literal[names]] | None  # type: ignore[valid-type]
        text = "Columns and their order; all where none is given 列及其顺序"
        query = Query(description=text, max_length=len(names))
        return (
            _parameter("format", _Format, "xlsx"),
            _parameter("columns", Annotated[several, query], None),
        )


def add_lists(router: APIRouter, *endpoints: ListEndpoint) -> None:
    for endpoint in endpoints:
        endpoint.add_to(router)


def _paging() -> tuple[Parameter, ...]:
    return _parameter("cursor", _Cursor, None), _parameter("limit", _Limit, 100)


def _parameter(name: str, kind: Any, default: Any = Parameter.empty) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind)


def _order(sort: str | None) -> Order | None:
    return None if sort is None else Order(sort.removeprefix("-"), sort.startswith("-"))
