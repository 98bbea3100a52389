"""A right is an action inside a subtree; what no grant allows is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.access import ALLOWED, Action, Caller, Grant, Role
from shared.kernel.refusals import ActionNotAllowed, OutsideSubtree

BANNER = "15.1502.150202"
ACTIONS = st.sampled_from(sorted(Action))
ROLES = st.sampled_from(sorted(Role))
CODES = st.sampled_from(["15", "1502", "150202", "1501", "150102"])
GRANTS = st.lists(st.builds(Grant, ROLES, CODES), max_size=4)


def caller(*grants: Grant) -> Caller:
    return Caller("p-1502-0007", grants)


def allows(who: Caller, action: Action, path: str) -> bool:
    try:
        who.require(action, path)
    except (ActionNotAllowed, OutsideSubtree):
        return False
    return True


@pytest.mark.parametrize("unit", ["15", "1502", "150202"])
def test_a_grant_reaches_its_unit_and_all_below(unit: str) -> None:
    clerk = caller(Grant(Role.CLERK, unit))

    assert allows(clerk, Action.WRITE_SCHEDULE, BANNER)


@pytest.mark.parametrize("unit", ["1501", "150203", "150202001", "150"])
def test_a_grant_reaches_no_other_unit(unit: str) -> None:
    clerk = caller(Grant(Role.CLERK, unit))

    with pytest.raises(OutsideSubtree) as refused:
        clerk.require(Action.WRITE_SCHEDULE, BANNER)
    assert refused.value.context == {"unit": "150202"}


def test_an_action_the_role_lacks_is_refused_before_its_place_is_looked_at() -> None:
    leader = caller(Grant(Role.LEADER, "1501"))

    with pytest.raises(ActionNotAllowed) as refused:
        leader.require(Action.WRITE_UNITS, BANNER)
    assert refused.value.context == {"action": "write-units"}


def test_two_grants_do_not_lend_each_other_their_place() -> None:
    mixed = caller(Grant(Role.CLERK, "1501"), Grant(Role.LEADER, "15"))

    with pytest.raises(OutsideSubtree):
        mixed.require(Action.WRITE_UNITS, BANNER)


def test_without_grants_nothing_is_allowed() -> None:
    for action in Action:
        with pytest.raises(ActionNotAllowed):
            caller().require(action, BANNER)
        with pytest.raises(ActionNotAllowed):
            caller().require_anywhere(action)


def test_anywhere_asks_for_the_action_only() -> None:
    auditor = caller(Grant(Role.AUDITOR, "1501"))

    auditor.require_anywhere(Action.READ_STREAMS)
    with pytest.raises(ActionNotAllowed):
        auditor.require_anywhere(Action.OPERATE)


def test_holding_a_role_means_for_that_very_unit() -> None:
    supervisor = caller(Grant(Role.SUPERVISOR, "1502"))

    assert supervisor.holds(Role.SUPERVISOR, "1502")
    assert not supervisor.holds(Role.SUPERVISOR, "150202")
    assert not supervisor.holds(Role.CLERK, "1502")


@pytest.mark.parametrize("role", [Role.LEADER, Role.SUPERVISOR, Role.AUDITOR, Role.OPERATIONS])
def test_those_who_only_look_write_nothing(role: Role) -> None:
    writing = {action for action in Action if action.value.startswith(("write", "configure"))}

    assert not ALLOWED[role] & writing


def test_every_role_is_given_its_actions_and_reads_the_status() -> None:
    assert set(ALLOWED) == set(Role)
    assert all(Action.READ_STATUS in allowed for allowed in ALLOWED.values())


@given(GRANTS, ACTIONS, st.sampled_from(["15", "15.1502", BANNER, "15.1501.150102"]))
def test_require_allows_exactly_what_some_single_grant_allows(
    grants: list[Grant], action: Action, path: str
) -> None:
    expected = any(action in ALLOWED[g.role] and g.unit in path.split(".") for g in grants)

    assert allows(caller(*grants), action, path) == expected
