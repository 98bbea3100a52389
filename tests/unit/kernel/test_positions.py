"""A consistency token says how far histories had come, and reads back as it was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.positions import (
    MalformedToken,
    Positions,
    format_positions,
    merge_positions,
    parse_positions,
)

KEYS = st.tuples(
    st.from_regex(r"[a-z]{1,32}", fullmatch=True),
    st.from_regex(r"[0-9A-Za-z-]{1,64}", fullmatch=True),
)
VERSIONS = st.integers(0, 10**18 - 1)
POSITIONS = st.dictionaries(KEYS, VERSIONS, min_size=1, max_size=6)


@given(POSITIONS)
def test_a_token_reads_back_as_it_was_written(positions: Positions) -> None:
    assert parse_positions(format_positions(positions)) == positions


@given(POSITIONS)
def test_equal_positions_give_equal_tokens(positions: Positions) -> None:
    reordered = dict(reversed(positions.items()))

    assert format_positions(reordered) == format_positions(positions)


@given(st.lists(POSITIONS, max_size=4))
def test_merging_keeps_the_furthest_of_each_history(many: list[Positions]) -> None:
    merged = merge_positions(many)

    assert set(merged) == {key for positions in many for key in positions}
    for positions in many:
        assert all(merged[key] >= version for key, version in positions.items())
    assert all(any(p.get(key) == version for p in many) for key, version in merged.items())


@given(POSITIONS, POSITIONS)
def test_merging_does_not_depend_on_order_or_repetition(one: Positions, two: Positions) -> None:
    assert merge_positions([one, two]) == merge_positions([two, one, two])


def test_tokens_joined_by_a_client_read_as_their_merge() -> None:
    joined = "units@15:3, units@1502:7,units@15:9"

    assert parse_positions(joined) == {("units", "15"): 9, ("units", "1502"): 7}


@pytest.mark.parametrize(
    "text",
    [
        "",
        ",",
        "units",
        "units@15",
        "units@15:",
        "units@15:-1",
        "units@15:1.5",
        "units@15:٣",
        "UNITS@15:1",
        "units@1/5:1",
        "units@15:1,",
        "units@15:1;schedule@15:1",
        "units@15:" + "9" * 19,
        "units@15:1\n",
    ],
)
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(MalformedToken):
        parse_positions(text)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        positions = parse_positions(text)
    except MalformedToken:
        return
    assert parse_positions(format_positions(positions)) == positions
