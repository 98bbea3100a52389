"""Every plan's life is one the review rules allow, and ends before its meeting."""

from collections import Counter, defaultdict
from datetime import date

from deploy.scenarios.nmg_2014 import campaign
from deploy.scenarios.nmg_2014.files import units
from deploy.scenarios.nmg_2014.hierarchy import areas, at_level, banners, leagues
from deploy.scenarios.nmg_2014.mobilizations import held_on
from deploy.scenarios.nmg_2014.plans import categories_of, gates_of, plan_steps
from deploy.scenarios.nmg_2014.preparations import preparations
from deploy.scenarios.nmg_2014.rows import PlanStep

REASONS = {"spirit_not_reflected", "local_character_lacking", "not_actionable"}


def lives() -> dict[tuple[str, str], list[PlanStep]]:
    found: dict[tuple[str, str], list[PlanStep]] = defaultdict(list)
    for step in plan_steps():
        found[(step.unit, step.category)].append(step)
    return found


def follow(steps: list[PlanStep], gates: tuple[str, ...]) -> str:
    """Walk a life by the rules and say where it ends; an impossible step fails."""
    state, passed = "draft", 0
    for step in steps:
        if step.action == "submit":
            assert state in {"draft", "returned"}, step
            state, passed = "in_review", 0
        else:
            assert state == "in_review", step
            assert step.gate == gates[passed], step
            passed += 1
            state = "returned" if step.action == "return" else state
            state = "approved" if step.action == "pass" and passed == len(gates) else state
    return state


def test_every_life_is_legal() -> None:
    ends = Counter(follow(steps, gates_of(*key)) for key, steps in lives().items())

    assert ends["approved"] > 2_500
    assert 1 <= ends["in_review"] + ends["returned"] <= 20
    assert sum(ends.values()) == len(lives())


def test_steps_of_one_plan_stand_in_the_file_in_the_order_of_time() -> None:
    for steps in lives().values():
        instants = [step.at for step in steps]
        assert instants == sorted(set(instants))


def test_the_file_as_a_whole_is_in_the_order_of_time() -> None:
    instants = [step.at for step in plan_steps()]

    assert instants == sorted(instants)


def test_a_submission_has_title_and_digest_and_a_decision_has_its_gate() -> None:
    for step in plan_steps():
        submitted = step.action == "submit"
        assert bool(step.title) == submitted
        assert (len(step.digest) == 64) == submitted
        assert bool(step.gate) != submitted


def test_a_new_version_differs_from_the_one_returned() -> None:
    for steps in lives().values():
        digests = [step.digest for step in steps if step.digest]
        assert len(set(digests)) == len(digests)


def test_a_return_has_reasons_and_nothing_else_has() -> None:
    for step in plan_steps():
        assert bool(step.reasons) == (step.action == "return")
        assert set(step.reasons) <= REASONS


def test_all_three_reasons_occur() -> None:
    assert {reason for step in plan_steps() for reason in step.reasons} == REASONS


def test_every_league_banner_and_zone_has_its_plan_approved_before_its_meeting() -> None:
    held = held_on()
    for unit in (*leagues(), *at_level(3)):
        steps = lives()[(unit.code, "implementation")]
        assert follow(steps, gates_of(unit.code, "implementation")) == "approved"
        assert steps[-1].at.date() < held[unit.code]


def test_some_leagues_come_back_more_than_once() -> None:
    returns = Counter(step.unit for step in plan_steps() if step.action == "return")
    of_leagues = [returns[league.code] for league in leagues()]

    assert max(of_leagues) >= 2
    assert min(of_leagues) == 0


def test_baotous_banners_pass_four_gates_in_order_and_no_one_else_does() -> None:
    four = [
        "city_supervision_team",
        "campaign_office",
        "city_leader_liaison",
        "region_supervision_team",
    ]
    through_four = {
        unit
        for (unit, category), steps in lives().items()
        if category == "implementation" and [step.gate for step in steps[-4:]] == four
    }

    assert through_four == {unit.code for unit in at_level(3) if unit.parent == "1502"}
    assert [gate.gate for gate in campaign.BAOTOU_GATES] == four


def test_leagues_and_banners_plan_for_every_category_they_have_units_of() -> None:
    wanted = {
        (unit.code, category)
        for unit in (*leagues(), *banners())
        for category in ("implementation", *categories_of(unit))
    }

    assert wanted <= set(lives())


def test_a_district_without_villages_has_no_plan_for_them() -> None:
    mining_district = next(unit for unit in areas() if unit.code == "150206")

    assert categories_of(mining_district) == [
        "window_units",
        "communities",
        "non_public_social",
        "floating_members",
    ]


def test_nothing_is_submitted_before_preparation_was_ordered() -> None:
    assert min(step.at.date() for step in plan_steps()) > campaign.PREPARATION_ORDERED_ON


def test_preparation_ends_before_the_first_submission() -> None:
    first: dict[str, date] = {}
    for step in plan_steps():
        first.setdefault(step.unit, step.at.date())

    assert all(row.prepared_on < first.get(row.unit, date.max) for row in preparations())


def test_preparation_is_recorded_once_per_unit_between_the_order_and_the_deployment() -> None:
    rows = preparations()
    codes = [row.unit for row in rows]

    assert len(set(codes)) == len(codes)
    assert set(codes) <= {unit.code for unit in units()}
    assert {unit.code for unit in areas() if unit.level in {2, 3}} <= set(codes)
    assert min(row.prepared_on for row in rows) > campaign.PREPARATION_ORDERED_ON
    assert max(row.prepared_on for row in rows) <= campaign.DEPLOYED_ON
