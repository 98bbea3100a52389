"""A bulletin says what the views show, says where, and is silent where there is nothing."""

from functools import reduce

from services.status.bulletin.document import bytes_of, read
from services.status.figures import Counts, Mobilization
from tests.unit.status.bulletin.answers import bulletin, child, full, plain, status


def figures() -> dict[str, int]:
    return {figure.key: figure.value for figure in bulletin(full()).figures()}


def test_every_figure_is_found_where_its_source_points() -> None:
    answer = plain(full())
    composed = bulletin(full())

    for figure in composed.figures():
        for value, source in ((figure.value, figure.source), (figure.of, figure.of_source)):
            if source is not None:
                assert source.query == "/campaigns/nmg-2014/units/15/status?as_of=2014-03-04"
                names = source.pointer.strip("/").split("/")
                shown = reduce(lambda node, name: node.get(name, {}), names, answer)
                assert (shown or 0) == value, source.pointer


def test_the_reports_figures_are_told() -> None:
    told = figures()

    assert (told["own-teams"], told["own-people"], told["teams-league"]) == (13, 115, 228)
    assert (told["instructors"], told["lecturers"], told["teachers"]) == (16_888, 1_000, 1_000)
    assert (told["items-raised"], told["programmes-commitment"]) == (110, 15)
    assert (told["mobilized-league"], told["documents-guiding_opinion"]) == (12, 4)


def test_the_text_says_the_figures_in_both_languages() -> None:
    sections = {section.key: section for section in bulletin(full()).sections}

    assert "12 个盟市已全部召开动员会" in sections["mobilization"].text_zh
    assert "苏木乡镇 314/948" in sections["mobilization"].text_zh
    assert "All mobilized: 12 leagues." in sections["mobilization"].text_en
    assert "本级组建督导组 13 个、115 人" in sections["supervision"].text_zh
    assert "16,888 instructors sent by townships" in sections["supervision"].text_en
    assert "台账共 110 项问题,已销号 30 项" in sections["ledger"].text_zh
    assert "3 of these overdue" in sections["ledger"].text_en
    assert "公开承诺 15 项,累计进度 120/900" in sections["programmes"].text_zh


def test_categories_are_told_the_largest_first() -> None:
    text = next(s.text_zh for s in bulletin(full()).sections if s.key == "ledger")

    assert text.index("生态保护问题 60") < text.index("住房问题 50")


def test_a_unit_without_anything_has_no_sections() -> None:
    assert bulletin(status({}, Counts(), wide=False)).sections == []


def test_a_unit_that_only_mobilizes_says_only_that() -> None:
    villages = Counts(expected=3, mobilization=Mobilization(mobilized=1, late=1, overdue=2))
    told = bulletin(status({"village": villages}, villages, wide=False))

    assert [section.key for section in told.sections] == ["mobilization"]
    assert "逾期未动员 2 个" in told.sections[0].text_zh


def test_units_with_something_overdue_are_urged_the_most_first() -> None:
    told = bulletin(full(), child("1501", 0, 0), child("1502", 1, 3), child("1503", 9, 0))

    assert [(each.unit, each.mobilization_overdue, each.items_overdue) for each in told.behind] == [
        ("1503", 9, 0),
        ("1502", 1, 3),
    ]


def test_the_annex_has_a_line_for_each_area_and_none_for_what_is_attached() -> None:
    told = bulletin(full(), child("1501", 0, 2), child("15-W01", 0, 0, "window_unit"))

    assert [(line.unit, line.items_raised, line.items_overdue) for line in told.annex] == [
        ("1501", 9, 2)
    ]


def test_the_same_figures_have_the_same_bytes_and_read_back() -> None:
    once, again = bulletin(full(), child("1502", 1, 0)), bulletin(full(), child("1502", 1, 0))

    assert bytes_of(once) == bytes_of(again)
    assert read(bytes_of(once)) == once


def test_another_position_has_other_bytes() -> None:
    assert bytes_of(bulletin(full())) != bytes_of(bulletin(full(), position="units@15:4"))
