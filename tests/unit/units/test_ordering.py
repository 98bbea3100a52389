"""Parents first, and every circle found."""

from hypothesis import given
from hypothesis import strategies as st

from services.units.domain.ordering import parents_first

forests = st.dictionaries(
    st.sampled_from("abcdefgh"), st.none() | st.sampled_from("abcdefghxyz"), max_size=8
)


def test_child_before_its_parent_in_the_file_comes_after_it() -> None:
    order, circles = parents_first({"c": "b", "b": "a", "a": None})

    assert (order, circles) == (["a", "b", "c"], [])


def test_circle_is_named_and_what_hangs_below_is_kept() -> None:
    order, circles = parents_first({"d": "a", "a": "b", "b": "a"})

    assert order == ["d"]
    assert [sorted(circle) for circle in circles] == [["a", "b"]]


def test_unit_under_itself_is_a_circle() -> None:
    assert parents_first({"a": "a"}) == ([], [["a"]])


@given(forests)
def test_every_code_is_ordered_or_in_one_circle(parents: dict[str, str | None]) -> None:
    order, circles = parents_first(parents)

    in_circles = [code for circle in circles for code in circle]
    assert sorted(order + in_circles) == sorted(parents)


@given(forests)
def test_each_follows_its_parent(parents: dict[str, str | None]) -> None:
    order, circles = parents_first(parents)

    ordered = {code: place for place, code in enumerate(order)}
    for code, place in ordered.items():
        parent = parents[code]
        assert parent not in ordered or ordered[parent] < place
    for circle in circles:
        for code, above in zip(circle, [*circle[1:], circle[0]], strict=True):
            assert parents[code] == above
