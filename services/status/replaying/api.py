"""Replays over HTTP: a league's history told again as server-sent events."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi import Path as PathParameter
from fastapi.responses import StreamingResponse

from services.status.contributions import THEN
from services.status.facts import CampaignFact
from services.status.figures import windows_by_class
from services.status.queries import Asked
from services.status.replaying.pace import SPEED_PATTERN, pace_of
from services.status.replaying.position import (
    ForeignReplayPosition,
    Position,
    parse_position,
)
from services.status.replaying.reading import History
from services.status.replaying.selection import By, Days, Selection, types_named
from services.status.replaying.stream import MEDIA_TYPE, EventStream, Seats
from services.status.replaying.telling import Manner, Telling
from services.status.replaying.totals import Running
from services.status.sight import Campaign, Day, ViewsOf, day_or_today
from shared.kernel.access import Action, Caller
from shared.kernel.refusals import ActionNotAllowed, OutsideSubtree, Refusal
from shared.kernel.setting import BeforeCampaign
from shared.kernel.units import league_of
from shared.platform.asking import Ask
from shared.platform.openapi import Responses, problem_responses


class UnknownLeague(Refusal):
    code = "unknown-league"
    status = 404
    zh = "单位 {unit} 没有自己的历史,它的事件记在 {league},请回放 {league}。"
    en = "Unit {unit} has no history of its own; its events are in {league}'s: replay {league}."


class Replays:
    """What replays are told from, and how many go on."""

    def __init__(self, history: History, seats: Seats) -> None:
        self.history = history
        self.seats = seats


LeagueCode = Annotated[
    str,
    PathParameter(
        pattern=r"^[0-9A-Za-z][0-9A-Za-z-]{0,40}$",
        examples=["1502"],
        description="A league, or the region for all there is 盟市代码;自治区代码为全部",
    ),
]
Types = Annotated[
    str | None,
    Query(
        max_length=4000,
        examples=["MobilizationHeld,ItemRaised"],
        description="Only events of these types 只回放这些类型",
    ),
]
Speed = Annotated[
    str,
    Query(
        pattern=SPEED_PATTERN,
        examples=["200", "7d"],
        description="Events a second; with `d`, days a second; 0 is as fast as it is read"
        " 每秒事件数,带 d 为每秒天数,0 为不限速",
    ),
]
TotalsEvery = Annotated[int, Query(ge=1, le=100_000, description="每多少事件给出累计数")]
ReplayedBy = Annotated[
    By, Query(description="Days are those on which it happened, or was recorded 按发生日或登记日")
]
LastId = Annotated[
    str | None, Query(max_length=200, description="Resume after this id; the header goes first")
]
LastIdHeader = Annotated[str | None, Header(alias="Last-Event-ID", max_length=200)]

router = APIRouter(prefix="/campaigns/{campaign}", tags=["replay 回放"])


def _streamed() -> Responses:
    told = {
        "description": "The replay 回放",
        "content": {MEDIA_TYPE: {"schema": {"type": "string"}}},
    }
    return {200: told} | problem_responses(400, 403, 404, 422)


@router.get(
    "/replay/{league}",
    summary="A league's history told again, in the order recorded 回放盟市历史",
    response_class=StreamingResponse,
    responses=_streamed(),
)
async def replay(
    request: Request,
    campaign: Campaign,
    league: LeagueCode,
    ask: Ask,
    views: ViewsOf,
    from_: Annotated[Day, Query(alias="from")] = None,
    to: Day = None,
    by: ReplayedBy = "occurred",
    types: Types = None,
    speed: Speed = "0",
    totals_every: TotalsEvery = 500,
    last_event_id: LastId = None,
    resumed: LastIdHeader = None,
) -> EventStream:
    """Each event comes under its position as `id`, with its type and envelope; `totals` come
    between them and, with `complete`, at the end. Windows are those in force on the last day.

    Resumed after an id, what follows is what would have followed. An event that reaches the views
    only after a replay has passed its place in this order is told by the next one from the start.
    """
    fact = await views.campaign(campaign)
    whole_campaign, path = await _league_of(views, fact, campaign, league)
    whole = _may_read_streams(ask.caller, path)
    days = _days(fact, by, from_, to)
    selection = Selection(
        campaign, None if whole_campaign else league, days, types_named(types) if types else None
    )
    after = _resumed_after(resumed or last_event_id, selection)
    windows = windows_by_class(fact.windows_on(day_or_today(to)))
    closes_on = {class_: window.closes_on for class_, window in windows.items()}
    replays: Replays = request.app.state.replays
    telling = Telling(
        replays.history,
        selection,
        Running(closes_on, one_league=not whole_campaign),
        pace_of(speed, by),
        Manner(totals_every, whole),
    )
    return EventStream(telling.told(after), replays.seats)


async def _league_of(
    views: ViewsOf, fact: CampaignFact, campaign: str, league: str
) -> tuple[bool, str]:
    """Whether that is the whole campaign, and the unit's path; UnknownLeague where it is neither."""
    known = await views.known(Asked(campaign, league, day_or_today(None), THEN))
    path = known.unit.path
    if league_of(path) != league:
        raise UnknownLeague(unit=league, league=league_of(path))
    return fact.opening is not None and fact.opening.root == league, path


def _may_read_streams(caller: Caller, path: str) -> bool:
    """Whoever may see the league's status sees its events; the streams' readers see all of them."""
    caller.require(Action.READ_STATUS, path)
    try:
        caller.require(Action.READ_STREAMS, path)
    except (ActionNotAllowed, OutsideSubtree):
        return False
    return True


def _days(campaign: CampaignFact, by: By, first: date | None, last: date | None) -> Days:
    for day in (first, last):
        if day is not None:
            day_or_today(day)
            if campaign.opening is not None and day < campaign.opening.on:
                raise BeforeCampaign(starts_on=campaign.opening.on, date=day)
    return Days(by, first, last)


def _resumed_after(text: str | None, selection: Selection) -> Position | None:
    if not text:
        return None
    position = parse_position(text)
    if selection.league is not None and position.league != selection.league:
        raise ForeignReplayPosition(league=position.league, asked=selection.league)
    return position
