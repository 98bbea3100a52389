"""Two bulletins side by side: only what changed, with how much."""

import msgspec

from services.status.bulletin.comparing import compared
from services.status.bulletin.document import Bulletin
from tests.unit.status.bulletin.answers import bulletin, full

BEFORE = bulletin(full())


def with_figure(told: Bulletin, key: str, value: int) -> Bulletin:
    sections = [
        msgspec.structs.replace(
            section,
            figures=[
                msgspec.structs.replace(f, value=value) if f.key == key else f
                for f in section.figures
            ],
        )
        for section in told.sections
    ]
    return msgspec.structs.replace(told, sections=sections)


def without_section(told: Bulletin, key: str) -> Bulletin:
    kept = [section for section in told.sections if section.key != key]
    return msgspec.structs.replace(told, sections=kept)


def test_nothing_changed_is_said_as_such() -> None:
    found = compared(BEFORE, BEFORE)

    assert found.changes == []
    assert found.same == len(BEFORE.figures())


def test_a_changed_figure_is_shown_with_its_difference() -> None:
    after = with_figure(BEFORE, "items-closed", 45)

    (change,) = compared(BEFORE, after).changes

    assert (change.key, change.before, change.after, change.difference) == (
        "items-closed", 30, 45, 15,
    )  # fmt: skip


def test_a_figure_that_only_one_has_counts_from_nothing() -> None:
    less = without_section(BEFORE, "liaison")

    gone = {change.key: change for change in compared(BEFORE, less).changes}
    come = {change.key: change for change in compared(less, BEFORE).changes}

    assert (gone["points-taken"].after, gone["points-taken"].difference) == (None, -24)
    assert (come["points-taken"].before, come["points-taken"].difference) == (None, 24)
