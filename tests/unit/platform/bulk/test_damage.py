"""Whatever happens to a file on its way, reading it gives rows, troubles or a refusal."""

import io
import zipfile
from collections.abc import Sequence

from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.platform.bulk import (
    CSV,
    JSON_LINES,
    XLSX,
    Column,
    FileRefused,
    Sheet,
    parsers,
    read_rows,
    write_csv,
    write_xlsx,
)

COLUMNS = [
    Column("unit", parsers.code, required=True, titles=("单位代码",)),
    Column("held_on", parsers.local_date, required=True),
    Column("attendees", parsers.integer(0, 1000), number=True),
    Column("place", parsers.text(100)),
]
ROWS: Sequence[Sequence[str | int]] = [
    ("1502", "2014-02-18", 120, '礼堂,"东"'),
    ("1503", "2014-02-19", 80, "会议室"),
]  # fmt: skip
HEADER = [column.name for column in COLUMNS]
FILES = {
    CSV: write_csv(HEADER, ROWS),
    XLSX: write_xlsx(HEADER, ROWS),
    JSON_LINES: b'{"unit": "1502", "held_on": "2014-02-18", "attendees": 3}\n' * 2,
}
PARTS = {
    name: archive.read(name)
    for archive in [zipfile.ZipFile(io.BytesIO(FILES[XLSX]))]
    for name in archive.namelist()
    if name.startswith("xl/") or name.endswith(".rels")
}
KINDS = st.sampled_from(sorted(FILES))
PLACES = st.floats(0, 1, exclude_max=True)


def _settled(body: bytes, media_type: str | None) -> Sheet | FileRefused:
    try:
        sheet = read_rows(body, media_type, COLUMNS)
    except FileRefused as refused:
        return refused
    assert sheet.rows or sheet.errors
    return sheet


@settings(deadline=None)
@given(KINDS, PLACES)
def test_cut_anywhere(kind: str, place: float) -> None:
    body = FILES[kind]
    outcome = _settled(body[: int(len(body) * place)], kind)

    assert kind != XLSX or isinstance(outcome, FileRefused)


@settings(max_examples=300, deadline=None)
@given(KINDS, st.lists(st.tuples(PLACES, st.integers(1, 255)), min_size=1, max_size=4))
def test_bytes_flipped_anywhere(kind: str, flips: list[tuple[float, int]]) -> None:
    body = bytearray(FILES[kind])
    for place, mask in flips:
        body[int(len(body) * place)] ^= mask

    assert isinstance(_settled(bytes(body), kind), (Sheet, FileRefused))


@settings(deadline=None)
@given(KINDS, PLACES, st.binary(min_size=1, max_size=12))
@example(CSV, 0.5, b'"')
@example(JSON_LINES, 0.0, b"[" * 12)
def test_bytes_slipped_in_anywhere(kind: str, place: float, more: bytes) -> None:
    body = FILES[kind]
    at = int(len(body) * place)

    assert isinstance(_settled(body[:at] + more + body[at:], kind), (Sheet, FileRefused))


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from([None, CSV, XLSX, JSON_LINES]))
def test_any_bytes_at_all(body: bytes, media_type: str | None) -> None:
    assert isinstance(_settled(body, media_type), (Sheet, FileRefused))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_bytes_flipped_inside_a_part_of_a_workbook(data: st.DataObject) -> None:
    """The archive is whole again and its checksums are right: only the markup is wrong."""
    name = data.draw(st.sampled_from(sorted(PARTS)))
    content = bytearray(PARTS[name])
    for place, mask in data.draw(st.lists(st.tuples(PLACES, st.integers(1, 255)), max_size=3)):
        content[int(len(content) * place)] ^= mask
    cut = data.draw(st.integers(0, len(content)) | st.just(len(content)))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for part, original in PARTS.items():
            archive.writestr(part, bytes(content[:cut]) if part == name else original)

    assert isinstance(_settled(out.getvalue(), XLSX), (Sheet, FileRefused))


def test_every_single_cut_and_flip_of_a_workbook() -> None:
    body = FILES[XLSX]
    for at in range(0, len(body), 7):
        flipped = body[:at] + bytes([body[at] ^ 0x41]) + body[at + 1 :]

        assert isinstance(_settled(body[:at], XLSX), FileRefused)
        assert isinstance(_settled(flipped, XLSX), (Sheet, FileRefused))
