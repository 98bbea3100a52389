"""The scenario's units: the mission's counts, unique codes, parents first."""

from collections import Counter

import pytest

from deploy.scenarios.nmg_2014.files import units
from deploy.scenarios.nmg_2014.hierarchy import (
    area_of,
    areas,
    at_level,
    banners,
    league_of,
    leagues,
)
from deploy.scenarios.nmg_2014.organisations import LETTER_OF_KIND, organisations
from shared.kernel.units import AREA_KINDS, ATTACHED_KINDS, is_attached_code


def test_the_hierarchy_has_the_units_the_mission_counts() -> None:
    levels = Counter(unit.level for unit in areas())

    assert levels == {1: 1, 2: 12, 3: 108, 4: 1225, 5: 14592}
    assert len(leagues()) == 12
    assert len(banners()) == 102


def test_banners_are_of_four_kinds_and_zones_are_none_of_them() -> None:
    kinds = Counter(unit.kind for unit in at_level(3))

    assert kinds == {"banner": 52, "county": 17, "county_city": 11, "district": 22, "zone": 6}


def test_area_kinds_are_those_of_their_level() -> None:
    assert all(unit.kind in AREA_KINDS[unit.level] for unit in areas())


def test_every_code_is_unique() -> None:
    codes = [unit.code for unit in units()]

    assert len(set(codes)) == len(codes)


def test_parents_come_before_their_children() -> None:
    seen: set[str] = set()
    for unit in units():
        assert unit.parent_code in seen or (unit.level == 1 and not unit.parent_code)
        seen.add(unit.code)


def test_names_are_unique_below_one_parent() -> None:
    named = Counter((unit.parent_code, unit.name) for unit in units())

    assert max(named.values()) == 1


def test_there_are_about_four_thousand_attached_organisations() -> None:
    assert len(organisations()) == 3977
    assert {unit.kind for unit in organisations()} == ATTACHED_KINDS


def test_a_hyphen_tells_generated_organisations_from_real_units() -> None:
    assert all(is_attached_code(unit.code) for unit in organisations())
    assert not any(is_attached_code(unit.code) for unit in areas())


def test_an_organisation_has_its_parents_level_and_a_code_made_of_parent_kind_and_number() -> None:
    level_of = {unit.code: unit.level for unit in areas()}
    for unit in organisations():
        parent, letter, number = unit.code[:-4], unit.code[-3], unit.code[-2:]
        assert (parent, letter) == (unit.parent, LETTER_OF_KIND[unit.kind])
        assert unit.code[-4] == "-"
        assert int(number) >= 1
        assert level_of[unit.parent] == unit.level


def test_every_area_down_to_level_three_has_one_body_of_leaders_and_no_other_has() -> None:
    owners = [unit.parent for unit in organisations() if unit.kind == "leading_bodies"]

    assert sorted(owners) == sorted(unit.code for unit in areas() if unit.level <= 3)


def test_every_league_and_banner_has_every_kind_of_organisation() -> None:
    kinds = {(unit.parent, unit.kind) for unit in organisations()}

    assert kinds >= {
        (unit.code, kind) for unit in (*leagues(), *banners()) for kind in ATTACHED_KINDS
    }


@pytest.mark.parametrize(
    ("code", "league"),
    [
        ("15", "15"),
        ("15-W01", "15"),
        ("1502", "1502"),
        ("1502-D03", "1502"),
        ("150202-D03", "1502"),
        ("152971100201", "1529"),
    ],
)
def test_the_league_is_the_level_two_ancestor(code: str, league: str) -> None:
    assert league_of(code) == league


def test_an_organisation_belongs_to_the_area_before_the_hyphen() -> None:
    assert area_of("150202-D03").code == "150202"
