"""One order for many units, and numbers counted without a gap."""

import pytest

from services.rectification.domain.cascade import MAX_UNITS, Chosen, children_of, office_of
from services.rectification.domain.item import ITEM as LIFE
from services.rectification.domain.item import Raise
from services.rectification.domain.item_refusals import (
    CascadeEmpty,
    CascadeTooWide,
    ItemAlreadyRaised,
    ParentClosed,
    UnknownParent,
)
from services.rectification.domain.numbering import Counter, free_name, names_for
from services.rectification.domain.programme import UnknownProgramme
from services.rectification.views.items import ItemAtHand, Named
from shared.kernel.setting import UnitAtHand
from tests.support.given import given
from tests.unit.rectification.ledger import SETTING, march, raised, raising

ORDER = raising(item="order-1", cascades=True, programme="wuhai")


def unit(code: str) -> UnitAtHand:
    return UnitAtHand(code, 4, "town", f"15.1503.150302.{code}", march(1))


class TestAnOrder:
    def test_becomes_an_item_for_each_unit_that_names_it(self) -> None:
        first, second = children_of(
            ORDER, [Chosen(unit("150302001"), "p-1"), Chosen(unit("150302002"), "p-2")]
        )

        assert (first.item, first.parent, first.origin) == (
            "order-1-150302001", "order-1", "order-1",
        )  # fmt: skip
        assert (first.source, first.cascades, first.programme) == ("cascade", False, "wuhai")
        assert first.setting.unit.code == "150302001"
        assert (second.responsible_person, second.due_on) == ("p-2", ORDER.due_on)
        assert second.setting.now == SETTING.now

    def test_for_nobody_is_refused(self) -> None:
        with pytest.raises(CascadeEmpty):
            children_of(ORDER, [])

    def test_for_too_many_is_refused(self) -> None:
        with pytest.raises(CascadeTooWide):
            children_of(ORDER, [Chosen(unit("1"), "p-1")] * (MAX_UNITS + 1))

    def test_falls_to_the_units_office_until_it_names_somebody(self) -> None:
        assert office_of("150302001") == "office-150302001"


class TestAParent:
    def child(self, state: str) -> Raise:
        return raising(parent="order-1", parent_state=state)

    def test_that_is_an_order_takes_items(self) -> None:
        given(LIFE).when(self.child("open")).then(raised(number=0, parent="order-1"))

    def test_has_to_be_an_order(self) -> None:
        given(LIFE).when(self.child("")).then(UnknownParent)

    def test_that_is_closed_takes_no_more(self) -> None:
        given(LIFE).when(self.child("closed")).then(ParentClosed)

    def test_that_is_closed_keeps_what_it_has(self) -> None:
        given(LIFE, raised(parent="order-1")).when(self.child("closed")).then()

    def test_and_a_programme_that_was_launched_takes_items(self) -> None:
        command = raising(programme="wuhai", programme_known=True)

        given(LIFE).when(command).then(raised(number=0, programme="wuhai"))

    def test_and_one_that_never_was_takes_none(self) -> None:
        given(LIFE).when(raising(programme="wuhai")).then(UnknownProgramme)

    @pytest.mark.parametrize(
        ("cascades", "state", "expected"),
        [(True, "open", "open"), (True, "closed", "closed"), (False, "open", "")],
    )
    def test_is_an_item_that_cascades(self, cascades: bool, state: str, expected: str) -> None:
        known = ItemAtHand("order-1", "1503", "p-1", state, cascades=cascades, open_children=0)

        assert Named({"order-1": known}, frozenset()).parent_state("order-1") == expected
        assert Named({}, frozenset()).parent_state("order-1") == ""


class TestNumbers:
    def test_follow_the_last_of_each_unit(self) -> None:
        counter = Counter({"150302": 7})

        assert [counter.next(code) for code in ("150302", "150303", "150302")] == [8, 1, 9]

    def test_name_an_item_that_has_no_name(self) -> None:
        assert free_name("150302", 8, frozenset()) == "150302-8"
        assert free_name("150302", 8, {"150302-8", "150302-8-2"}) == "150302-8-3"

    def test_whose_names_are_all_taken_is_refused(self) -> None:
        with pytest.raises(ItemAlreadyRaised):
            free_name("150302", 8, set(names_for("150302", 8)))
