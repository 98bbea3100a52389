"""Bodies of rehearsals: moves and merges, one or several in order."""

from datetime import date
from typing import Annotated, NamedTuple, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from shared.platform.fields import Body, Code, LocalDate

_MOST_STEPS = 20


class Step(NamedTuple):
    """A step as the units service rehearses it; `to` is the new parent, or the unit merged into."""

    command: str
    unit: str
    to: str
    on: date


class Move(Body):
    unit: Code
    to: Code
    on: LocalDate

    def steps(self) -> list[Step]:
        return [Step("move", self.unit, self.to, self.on)]


class Merge(Body):
    """One unit, or several one after another, merged into another of their level."""

    unit: Code | None = None
    units: Annotated[list[Code], Field(max_length=_MOST_STEPS)] = Field(default_factory=list)
    into: Code
    on: LocalDate

    def steps(self) -> list[Step]:
        codes = [*([] if self.unit is None else [self.unit]), *self.units]
        return [Step("merge", code, self.into, self.on) for code in codes]


class Change(Body):
    """A move or a merge."""

    move: Move | None = None
    merge: Merge | None = None

    def told(self) -> list[Step]:
        return [step for each in (self.move, self.merge) if each for step in each.steps()]


class RehearsalBody(Change):
    """A single move or merge, or `steps` of them; the totals are those of the day `as_of`."""

    steps: Annotated[list[Change], Field(max_length=_MOST_STEPS)] = Field(default_factory=list)
    as_of: LocalDate | None = None

    def all_steps(self) -> list[Step]:
        return [*self.told(), *(step for change in self.steps for step in change.told())]

    @model_validator(mode="after")
    def _some_steps(self) -> Self:
        if not 1 <= len(self.all_steps()) <= _MOST_STEPS:
            raise PydanticCustomError(
                "steps_missing",
                "须有 1 至 {most} 个划转或并入步骤。 Give 1 to {most} moves or merges.",
                {"most": _MOST_STEPS},
            )
        return self
