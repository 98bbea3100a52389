"""A unit's life, told as sentences."""

from dataclasses import replace
from datetime import date

import pytest

from services.units.domain.refusals import (
    BeforeLastChange,
    BeforeParent,
    CannotMerge,
    CodeDoesNotFitKind,
    DuplicateCode,
    KindDoesNotFitLevel,
    LevelDoesNotFit,
    MoveUnderItself,
    ParentAbolished,
    ParentInOtherCampaign,
    ParentNotArea,
    RootCannotMove,
    RootExists,
    UnitHasChildren,
    UnknownParent,
)
from services.units.domain.tree import Tree
from services.units.domain.unit import (
    UNIT,
    Abolish,
    Active,
    Gone,
    MergeInto,
    Move,
    Register,
    Rename,
)
from shared.contracts.units import (
    UnitAbolished,
    UnitDeparted,
    UnitMerged,
    UnitMoved,
    UnitRegistered,
    UnitRenamed,
)
from shared.kernel.refusals import DateInFuture, Refusal, UnitAbolishedAlready, UnknownUnit
from shared.kernel.setting import BeforeRegistration
from tests.support.given import given
from tests.unit.units.lives import (
    BAOTOU,
    BUREAU,
    CAMPAIGN,
    COMMUNITY,
    DONGHE,
    HOHHOT,
    KUNDULUN,
    REGION,
    START,
    STREET,
    TODAY,
    asked,
    registered,
    tree,
)

JANUARY = date(2014, 1, 10)
FEBRUARY = date(2014, 2, 10)


def register(event: UnitRegistered) -> Register:
    return Register(
        event.code, event.parent, event.level, event.kind, event.name, event.registered_on
    )


SHIGUAI = registered("15.1502.150205", 3, "district")
RENAMED = UnitRenamed(campaign=CAMPAIGN, code="150202", name="东河新区", effective_on=JANUARY)
GONE = UnitAbolished(campaign=CAMPAIGN, code="150203", reason="撤销", effective_on=JANUARY)


def moved(code: str, parent: str, path: str, former: str, *, by: str | None = None) -> UnitMoved:
    return UnitMoved(
        campaign=CAMPAIGN,
        code=code,
        parent=parent,
        path=path,
        former_path=former,
        moved_with=by,
        effective_on=FEBRUARY,
    )


def departed(code: str, path: str, former: str) -> UnitDeparted:
    return UnitDeparted(
        campaign=CAMPAIGN, code=code, former_path=former, path=path, effective_on=FEBRUARY
    )


class TestRegistering:
    def test_new_unit_stands_under_its_parent(self) -> None:
        given(UNIT).when(asked("150205", register(SHIGUAI))).then(SHIGUAI)

    def test_attached_organisation_has_its_parents_level(self) -> None:
        new = registered("15.1502.1502-D02", 2, "directly_affiliated")
        given(UNIT).when(asked("1502-D02", register(new))).then(new)

    def test_root_begins_a_campaign(self) -> None:
        given(UNIT).when(asked("15", register(REGION), Tree())).then(REGION)

    def test_open_date_is_today(self) -> None:
        command = replace(register(SHIGUAI), registered_on=None)
        given(UNIT).when(asked("150205", command)).then(
            registered("15.1502.150205", 3, "district", registered_on=TODAY)
        )

    def test_same_again_changes_nothing(self) -> None:
        given(UNIT, DONGHE).when(asked("150202", register(DONGHE))).then()

    def test_same_again_with_open_date_changes_nothing(self) -> None:
        command = replace(register(DONGHE), registered_on=None)
        given(UNIT, DONGHE).when(asked("150202", command)).then()

    def test_as_it_was_first_registered_changes_nothing(self) -> None:
        given(UNIT, DONGHE, RENAMED).when(asked("150202", register(DONGHE))).then()

    def test_as_it_is_now_called_changes_nothing(self) -> None:
        command = replace(register(DONGHE), name="东河新区")
        given(UNIT, DONGHE, RENAMED).when(asked("150202", command)).then()

    def test_same_again_after_its_end_changes_nothing(self) -> None:
        given(UNIT, KUNDULUN, GONE).when(asked("150203", register(KUNDULUN))).then()

    def test_other_content_under_a_known_code_is_refused(self) -> None:
        command = replace(register(DONGHE), kind="county")
        given(UNIT, DONGHE).when(asked("150202", command)).then(DuplicateCode)

    def test_other_date_under_a_known_code_is_refused(self) -> None:
        command = replace(register(DONGHE), registered_on=JANUARY)
        given(UNIT, DONGHE).when(asked("150202", command)).then(DuplicateCode)

    @pytest.mark.parametrize(
        ("change", "refusal"),
        [
            ({"parent": "1599"}, UnknownParent),
            ({"parent": "9901"}, ParentInOtherCampaign),
            ({"parent": None, "level": 1, "kind": "region"}, RootExists),
            ({"level": 2, "kind": "city"}, LevelDoesNotFit),
            ({"level": 4, "kind": "town"}, LevelDoesNotFit),
            ({"kind": "town"}, KindDoesNotFitLevel),
            ({"kind": "directly_affiliated"}, CodeDoesNotFitKind),
            ({"code": "1502-X05"}, CodeDoesNotFitKind),
            ({"parent": "1502-D01"}, ParentNotArea),
            ({"registered_on": date(2013, 10, 31)}, BeforeParent),
            ({"registered_on": date(2014, 3, 5)}, DateInFuture),
        ],
    )
    def test_what_does_not_fit_is_refused(
        self, change: dict[str, object], refusal: type[Refusal]
    ) -> None:
        command = replace(register(SHIGUAI), **change)  # type: ignore[arg-type]
        within = tree(elsewhere=("9901",))
        given(UNIT).when(asked(command.code, command, within)).then(refusal)

    def test_attached_organisation_of_another_level_is_refused(self) -> None:
        command = register(registered("15.1502.1502-D02", 3, "directly_affiliated"))
        given(UNIT).when(asked("1502-D02", command)).then(LevelDoesNotFit)

    def test_root_of_another_level_is_refused(self) -> None:
        command = register(registered("1502", 2, "city"))
        given(UNIT).when(asked("1502", command, Tree())).then(LevelDoesNotFit)

    def test_nothing_is_registered_under_an_abolished_parent(self) -> None:
        command = register(registered("15.1502.150203.150203001", 4, "town"))
        within = tree((KUNDULUN, GONE))
        given(UNIT).when(asked("150203001", command, within)).then(ParentAbolished)


class TestRenaming:
    def test_new_name_holds_from_a_day(self) -> None:
        given(UNIT, DONGHE).when(asked("150202", Rename("东河新区", JANUARY))).then(RENAMED)

    def test_name_it_has_changes_nothing(self) -> None:
        given(UNIT, DONGHE, RENAMED).when(asked("150202", Rename("东河新区", FEBRUARY))).then()

    @pytest.mark.parametrize(
        ("on", "refusal"),
        [
            (date(2013, 10, 31), BeforeRegistration),
            (date(2014, 1, 9), BeforeLastChange),
            (date(2014, 3, 5), DateInFuture),
        ],
    )
    def test_impossible_day_is_refused(self, on: date, refusal: type[Refusal]) -> None:
        given(UNIT, DONGHE, RENAMED).when(asked("150202", Rename("东河", on))).then(refusal)

    def test_unknown_unit_is_refused(self) -> None:
        given(UNIT).when(asked("1599", Rename("某旗", JANUARY))).then(UnknownUnit)

    def test_abolished_unit_is_refused(self) -> None:
        command = asked("150203", Rename("昆区", FEBRUARY))
        given(UNIT, KUNDULUN, GONE).when(command).then(UnitAbolishedAlready)


class TestMoving:
    def test_every_unit_below_moves_along_and_the_old_league_is_told(self) -> None:
        new, old = "15.1501.150202", "15.1502.150202"
        street, community = ".150202001", ".150202001.150202001001"
        given(UNIT, DONGHE).when(asked("150202", Move("1501", FEBRUARY))).then(
            departed("150202", new, old),
            moved("150202", "1501", new, old),
            departed("150202001", new + street, old + street),
            moved("150202001", "150202", new + street, old + street, by="150202"),
            departed("150202001001", new + community, old + community),
            moved("150202001001", "150202001", new + community, old + community, by="150202"),
        )

    def test_within_a_league_nobody_departs(self) -> None:
        old, new = "15.1502.150202.150202001", "15.1502.150203.150202001"
        community = ".150202001001"
        given(UNIT, STREET).when(asked("150202001", Move("150203", FEBRUARY))).then(
            moved("150202001", "150203", new, old),
            moved("150202001001", "150202001", new + community, old + community, by="150202001"),
        )

    def test_what_changed_later_by_itself_moves_from_that_day(self) -> None:
        late = registered(STREET.path, 4, "subdistrict", registered_on=date(2014, 3, 1))
        within = tree(late)
        asking = asked("150202", Move("1501", FEBRUARY), within)

        events = UNIT.decide(asking, UNIT.fold([DONGHE]))

        days = {e.code: e.effective_on for e in events if isinstance(e, UnitMoved)}
        assert days == {
            "150202": FEBRUARY,
            "150202001": date(2014, 3, 1),
            "150202001001": FEBRUARY,
        }

    def test_where_it_stands_already_changes_nothing(self) -> None:
        given(UNIT, DONGHE).when(asked("150202", Move("1502", FEBRUARY))).then()

    @pytest.mark.parametrize(
        ("to", "refusal"),
        [
            ("150202", MoveUnderItself),
            ("150202001", MoveUnderItself),
            ("15", LevelDoesNotFit),
            ("150203", LevelDoesNotFit),
            ("1502-D01", ParentNotArea),
            ("1599", UnknownParent),
        ],
    )
    def test_place_that_does_not_fit_is_refused(self, to: str, refusal: type[Refusal]) -> None:
        given(UNIT, DONGHE).when(asked("150202", Move(to, FEBRUARY))).then(refusal)

    def test_root_stays(self) -> None:
        given(UNIT, REGION).when(asked("15", Move("1501", FEBRUARY))).then(RootCannotMove)

    def test_day_before_the_last_move_is_refused(self) -> None:
        past = moved("150202", "1501", "15.1501.150202", "15.1502.150202")
        command = asked("150202", Move("1502", date(2014, 2, 9)), tree((DONGHE, past)))
        given(UNIT, DONGHE, past).when(command).then(BeforeLastChange)

    def test_day_before_the_new_parent_existed_is_refused(self) -> None:
        late = registered("15.1501", 2, "city", registered_on=date(2014, 2, 11))
        command = asked("150202", Move("1501", FEBRUARY), tree(late))
        given(UNIT, DONGHE).when(command).then(BeforeParent)


class TestMerging:
    def test_children_go_to_the_target_before_the_unit_ends(self) -> None:
        old, new = "15.1502.150202.150202001", "15.1502.150203.150202001"
        community = ".150202001001"
        given(UNIT, DONGHE).when(asked("150202", MergeInto("150203", FEBRUARY))).then(
            moved("150202001", "150203", new, old),
            moved("150202001001", "150202001", new + community, old + community, by="150202001"),
            UnitMerged(campaign=CAMPAIGN, code="150202", into="150203", effective_on=FEBRUARY),
        )

    def test_same_again_changes_nothing(self) -> None:
        merged = UnitMerged(campaign=CAMPAIGN, code="150202", into="150203", effective_on=FEBRUARY)
        command = asked("150202", MergeInto("150203", FEBRUARY))
        given(UNIT, DONGHE, merged).when(command).then()

    @pytest.mark.parametrize(
        ("into", "refusal"),
        [
            ("150202", CannotMerge),
            ("150202001", CannotMerge),
            ("1502", CannotMerge),
            ("150202-D01", CannotMerge),
            ("1599", UnknownUnit),
        ],
    )
    def test_target_of_another_level_or_nature_is_refused(
        self, into: str, refusal: type[Refusal]
    ) -> None:
        within = tree(registered("15.1502.150202.150202-D01", 3, "directly_affiliated"))
        command = asked("150202", MergeInto(into, FEBRUARY), within)
        given(UNIT, DONGHE).when(command).then(refusal)

    def test_abolished_target_is_refused(self) -> None:
        command = asked("150202", MergeInto("150203", FEBRUARY), tree((KUNDULUN, GONE)))
        given(UNIT, DONGHE).when(command).then(UnitAbolishedAlready)

    def test_root_cannot_merge(self) -> None:
        given(UNIT, REGION).when(asked("15", MergeInto("1501", FEBRUARY))).then(RootCannotMove)


class TestAbolishing:
    def test_unit_without_children_ends(self) -> None:
        given(UNIT, KUNDULUN).when(asked("150203", Abolish("撤销", JANUARY))).then(GONE)

    def test_same_day_again_changes_nothing(self) -> None:
        given(UNIT, KUNDULUN, GONE).when(asked("150203", Abolish("撤销", JANUARY))).then()

    def test_another_day_is_refused(self) -> None:
        command = asked("150203", Abolish("撤销", FEBRUARY))
        given(UNIT, KUNDULUN, GONE).when(command).then(UnitAbolishedAlready)

    def test_merged_unit_cannot_be_abolished(self) -> None:
        merged = UnitMerged(campaign=CAMPAIGN, code="150203", into="150202", effective_on=JANUARY)
        command = asked("150203", Abolish("撤销", JANUARY))
        given(UNIT, KUNDULUN, merged).when(command).then(UnitAbolishedAlready)

    def test_unit_with_children_is_refused(self) -> None:
        given(UNIT, DONGHE).when(asked("150202", Abolish("撤销", JANUARY))).then(UnitHasChildren)

    def test_unit_whose_children_are_gone_ends(self) -> None:
        gone = UnitAbolished(campaign=CAMPAIGN, code="150202001", reason="", effective_on=JANUARY)
        within = tree((STREET, gone))
        command = asked("150202", Abolish("撤销", FEBRUARY), within)
        given(UNIT, DONGHE).when(command).then(
            UnitAbolished(campaign=CAMPAIGN, code="150202", reason="撤销", effective_on=FEBRUARY)
        )

    def test_day_before_its_last_child_ended_is_refused(self) -> None:
        gone = UnitAbolished(campaign=CAMPAIGN, code="150202001", reason="", effective_on=FEBRUARY)
        command = asked("150202", Abolish("撤销", JANUARY), tree((STREET, gone)))
        given(UNIT, DONGHE).when(command).then(BeforeLastChange)


class TestStates:
    def test_moved_unit_keeps_what_it_was_registered_as(self) -> None:
        past = moved("150202", "1501", "15.1501.150202", "15.1502.150202")

        state = given(UNIT, DONGHE, RENAMED, past).state()

        assert isinstance(state, Active)
        assert (state.unit.path, state.unit.name) == ("15.1501.150202", "东河新区")
        assert (state.first.path, state.first.name) == ("15.1502.150202", "单位150202")
        assert (state.unit.named_on, state.unit.placed_on) == (JANUARY, FEBRUARY)

    def test_abolished_unit_still_moves_with_its_parent(self) -> None:
        past = moved("150203", "1501", "15.1501.150203", "15.1502.150203", by="1502")

        state = given(UNIT, KUNDULUN, GONE, past).state()

        assert isinstance(state, Gone)
        assert (state.unit.path, state.unit.gone_on) == ("15.1501.150203", JANUARY)

    def test_departure_changes_nothing_about_the_unit(self) -> None:
        told = departed("150202", "15.1501.150202", "15.1502.150202")

        assert given(UNIT, DONGHE, told).state() == given(UNIT, DONGHE).state()

    @pytest.mark.parametrize("event", [BAOTOU, BUREAU, HOHHOT, COMMUNITY])
    def test_registered_unit_is_what_its_event_says(self, event: UnitRegistered) -> None:
        state = given(UNIT, event).state()

        assert isinstance(state, Active)
        assert (state.unit.code, state.unit.path) == (event.code, event.path)
        assert state.unit.placed_on == state.unit.named_on == START
