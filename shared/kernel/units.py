"""Words of the hierarchy: levels, kinds, classes and paths of units."""

from typing import Final

LEVELS: Final = (1, 2, 3, 4, 5)
ZONE: Final = "zone"
AREA: Final = "area"

AREA_KINDS: Final[dict[int, frozenset[str]]] = {
    1: frozenset({"region"}),
    2: frozenset({"city", "league"}),
    3: frozenset({"banner", "county", "county_city", "district", ZONE}),
    4: frozenset({"town", "township", "sumu", "subdistrict", "other_township"}),
    5: frozenset({"village", "gacha", "community", "other_village"}),
}
ATTACHED_KINDS: Final = frozenset(
    {
        "leading_bodies",
        "directly_affiliated",
        "enterprise_institution",
        "window_unit",
        "non_public_social",
        "floating_branch",
    }
)
KINDS: Final = ATTACHED_KINDS.union(*AREA_KINDS.values())
CLASS_OF_LEVEL: Final = {1: "region", 2: "league", 3: "banner", 4: "township", 5: "village"}
CLASS_OF_KIND: Final = {ZONE: "zone", "subdistrict": "subdistrict", "community": "community"}


def is_attached(kind: str) -> bool:
    """Whether units of this kind hang under an area unit and take its level."""
    return kind in ATTACHED_KINDS


def kind_group(kind: str) -> str:
    """The word windows and rules use: the attached kind itself, or `area`."""
    return kind if kind in ATTACHED_KINDS else AREA


def unit_class(level: int, kind: str) -> str:
    """The class roll-ups count by: `banner`, `zone`, `directly_affiliated_l2`, ...

    Development zones sit at level 3 but are not banners.
    """
    if kind in ATTACHED_KINDS:
        return f"{kind}_l{level}"
    return CLASS_OF_KIND.get(kind) or CLASS_OF_LEVEL[level]


def ancestors(path: str) -> list[str]:
    """Codes above a unit, nearest last; its own code is not among them."""
    return path.split(".")[:-1]


def own_code(path: str) -> str:
    return path.rpartition(".")[2]


def league_of(path: str) -> str:
    """The history a unit's events belong to: its level-2 ancestor, or the root itself.

    An organisation attached to the root belongs to the root's history, too.
    """
    codes = path.split(".", 2)
    if len(codes) == 1 or is_attached_code(codes[1]):
        return codes[0]
    return codes[1]


def is_attached_code(code: str) -> bool:
    """Codes of attached organisations carry a hyphen: `1502-D03`."""
    return "-" in code


def within(path: str, code: str) -> bool:
    """Whether the unit of this path is `code` or lies below it."""
    return code in path.split(".")
