"""Windows in request bodies: which levels and kinds of units mobilize between which days."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.schedule import Window
from shared.platform.fields import Body, LocalDate

KindGroup = Literal[
    "area",
    "leading_bodies",
    "directly_affiliated",
    "enterprise_institution",
    "window_unit",
    "non_public_social",
    "floating_branch",
]
Level = Annotated[int, Field(strict=True, ge=1, le=5)]
Levels = Annotated[list[Level], Field(min_length=1, max_length=5)]
Kinds = Annotated[list[KindGroup], Field(min_length=1, max_length=7)]


class WindowBody(Body):
    levels: Levels
    kinds: Kinds
    opens_on: LocalDate
    closes_on: LocalDate


Windows = Annotated[list[WindowBody], Field(min_length=1, max_length=100)]


def windows_of(bodies: Sequence[WindowBody]) -> tuple[Window, ...]:
    return tuple(
        Window(tuple(body.levels), tuple(body.kinds), body.opens_on, body.closes_on)
        for body in bodies
    )
