"""Numbers of the ledger: items of a unit are counted without a gap, and named after them."""

from collections.abc import Container, Mapping

from services.rectification.domain.item_refusals import ItemAlreadyRaised

_NAMES = 9


class Counter:
    """Gives the numbers that follow the last of each unit; to be used while nobody else can."""

    def __init__(self, last: Mapping[str, int]) -> None:
        self._last = dict(last)

    def next(self, unit: str) -> int:
        self._last[unit] = number = self._last.get(unit, 0) + 1
        return number


def names_for(unit: str, number: int) -> list[str]:
    """`<unit>-<number>`, and what may stand for it where somebody gave that name by hand."""
    plain = f"{unit}-{number}"
    return [plain, *(f"{plain}-{n}" for n in range(2, _NAMES + 1))]


def free_name(unit: str, number: int, taken: Container[str]) -> str:
    """The first name that is not taken."""
    names = names_for(unit, number)
    free = next((name for name in names if name not in taken), None)
    if free is None:
        raise ItemAlreadyRaised(item=names[0])
    return free
