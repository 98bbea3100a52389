"""Levels, kinds, classes and paths: the words of the hierarchy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.units import (
    AREA_KINDS,
    ATTACHED_KINDS,
    KINDS,
    LEVELS,
    ancestors,
    is_attached,
    is_attached_code,
    kind_group,
    league_of,
    own_code,
    unit_class,
    within,
)

AREA_CODES = st.from_regex(r"[0-9]{2,12}", fullmatch=True)
PATHS = st.lists(AREA_CODES, min_size=1, max_size=5, unique=True).map(".".join)


@pytest.mark.parametrize(
    ("level", "kind", "expected"),
    [
        (1, "region", "region"),
        (2, "city", "league"),
        (2, "league", "league"),
        (3, "banner", "banner"),
        (3, "county", "banner"),
        (3, "county_city", "banner"),
        (3, "district", "banner"),
        (3, "zone", "zone"),
        (4, "sumu", "township"),
        (4, "other_township", "township"),
        (4, "subdistrict", "subdistrict"),
        (5, "gacha", "village"),
        (5, "other_village", "village"),
        (5, "community", "community"),
        (2, "leading_bodies", "leading_bodies_l2"),
        (3, "window_unit", "window_unit_l3"),
        (1, "directly_affiliated", "directly_affiliated_l1"),
    ],
)
def test_units_are_counted_by_class(level: int, kind: str, expected: str) -> None:
    assert unit_class(level, kind) == expected


def test_a_development_zone_sits_among_banners_but_is_not_counted_with_them() -> None:
    assert "zone" in AREA_KINDS[3]
    assert unit_class(3, "zone") != unit_class(3, "banner")


def test_every_area_kind_belongs_to_one_level() -> None:
    assert tuple(AREA_KINDS) == LEVELS
    assert sum(map(len, AREA_KINDS.values())) + len(ATTACHED_KINDS) == len(KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_windows_speak_of_area_units_and_of_each_attached_kind(kind: str) -> None:
    assert kind_group(kind) == (kind if is_attached(kind) else "area")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("15", "15"),
        ("15.1502", "1502"),
        ("15.1502.150202.150202001", "1502"),
        ("15.1502.1502-D03", "1502"),
        ("15.15-D03", "15"),
    ],
)
def test_a_unit_belongs_to_the_history_of_its_league(path: str, expected: str) -> None:
    assert league_of(path) == expected


def test_a_hyphen_marks_an_attached_organisation() -> None:
    assert is_attached_code("1502-D03")
    assert not is_attached_code("150202")


@given(PATHS)
def test_a_path_is_its_ancestors_and_its_own_code(path: str) -> None:
    assert ".".join([*ancestors(path), own_code(path)]) == path


@given(PATHS)
def test_a_unit_is_within_itself_and_every_ancestor(path: str) -> None:
    assert all(within(path, code) for code in [*ancestors(path), own_code(path)])


@given(PATHS, AREA_CODES)
def test_a_unit_is_within_nothing_else(path: str, code: str) -> None:
    assert within(path, code) == (code in [*ancestors(path), own_code(path)])


def test_a_code_that_begins_alike_is_another_unit() -> None:
    assert not within("15.1502.150202", "150")
    assert not within("15.1502.150202", "15020")


@given(PATHS, AREA_CODES.filter(lambda code: len(code) > 2))
def test_moving_below_a_league_keeps_the_league(path: str, code: str) -> None:
    if "." in path:
        assert league_of(f"{path}.{code}") == league_of(path)
    else:
        assert league_of(f"{path}.{code}") == code
