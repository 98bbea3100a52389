"""The part of the hierarchy a decision looks at, as it stands while its leagues are locked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.units.domain.refusals import ParentAbolished, ParentInOtherCampaign, UnknownParent
from shared.kernel.refusals import UnknownUnit


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as it is known now; `placed_on` and `named_on` say since when path and name hold,
    `gone_on` is the first day it no longer counts.
    """

    campaign: str
    code: str
    parent: str | None
    path: str
    level: int
    kind: str
    name: str
    registered_on: date
    named_on: date
    placed_on: date
    gone_on: date | None = None
    merged_into: str | None = None


class Tree:
    """Units by code; `elsewhere` are codes that only other campaigns know."""

    def __init__(
        self, units: Iterable[Unit] = (), root: str | None = None, elsewhere: Iterable[str] = ()
    ) -> None:
        self._units = {unit.code: unit for unit in units}
        self._elsewhere = frozenset(elsewhere)
        self.root = root

    def get(self, code: str) -> Unit | None:
        return self._units.get(code)

    def put(self, unit: Unit) -> None:
        """Show a decision that follows what the one before it did."""
        self._units[unit.code] = unit
        if unit.parent is None:
            self.root = unit.code

    def existing(self, code: str) -> Unit:
        unit = self._units.get(code)
        if unit is None:
            raise UnknownUnit(unit=code)
        return unit

    def parent(self, code: str) -> Unit:
        """The unit something is to be placed under."""
        unit = self._units.get(code)
        if unit is None:
            raise (ParentInOtherCampaign if code in self._elsewhere else UnknownParent)(parent=code)
        if unit.gone_on is not None:
            raise ParentAbolished(parent=code, gone_on=unit.gone_on)
        return unit

    def below(self, unit: Unit) -> list[Unit]:
        """Every unit under this one, abolished ones too, each after its parent."""
        prefix = f"{unit.path}."
        found = [other for other in self._units.values() if other.path.startswith(prefix)]
        return sorted(found, key=lambda other: other.path)

    def children(self, code: str) -> list[Unit]:
        """The units directly under this one, abolished ones too."""
        return [unit for unit in self._units.values() if unit.parent == code]
