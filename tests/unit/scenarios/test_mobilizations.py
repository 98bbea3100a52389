"""Meetings keep to the report: who met by when, and nobody before the level above."""

from datetime import date

from deploy.scenarios.nmg_2014 import campaign
from deploy.scenarios.nmg_2014.files import units
from deploy.scenarios.nmg_2014.hierarchy import areas, at_level, banners, leagues
from deploy.scenarios.nmg_2014.leading_groups import leading_groups
from deploy.scenarios.nmg_2014.mobilizations import held_on, late_banners, mobilizations
from deploy.scenarios.nmg_2014.organisations import organisations
from deploy.scenarios.nmg_2014.people import people
from deploy.scenarios.nmg_2014.trainings import AUDIENCES, trainings
from shared.contracts.schedule import window_for

ORDERED_FOR = date(2014, 2, 20)
REPORTED = date(2014, 3, 4)


def test_every_league_met_in_time() -> None:
    assert all(held_on()[unit.code] <= ORDERED_FOR for unit in leagues())


def test_every_banner_had_met_when_the_report_was_written() -> None:
    assert sum(held_on()[unit.code] <= REPORTED for unit in banners()) == 102


def test_three_banners_were_late_and_all_zones_in_time() -> None:
    late = {unit.code for unit in at_level(3) if held_on()[unit.code] > ORDERED_FOR}

    assert late == late_banners()
    assert late == {"150203", "150824", "150981"}


def test_townships_and_below_were_under_way_when_the_report_was_written() -> None:
    below = [unit.code for unit in areas() if unit.level >= 4]
    share = sum(held_on().get(code, date.max) <= REPORTED for code in below) / len(below)

    assert 0.05 < share < 0.30


def test_nearly_all_had_met_at_the_end_of_the_last_window_and_a_few_never_do() -> None:
    below = [unit.code for unit in areas() if unit.level >= 4]
    in_time = sum(held_on().get(code, date.max) <= date(2014, 3, 15) for code in below)

    assert 0.96 < in_time / len(below) < 1
    assert 0 < sum(code not in held_on() for code in below) < 100


def test_no_unit_meets_twice_and_none_is_unknown() -> None:
    met = [meeting.unit for meeting in mobilizations()]

    assert len(set(met)) == len(met)
    assert set(met) <= {unit.code for unit in units()}


def test_nobody_meets_before_the_area_above() -> None:
    held = held_on()
    for unit in (*areas(), *organisations()):
        if unit.code in held and unit.parent in held:
            assert held[unit.code] >= held[unit.parent], unit


def test_nobody_meets_before_the_window_opens() -> None:
    for unit in units():
        window = window_for(campaign.WINDOWS, unit.level, unit.kind)
        if window is not None and unit.code in held_on():
            assert held_on()[unit.code] >= window.opens_on, unit


def test_only_the_region_and_its_leading_bodies_have_no_window() -> None:
    without = [
        unit.code for unit in units() if window_for(campaign.WINDOWS, unit.level, unit.kind) is None
    ]

    assert without == ["15", "15-L01"]
    assert not set(without) & set(held_on())


def test_meetings_are_within_the_campaign_and_in_the_order_of_time() -> None:
    instants = [meeting.held_at for meeting in mobilizations()]

    assert instants == sorted(instants)
    assert instants[0].date() >= campaign.MOBILIZATION_FROM
    assert instants[-1].date() <= campaign.ENDS_ON
    assert all(meeting.attendees > 0 for meeting in mobilizations())


def test_leading_bodies_meet_on_the_day_of_their_area() -> None:
    for unit in organisations():
        if unit.kind == "leading_bodies" and unit.level > 1:
            assert held_on()[unit.code] == held_on()[unit.parent]


def test_who_chairs_or_leads_is_in_the_directory() -> None:
    known = {person.person for person in people()}
    chairs = {meeting.chaired_by for meeting in mobilizations()} - {""}

    assert chairs <= known
    assert {row.leader for row in leading_groups()} <= known
    assert len(chairs) > 1_300


def test_every_area_down_to_townships_has_a_leading_group_and_an_office_with_rules() -> None:
    rows = leading_groups()
    groups = {(row.unit, row.group) for row in rows}

    assert groups == {
        (unit.code, group)
        for unit in areas()
        if unit.level <= 4
        for group in ("leading_group", "office")
    }
    assert all(row.rules_adopted_on and row.rules_adopted_on > row.formed_on for row in rows)


def test_the_three_audiences_are_trained_before_and_after_the_start() -> None:
    start = campaign.MOBILIZATION_FROM
    for unit in (at_level(1)[0], *leagues(), *at_level(3)):
        of_unit = [row for row in trainings() if row.unit == unit.code]
        assert {row.audience for row in of_unit if row.held_on < start} == set(AUDIENCES)
        assert {row.audience for row in of_unit if row.held_on >= start} == set(AUDIENCES)


def test_every_township_is_trained_and_no_training_is_named_twice() -> None:
    rows = trainings()

    assert {unit.code for unit in at_level(4)} <= {row.unit for row in rows}
    assert len({row.training for row in rows}) == len(rows)
    assert all(row.participants > 0 for row in rows)


def test_the_regions_115_team_members_are_trained_at_once() -> None:
    of_region = [
        row for row in trainings() if row.unit == "15" and row.audience == "supervision_team"
    ]

    assert [row.participants for row in of_region if row.held_on > campaign.DEPLOYED_ON] == [115]


def test_only_the_region_reinforces_its_group_and_office_on_a_later_day() -> None:
    rows = [row for row in leading_groups() if row.unit == "15"]
    formed, reinforced = rows[:2], rows[2:]

    assert [row.group for row in formed] == [row.group for row in reinforced]
    assert len(leading_groups()) == 2 * (1 + 12 + 108 + 1225) + 2
    assert all(
        after.formed_on > before.formed_on and after.members > before.members
        for before, after in zip(formed, reinforced, strict=True)
    )
