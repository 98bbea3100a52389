"""Organisations attached to area units, all generated: a code with a hyphen is never real."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from deploy.scenarios.nmg_2014.draws import Draws
from deploy.scenarios.nmg_2014.hierarchy import Area, areas
from deploy.scenarios.nmg_2014.names import (
    ENTERPRISES_AND_INSTITUTIONS,
    FLOATING_PLACES,
    GOVERNMENT_DEPARTMENTS,
    NON_PUBLIC_AND_SOCIAL,
    PARTY_DEPARTMENTS,
    WINDOWS_OF_SERVICE,
)

LETTER_OF_KIND: Final = {
    "leading_bodies": "L",
    "directly_affiliated": "D",
    "enterprise_institution": "E",
    "window_unit": "W",
    "non_public_social": "N",
    "floating_branch": "F",
}

# How many of each kind an area gets: (fewest, most). Departments of the region itself are left
# out, they belonged to batch one.
_COUNTS: Final[dict[str, dict[str, tuple[int, int]]]] = {
    "region": {"window_unit": (4, 4), "non_public_social": (6, 6), "floating_branch": (6, 6)},
    "league": {
        "directly_affiliated": (38, 42),
        "enterprise_institution": (11, 14),
        "window_unit": (8, 10),
        "non_public_social": (7, 9),
        "floating_branch": (3, 5),
    },
    "banner": {
        "directly_affiliated": (12, 15),
        "enterprise_institution": (3, 5),
        "window_unit": (2, 4),
        "non_public_social": (2, 3),
        "floating_branch": (1, 2),
    },
    "zone": {
        "directly_affiliated": (4, 6),
        "enterprise_institution": (1, 1),
        "window_unit": (1, 1),
        "non_public_social": (1, 2),
    },
    "subdistrict": {"non_public_social": (1, 1)},
    "sumu": {"floating_branch": (1, 1)},
}


@cache
def organisations() -> tuple[Area, ...]:
    """About 4,000 organisations, in the order of the areas they are attached to."""
    draws = Draws("organisations")
    return tuple(found for parent in areas() for found in _attached_to(parent, draws))


def _attached_to(parent: Area, draws: Draws) -> Iterator[Area]:
    if parent.level <= 3:
        yield _organisation(parent, "leading_bodies", 1, _leading_bodies(parent))
    for kind, (fewest, most) in _COUNTS.get(_likeness(parent), {}).items():
        names = draws.some(_names(parent, kind), draws.between(fewest, most))
        for number, name in enumerate(names, start=1):
            yield _organisation(parent, kind, number, name)


def _organisation(parent: Area, kind: str, number: int, name: str) -> Area:
    code = f"{parent.code}-{LETTER_OF_KIND[kind]}{number:02d}"
    return Area(code, parent.code, parent.level, kind, name)


def _likeness(parent: Area) -> str:
    """Which row of the counts an area takes."""
    if parent.kind in _COUNTS:
        return parent.kind
    return {2: "league", 3: "banner"}.get(parent.level, "")


def _leading_bodies(parent: Area) -> str:
    return parent.name + ("党工委、管委会领导班子" if parent.kind == "zone" else "四大班子")


def _names(parent: Area, kind: str) -> Sequence[str]:
    match kind:
        case "directly_affiliated":
            party = "党工委" if parent.kind == "zone" else "委"
            return [parent.name + party + name for name in PARTY_DEPARTMENTS] + [
                parent.name + name for name in GOVERNMENT_DEPARTMENTS
            ]
        case "floating_branch":
            return [f"{parent.name}驻{place}流动党员党支部" for place in FLOATING_PLACES]
        case "enterprise_institution":
            return [parent.name + name for name in ENTERPRISES_AND_INSTITUTIONS]
        case "window_unit":
            return [parent.name + name for name in WINDOWS_OF_SERVICE]
        case _:
            return [parent.name + name for name in NON_PUBLIC_AND_SOCIAL]
