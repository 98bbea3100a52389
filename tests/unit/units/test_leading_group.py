"""A leading group's life, told as sentences."""

from dataclasses import replace
from datetime import date

import pytest

from services.units.domain.leading_group import (
    LEADING_GROUP,
    AdoptRules,
    Form,
    Group,
    GroupFormedOtherwise,
    InUnit,
    NoSuchGroup,
    Rules,
    RulesBeforeGroup,
    Staffing,
)
from services.units.domain.tree import Unit
from shared.contracts.units import LeadingGroupFormed, LeadingGroupReinforced, WorkingRulesAdopted
from shared.kernel.refusals import DateInFuture, Refusal, UnitAbolishedAlready
from shared.kernel.setting import BeforeRegistration
from tests.support.given import given
from tests.unit.units.lives import BAOTOU, CAMPAIGN, TODAY, unit_after

FORMED_ON = date(2013, 12, 2)
FIRST = Staffing(FORMED_ON, "p-1502-0001", 17)
LATER = Staffing(date(2014, 1, 8), "p-1502-0002", 21)
RULES = Rules("领导小组工作规则", date(2013, 12, 5))
FORMED = LeadingGroupFormed(
    campaign=CAMPAIGN,
    unit="1502",
    group="leading_group",
    leader="p-1502-0001",
    members=17,
    formed_on=FORMED_ON,
)
REINFORCED = LeadingGroupReinforced(
    campaign=CAMPAIGN,
    unit="1502",
    group="leading_group",
    leader="p-1502-0002",
    members=21,
    reinforced_on=LATER.since,
)
ADOPTED = WorkingRulesAdopted(
    campaign=CAMPAIGN,
    unit="1502",
    group="leading_group",
    title=RULES.title,
    adopted_on=RULES.adopted_on,
)


def asked(command: Form | AdoptRules, unit: Unit | None = None) -> InUnit:
    return InUnit(unit or unit_after(BAOTOU), "leading_group", command, TODAY)


def test_group_is_formed() -> None:
    given(LEADING_GROUP).when(asked(Form(FIRST))).then(FORMED)


def test_group_is_formed_with_its_rules() -> None:
    given(LEADING_GROUP).when(asked(Form(FIRST, RULES))).then(FORMED, ADOPTED)


def test_same_again_changes_nothing() -> None:
    given(LEADING_GROUP, FORMED, ADOPTED).when(asked(Form(FIRST, RULES))).then()


def test_same_again_after_reinforcement_changes_nothing() -> None:
    given(LEADING_GROUP, FORMED, REINFORCED).when(asked(Form(FIRST))).then()


def test_rules_may_follow() -> None:
    given(LEADING_GROUP, FORMED).when(asked(Form(FIRST, RULES))).then(ADOPTED)


def test_later_staffing_reinforces() -> None:
    given(LEADING_GROUP, FORMED).when(asked(Form(LATER))).then(REINFORCED)


def test_other_staffing_of_the_same_day_is_refused() -> None:
    other = asked(Form(replace(FIRST, members=18)))
    given(LEADING_GROUP, FORMED).when(other).then(GroupFormedOtherwise)


def test_staffing_between_two_known_ones_is_refused() -> None:
    between = asked(Form(Staffing(date(2013, 12, 20), None, 19)))
    given(LEADING_GROUP, FORMED, REINFORCED).when(between).then(GroupFormedOtherwise)


def test_rules_are_adopted_by_an_existing_group() -> None:
    given(LEADING_GROUP, FORMED).when(asked(AdoptRules(RULES))).then(ADOPTED)


def test_rules_adopted_twice_change_nothing() -> None:
    given(LEADING_GROUP, FORMED, ADOPTED).when(asked(AdoptRules(RULES))).then()


def test_rules_without_a_group_are_refused() -> None:
    given(LEADING_GROUP).when(asked(AdoptRules(RULES))).then(NoSuchGroup)


def test_rules_older_than_the_group_are_refused() -> None:
    early = asked(AdoptRules(replace(RULES, adopted_on=date(2013, 12, 1))))
    given(LEADING_GROUP, FORMED).when(early).then(RulesBeforeGroup)


@pytest.mark.parametrize(
    ("on", "refusal"),
    [
        (date(2013, 10, 31), BeforeRegistration),
        (date(2014, 3, 5), DateInFuture),
        (date(2014, 2, 1), UnitAbolishedAlready),
    ],
)
def test_impossible_day_is_refused(on: date, refusal: type[Refusal]) -> None:
    unit = replace(unit_after(BAOTOU), gone_on=date(2014, 2, 1))
    given(LEADING_GROUP).when(asked(Form(replace(FIRST, since=on)), unit)).then(refusal)


def test_group_remembers_all_it_was() -> None:
    state = given(LEADING_GROUP, FORMED, ADOPTED, REINFORCED).state()

    assert state == Group((FIRST, LATER), (RULES,))
