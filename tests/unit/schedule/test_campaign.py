"""The life of a campaign: opened once, windows changed, gates set by areas."""

from datetime import date

import msgspec
import pytest

from services.schedule.domain.campaign import (
    CAMPAIGN,
    PARENT,
    CampaignAlreadyOpen,
    ChangeWindows,
    DatesReversed,
    GatesRepeated,
    HolderNotAbove,
    Open,
    RootNotTop,
    SetGates,
    WindowsOverlap,
)
from shared.contracts.schedule import Gate, GatesSet, Window, WindowsChanged
from shared.kernel.setting import UnknownCampaign
from tests.support.given import given
from tests.unit.schedule.occasions import (
    CAMPAIGN_OPEN,
    DEPARTMENT,
    LEAGUE,
    NOW,
    OPENED,
    WINDOWS,
    C,
    banner,
)

LATER = (msgspec.structs.replace(WINDOWS[0], closes_on=date(2014, 2, 28)), WINDOWS[1])
OFFICE = Gate("office", "活动办", "Office", "clerk", "1502")
TEAM = Gate("team", "督导组", "Team", "supervisor", "15")
ABOVE = Gate("above", "上级", "Above", "clerk", PARENT)


def set_gates(*gates: Gate, area: str = "15.1502", level: int = 3) -> SetGates:
    return SetGates(C, area, level, "implementation", gates, NOW)


def gates_set(*gates: Gate, area: str = "1502", level: int = 3) -> GatesSet:
    return GatesSet(
        campaign=C, area=area, applies_to_level=level, category="implementation", gates=gates,
        set_at=NOW,
    )  # fmt: skip


def test_a_campaign_is_opened_once() -> None:
    given(CAMPAIGN).when(Open(OPENED, "15")).then(OPENED)
    given(CAMPAIGN, OPENED).when(Open(OPENED, "15")).then()


def test_opening_it_otherwise_is_refused() -> None:
    other = msgspec.structs.replace(OPENED, name_zh="另一个活动")
    moved = msgspec.structs.replace(OPENED, windows=LATER)

    given(CAMPAIGN, OPENED).when(Open(other, "15")).then(CampaignAlreadyOpen)
    given(CAMPAIGN, OPENED).when(Open(moved, "15")).then(CampaignAlreadyOpen)


def test_opening_it_again_after_its_windows_moved_changes_nothing() -> None:
    changed = WindowsChanged(campaign=C, windows=LATER, reason="顺延", changed_at=NOW)

    given(CAMPAIGN, OPENED, changed).when(Open(OPENED, "15")).then()


def test_only_the_top_unit_opens_a_campaign() -> None:
    below = msgspec.structs.replace(OPENED, root="1502")

    given(CAMPAIGN).when(Open(below, "15.1502")).then(RootNotTop)


@pytest.mark.parametrize(
    "fields",
    [
        {"starts_on": date(2014, 1, 21)},
        {"ends_on": date(2014, 1, 19)},
        {"windows": (Window((2,), ("area",), date(2014, 2, 2), date(2014, 2, 1)),)},
    ],
)
def test_dates_stand_in_order(fields: dict[str, object]) -> None:
    reversed_ = msgspec.structs.replace(OPENED, **fields)

    given(CAMPAIGN).when(Open(reversed_, "15")).then(DatesReversed)


def test_a_class_of_units_has_one_window() -> None:
    twice = (*WINDOWS, Window((3,), ("area",), date(2014, 3, 1), date(2014, 3, 2)))

    given(CAMPAIGN, OPENED).when(ChangeWindows(C, twice, "加开", NOW)).then(WindowsOverlap)


def test_windows_change_with_a_reason() -> None:
    changed = WindowsChanged(campaign=C, windows=LATER, reason="顺延", changed_at=NOW)

    given(CAMPAIGN, OPENED).when(ChangeWindows(C, LATER, "顺延", NOW)).then(changed)
    given(CAMPAIGN, OPENED, changed).when(ChangeWindows(C, LATER, "顺延", NOW)).then()
    assert CAMPAIGN.fold([OPENED, changed]) == msgspec.structs.replace(CAMPAIGN_OPEN, windows=LATER)


def test_nothing_is_set_for_a_campaign_that_is_not_open() -> None:
    given(CAMPAIGN).when(ChangeWindows(C, WINDOWS, "顺延", NOW)).then(UnknownCampaign)
    given(CAMPAIGN).when(set_gates(OFFICE)).then(UnknownCampaign)


def test_an_area_sets_its_gates() -> None:
    given(CAMPAIGN, OPENED).when(set_gates(OFFICE, TEAM)).then(gates_set(OFFICE, TEAM))
    given(CAMPAIGN, OPENED, gates_set(OFFICE, TEAM)).when(set_gates(OFFICE, TEAM)).then()


def test_gates_are_held_at_the_area_or_above_it() -> None:
    elsewhere = Gate("office", "活动办", "Office", "clerk", "1503")

    given(CAMPAIGN, OPENED).when(set_gates(elsewhere)).then(HolderNotAbove)
    given(CAMPAIGN, OPENED).when(set_gates(OFFICE, OFFICE)).then(GatesRepeated)


def test_without_gates_of_its_own_a_plan_goes_to_the_office_above() -> None:
    unit = banner()
    (gate,) = CAMPAIGN_OPEN.gates_for(unit.path, unit.level, unit.kind, "implementation")

    assert (gate.gate, gate.role, gate.holder) == ("superior_office", "clerk", "1502")


def test_the_nearest_areas_gates_are_in_force_for_their_level_and_category_only() -> None:
    campaign = CAMPAIGN.fold(
        [OPENED, gates_set(TEAM, area="15"), gates_set(OFFICE, ABOVE), gates_set(TEAM, level=2)]
    )
    assert campaign is not None
    unit = banner()

    def names(path: str, level: int, kind: str, category: str = "implementation") -> list[str]:
        return [gate.gate for gate in campaign.gates_for(path, level, kind, category)]

    assert names(unit.path, 3, "district") == ["office", "above"]
    assert names("15.1503.150302", 3, "district") == ["team"]
    assert names(unit.path, 3, "district", "communities") == ["superior_office"]
    assert names(LEAGUE.path, 2, LEAGUE.kind) == ["team"]
    assert names(DEPARTMENT.path, 2, DEPARTMENT.kind) == ["superior_office"]


def test_parent_means_the_unit_directly_above_the_submitter() -> None:
    campaign = CAMPAIGN.fold([OPENED, gates_set(ABOVE, area="15", level=4)])
    assert campaign is not None
    (gate,) = campaign.gates_for("15.1502.150202.150202001", 4, "town", "implementation")

    assert gate.holder == "150202"


def test_setting_gates_again_replaces_those_of_that_place_only() -> None:
    campaign = CAMPAIGN.fold([OPENED, gates_set(OFFICE), gates_set(TEAM, level=2), gates_set(TEAM)])
    assert campaign is not None

    assert [(rule.level, rule.gates) for rule in campaign.gate_rules] == [
        (2, (TEAM,)),
        (3, (TEAM,)),
    ]
