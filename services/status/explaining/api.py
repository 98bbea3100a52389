"""Explaining over HTTP: any figure of a status, page by page."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response

from services.status.explaining.answer import Explanation
from services.status.explaining.explaining import Explanations, Question
from services.status.sight import (
    AsOf,
    Campaign,
    ClassName,
    Code,
    InTree,
    SightOf,
)
from shared.platform.openapi import read_responses

FigurePath = Annotated[
    str,
    Query(
        alias="figure",
        min_length=1,
        max_length=200,
        description="The figure's path in the answer of `status`, with dots or as a JSON pointer"
        " 指标在状态答复中的路径",
        examples=["mobilization.overdue", "below.banner.figures.expected"],
    ),
]

router = APIRouter(prefix="/campaigns/{campaign}", tags=["status 状态"])


@router.get(
    "/units/{code}/explain",
    summary="What a figure is the sum of, and the events behind it 指标溯源",
    responses=read_responses(Explanation, 404),
)
async def explain(
    campaign: Campaign,
    code: Code,
    sight: SightOf,
    request: Request,
    figure: FigurePath,
    as_of: AsOf = None,
    tree: InTree = "then",
    class_: ClassName = None,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    asked = sight.asked(campaign, code, as_of, tree)
    await sight.allow(asked)
    explanations: Explanations = request.app.state.explanations
    question = Question(asked, figure, class_, cursor, limit, sight.known_at)
    answer = await explanations.explain(question)
    return Response(msgspec.json.encode(answer), media_type="application/json")
