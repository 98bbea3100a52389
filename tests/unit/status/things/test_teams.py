"""Teams and instructors: who counts where, and since when."""

from services.status.things.kinds import things_of
from tests.unit.status.things.said import (
    BANNER,
    LEAGUE,
    REGION,
    assigned,
    caught_up,
    dispatched,
    formed,
    listed,
    recalled,
    regrouped,
    team_trained,
    withdrawn,
)
from tests.unit.status.things.telling import at, known


def test_a_team_counts_for_the_unit_that_formed_it() -> None:
    team = known("team", formed(2, "p-1", "p-2"), team_trained(4), dispatched(6))

    assert at(team, REGION, 1) == {}
    assert at(team, REGION, 2) == {"teams:station": 1, "team_people": 2}
    assert at(team, REGION, 4) == {"teams:station": 1, "team_people": 2, "teams_trained": 1}
    assert at(team, REGION, 6)["teams_dispatched"] == 1
    assert at(team, LEAGUE, 6) == {}


def test_its_people_are_those_of_the_day() -> None:
    team = known("team", formed(2, "p-1", "p-2"), regrouped(5, "p-1", "p-3", "p-4"))

    assert [at(team, REGION, n)["team_people"] for n in (4, 5)] == [2, 3]


def test_a_person_named_twice_is_one() -> None:
    team = known("team", formed(2, "p-1", "p-2", "p-1"))

    assert at(team, REGION, 2)["team_people"] == 2


def test_a_team_is_dispatched_while_it_is_in_place() -> None:
    team = known("team", formed(1, "p-1"), dispatched(3), recalled(6), dispatched(9, unit="1501"))

    there = [n for n in range(12) if "teams_dispatched" in at(team, REGION, n)]

    assert there == [3, 4, 5, 9, 10, 11]


def test_a_dispatch_before_its_formation_arrives_adds_nothing() -> None:
    assert at(known("team", dispatched(3)), REGION, 5) == {}


def test_a_make_up_team_is_told_apart() -> None:
    team = known("team", formed(2, "p-1", purpose="make_up"))

    assert at(team, REGION, 2) == {"teams:make_up": 1, "team_people": 1}


def test_of_the_officials_only_those_on_the_list_count_as_caught_up() -> None:
    team = known(
        "team",
        formed(1, "p-1", purpose="make_up"),
        listed(2, "p-7", "p-8", "p-8"),
        caught_up(4, "p-7"),
        caught_up(5, "p-9"),
        listed(6, "p-8", "p-9"),
    )

    assert at(team, REGION, 3)["officials_listed"] == 2
    assert "officials_caught_up" not in at(team, REGION, 3)
    assert at(team, REGION, 5)["officials_caught_up"] == 1
    assert at(team, REGION, 6)["officials_caught_up"] == 1
    assert at(team, REGION, 6)["officials_listed"] == 2


def test_a_dispatch_is_about_the_team_and_about_the_station() -> None:
    assert things_of(dispatched(3)) == (("team", "t-1"), ("station", LEAGUE))
    assert things_of(recalled(3)) == (("team", "t-1"), ("station", LEAGUE))


def test_a_unit_is_supervised_while_any_team_is_there() -> None:
    station = known(
        "station",
        dispatched(2, team="t-1"),
        dispatched(4, team="t-2"),
        recalled(6, team="t-1"),
        recalled(8, team="t-2"),
        dispatched(10, team="t-1"),
    )

    counted = [
        (
            at(station, LEAGUE, n).get("teams_in_place", 0),
            at(station, LEAGUE, n).get("supervised", 0),
        )
        for n in range(12)
    ]

    none, one, two = (0, 0), (1, 1), (2, 1)
    assert counted == [none, none, one, one, two, two, one, one, none, none, one, one]


def test_a_unit_is_instructed_while_it_has_an_instructor() -> None:
    instruction = known(
        "instruction",
        assigned(2, "p-1"),
        assigned(3, "p-2"),
        withdrawn(5, "p-1"),
        withdrawn(6, "p-2"),
    )

    assert at(instruction, BANNER, 2) == {"instructors": 1, "instructed": 1}
    assert at(instruction, BANNER, 3) == {"instructors": 2, "instructed": 1}
    assert at(instruction, BANNER, 5) == {"instructors": 1, "instructed": 1}
    assert at(instruction, BANNER, 6) == {}


def test_a_recall_whose_dispatch_has_not_arrived_adds_nothing() -> None:
    assert at(known("station", recalled(6)), LEAGUE, 7) == {}
