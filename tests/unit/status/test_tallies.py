"""Tallies: each metric of things finds its place, and places add up."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from services.status.figures import Sum, counted, tallied, total
from services.status.places import HEADS, places_of
from services.status.tallies import (
    FiledPlans,
    Help,
    Ledger,
    Liaison,
    Petitions,
    Programmes,
    Publicity,
    Supervision,
    Talks,
    Tallies,
    Tally,
    add_up,
    permille,
)
from tests.unit.status.things.telling import day


def of(*sums: tuple[str, int]) -> Tallies:
    return tallied([Sum(metric, n, 0) for metric, n in sums])


def test_teams_and_instructors_are_supervision() -> None:
    found = of(
        ("teams:station", 12),
        ("teams:make_up", 1),
        ("team_people", 115),
        ("teams_trained", 13),
        ("teams_dispatched", 12),
        ("officials_listed", 9),
        ("officials_caught_up", 4),
        ("teams_in_place", 30),
        ("supervised", 20),
        ("instructors", 50),
        ("instructed", 40),
        ("detail:duties:patrol_made", 7),
        ("findings", 6),
        ("findings_for_rectification", 5),
        ("findings_handed_over", 3),
        ("findings_refused", 1),
        ("detail:joint_meetings", 2),
        ("detail:team_rules:discipline", 1),
    )

    assert found == Tallies(
        supervision=Supervision(
            teams=13, make_up=1, people=115, trained=13, dispatched=12, officials_listed=9,
            officials_caught_up=4, teams_in_place=30, supervised=20, instructors=50, instructed=40,
            duties={"patrol_made": 7}, findings=6, for_rectification=5, handed_over=3, refused=1,
            joint_meetings=2, rules={"discipline": 1},
        )
    )  # fmt: skip


def test_liaison_and_publicity_each_have_their_own() -> None:
    found = of(
        ("liaison_leaders", 12),
        ("liaison_points", 24),
        ("liaison_points_taken", 20),
        ("liaison_visits", 8),
        ("life_meetings", 5),
        ("detail:publicity:press", 30),
        ("detail:publicity:wechat", 70),
        ("detail:lectures:cadre_lecture", 1500),
        ("detail:speakers:cadre_lecture", 1000),
        ("detail:listeners:cadre_lecture", 90_000),
        ("detail:speakers:secretary_lesson", 1000),
    )

    assert found.liaison == Liaison(12, 24, 20, 8, 5)
    assert found.publicity == Publicity(
        {"press": 30, "wechat": 70}, Talks(1500, 1000, 90_000), Talks(0, 1000, 0)
    )


def test_the_ledger_counts_by_source_and_by_category() -> None:
    found = of(
        ("items_raised", 15),
        ("items_closed", 6),
        ("detail:items_raised:opinion:ecology", 8),
        ("detail:items_raised:opinion:service", 2),
        ("detail:items_raised:finding:service", 5),
        ("detail:items_closed:opinion:ecology", 4),
        ("detail:items_closed:finding:service", 2),
        ("items_closed_in_time", 5),
        ("items_overdue", 3),
        ("items_due_soon", 2),
        ("items_reopened", 1),
        ("items_reviewed", 4),
        ("items_rated", 3),
        ("items_satisfied", 2),
    )

    assert found.ledger == Ledger(
        raised=15, open=9, overdue=3, due_soon=2, closed=6, closed_in_time=5, reopened=1,
        reviewed=4, rated=3, satisfied=2, closing_rate_permille=400, satisfaction_permille=666,
        by_source={"opinion": Tally(10, 4), "finding": Tally(5, 2)},
        by_category={"ecology": Tally(8, 4), "service": Tally(7, 2)},
    )  # fmt: skip


def test_programmes_petitions_help_plans_and_urging() -> None:
    found = of(
        ("programmes:commitment", 15),
        ("programmes_completed:commitment", 3),
        ("programme_target:village_help", 1000),
        ("programme_progress:village_help", 640),
        ("detail:petition_receptions", 4),
        ("detail:petition_visits", 300),
        ("detail:petition_cases", 120),
        ("detail:petitions_settled", 80),
        ("detail:pairings:village", 7),
        ("detail:households:household", 60),
        ("detail:batch_links", 2),
        ("filed:rectification_plan", 11),
        ("filed_all", 9),
        ("detail:urged:item:notice", 5),
        ("detail:urged:plan:reminder", 6),
    )

    assert found == Tallies(
        programmes={
            "commitment": Programmes(launched=15, completed=3),
            "village_help": Programmes(target=1000, progress=640),
        },
        petitions=Petitions(4, 300, 120, 80),
        help=Help({"village": 7}, {"household": 60}, 2),
        filed_plans=FiledPlans({"rectification_plan": 11}, 9),
        urged={"item": {"notice": 5}, "plan": {"reminder": 6}},
    )


def test_what_there_is_nothing_of_is_left_out() -> None:
    assert msgspec.json.encode(of()) == b"{}"
    assert of(("items_overdue", 0)).ledger is UNSET
    assert list(msgspec.to_builtins(of(("liaison_points", 1)))) == ["liaison"]


@pytest.mark.parametrize("metric", ["expected", "plan:communities:approved", "group:office", ""])
def test_metrics_of_units_are_counted_elsewhere(metric: str) -> None:
    assert places_of(metric) == ()
    assert metric.partition(":")[0] not in HEADS


def test_nothing_open_means_no_rate_to_tell() -> None:
    ledger = of(("items_overdue", 1)).ledger

    assert isinstance(ledger, Ledger)
    assert ledger.closing_rate_permille is None
    assert permille(3, 0) is None
    assert permille(0, 3) == 0


def test_a_class_counts_its_units_and_their_things_together() -> None:
    sums = [Sum("expected", 102, 0), Sum("teams:station", 1272, 0), Sum("supervised", 100, 0)]

    found = counted(sums, day(60), None)

    assert found.expected == 102
    assert found.supervision == Supervision(teams=1272, supervised=100)


_METRICS = (
    "teams:station", "detail:duties:patrol_made", "detail:duties:plan_examined", "liaison_points",
    "detail:items_raised:opinion:ecology", "detail:items_closed:opinion:ecology", "items_overdue", "items_rated",
    "programme_progress:visits", "detail:petition_cases", "detail:households:village", "detail:urged:item:notice",
    "detail:lectures:cadre_lecture", "filed_all", "detail:publicity:press",
)  # fmt: skip
_sums = st.lists(st.tuples(st.sampled_from(_METRICS), st.integers(1, 9)), max_size=12)


@given(st.lists(_sums, max_size=5))
def test_the_total_of_parts_is_what_all_their_sums_make(parts: list[list[tuple[str, int]]]) -> None:
    together = of(*(each for part in parts for each in part))
    summed = total(of(*part) for part in parts)

    for name in Tallies.__struct_fields__:
        assert getattr(summed, name) == getattr(together, name)


def test_adding_up_leaves_what_is_added_as_it_was() -> None:
    one, other = of(("detail:duties:patrol_made", 1)), of(("detail:duties:patrol_made", 2))
    into = Tallies()

    add_up(into, one)
    add_up(into, other)

    assert into == of(("detail:duties:patrol_made", 3))
    assert one == of(("detail:duties:patrol_made", 1))
    assert other == of(("detail:duties:patrol_made", 2))
