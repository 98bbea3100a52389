"""Endpoints of the people directory: enter, look up, erase."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AfterValidator

from services.units import queries
from services.units.api.bodies import EnterPerson
from services.units.api.office import office_of
from services.units.api.units import Limit, granted_units, json_answer
from services.units.people import (
    PeoplePage,
    Person,
    PersonAnswer,
    PersonReceipt,
    WantedPeople,
)
from shared.kernel.access import Action
from shared.platform.asking import Ask, answered
from shared.platform.fields import (
    CODE_PATTERN,
    PERSON_PATTERN,
    CampaignInPath,
    PersonId,
    clean_text,
)
from shared.platform.openapi import read_responses, written

router = APIRouter(prefix="/campaigns/{campaign}/people", tags=["people 人员名录"])
_ENTERED: Final = written(PersonReceipt, if_match=False)
PersonInPath = Annotated[
    str, Path(pattern=PERSON_PATTERN, description="Person id 人员编号", examples=["p-1502-0007"])
]


@router.post("", summary="Enter or change a person 录入人员", **_ENTERED)
async def enter(
    campaign: CampaignInPath, body: EnterPerson, request: Request, ask: Ask
) -> Response:
    person = Person(**body.model_dump())
    office = office_of(request)
    with office.measured("EnterPerson"):
        answer = await office.people.enter(campaign, person, ask.caller, ask.origin, ask.key)
    return answered(answer)


@router.get(
    "",
    summary="People of units within the caller's rights 人员",
    responses=read_responses(PeoplePage, 404),
)
async def page(
    campaign: CampaignInPath,
    request: Request,
    ask: Ask,
    unit: Annotated[str | None, Query(pattern=CODE_PATTERN)] = None,
    name: Annotated[
        str | None,
        Query(min_length=1, max_length=60, description="How the name begins 姓名开头"),
        AfterValidator(lambda text: text and clean_text(text)),
    ] = None,
    person: Annotated[list[PersonId] | None, Query(max_length=500, description="Ids 编号")] = None,
    cursor: Annotated[str | None, Query(pattern=PERSON_PATTERN)] = None,
    limit: Limit = 100,
) -> Response:
    ask.caller.require_anywhere(Action.READ_PEOPLE)
    office = office_of(request)
    path = None
    if unit is not None:
        path = (await queries.unit_of(office.store.pool, campaign, unit)).path
        ask.caller.require(Action.READ_PEOPLE, path)
    wanted = WantedPeople(
        campaign,
        granted_units(ask, Action.READ_PEOPLE),
        path,
        None if name is None else queries.beginning_with(name),
        person,
        cursor,
        limit,
    )
    return json_answer(await office.people.page(wanted))


@router.get("/{person}", summary="A person 人员", responses=read_responses(PersonAnswer, 404))
async def one(
    campaign: CampaignInPath, person: PersonInPath, request: Request, ask: Ask
) -> Response:
    found = await office_of(request).people.person(campaign, person, ask.caller)
    return json_answer(found, {"ETag": f'"{found.version}"'})


@router.delete(
    "/{person}",
    summary="Erase a person's data, keep the id 删除个人信息",
    responses=read_responses(PersonAnswer, 404),
)
async def erase(
    campaign: CampaignInPath, person: PersonInPath, request: Request, ask: Ask
) -> Response:
    return json_answer(await office_of(request).people.erase(campaign, person, ask.caller))
