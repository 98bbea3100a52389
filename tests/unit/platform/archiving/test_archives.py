"""An archive holds what was put in, always in the same bytes, and no change to it goes unseen."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.kernel.envelope import Envelope
from shared.kernel.refusals import Refusal
from shared.platform.archiving.manifest import (
    ArchiveChainBroken,
    ArchiveDamaged,
    ArchiveUnreadable,
    HistoryDisagrees,
    ManifestWrong,
)
from shared.platform.archiving.reading import open_archive
from shared.platform.archiving.writing import writing
from tests.support.archives import Members, golden_histories, members, resealed, write_archive

HISTORIES = golden_histories()
SCHEDULE = "schedule/1502.jsonl.gz"
UNITS = "units/1502.jsonl.gz"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "whole.zip"
    write_archive(path, HISTORIES)
    return path


def read(path: Path) -> dict[tuple[str, str], list[Envelope]]:
    with open_archive(path) as archive:
        return {
            (part.service, part.league): list(archive.envelopes(part))
            for part in archive.manifest.parts
        }


def test_what_was_put_in_comes_out(archive: Path) -> None:
    assert read(archive) == HISTORIES


def test_the_manifest_says_what_each_part_holds(archive: Path) -> None:
    with open_archive(archive) as opened:
        manifest = opened.manifest

    assert manifest.services == ["rectification", "schedule", "supervision", "units"]
    assert manifest.events == sum(len(envelopes) for envelopes in HISTORIES.values())
    part = manifest.of("units")[0]
    envelopes = HISTORIES["units", "1502"]
    assert (part.first, part.last, part.head) == (1, len(envelopes), envelopes[-1].hash)
    assert sum(part.types.values()) == part.count == len(envelopes)
    assert set(part.types) == {envelope.type for envelope in envelopes}


def test_the_same_histories_give_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    write_archive(again, HISTORIES)

    assert again.read_bytes() == archive.read_bytes()


def test_a_line_is_an_event_as_it_was_published(archive: Path) -> None:
    lines = members(archive)[SCHEDULE].splitlines()

    assert [json.loads(line)["version"] for line in lines] == list(range(1, len(lines) + 1))


def test_nothing_appears_where_writing_failed(tmp_path: Path) -> None:
    path = tmp_path / "half.zip"

    with pytest.raises(HistoryDisagrees), writing(path) as archive:
        archive.add("units", "1502", "00" * 32, [HISTORIES["units", "1502"]])

    assert list(tmp_path.iterdir()) == []


def test_a_history_with_a_hole_is_not_written(tmp_path: Path) -> None:
    envelopes = HISTORIES["units", "1502"]

    with pytest.raises(ArchiveChainBroken) as refused, writing(tmp_path / "a.zip") as archive:
        archive.add("units", "1502", envelopes[-1].hash, [[envelopes[0], *envelopes[2:]]])

    assert refused.value.context["version"] == 2


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_one_byte_changed_anywhere_is_refused(archive: Path, data: st.DataObject) -> None:
    body = bytearray(archive.read_bytes())
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] ^= data.draw(st.integers(1, 255))
    changed = archive.with_name("changed.zip")
    changed.write_bytes(body)

    with pytest.raises((ArchiveDamaged, ArchiveUnreadable)):
        open_archive(changed)


@pytest.mark.parametrize("kept", [0, 1, 70, 71, 1_000, -1])
def test_a_truncated_archive_is_refused(archive: Path, kept: int) -> None:
    archive.write_bytes(archive.read_bytes()[:kept])

    with pytest.raises(ArchiveDamaged):
        open_archive(archive)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveUnreadable):
        open_archive(tmp_path / "nowhere.zip")


def reorder(held: Members) -> None:
    first, second, *rest = held[SCHEDULE].splitlines(keepends=True)
    held[SCHEDULE] = b"".join([second, first, *rest])


def drop(held: Members) -> None:
    first, _, *rest = held[SCHEDULE].splitlines(keepends=True)
    held[SCHEDULE] = b"".join([first, *rest])


def repeat(held: Members) -> None:
    first, *rest = held[SCHEDULE].splitlines(keepends=True)
    held[SCHEDULE] = b"".join([first, first, *rest])


def cut(held: Members) -> None:
    held[SCHEDULE] = b"".join(held[SCHEDULE].splitlines(keepends=True)[:-1])


def swap_files(held: Members) -> None:
    held[SCHEDULE], held[UNITS] = held[UNITS], held[SCHEDULE]


def alter(held: Members) -> None:
    held[SCHEDULE] = held[SCHEDULE].replace(b"p-1502-clerk", b"p-1502-other")


def add_a_word(held: Members) -> None:
    held[SCHEDULE] = held[SCHEDULE].replace(b'{"specversion"', b'{"unheard":1,"specversion"', 1)


def garbage(held: Members) -> None:
    held[SCHEDULE] = b"\xff\xfe\n" + held[SCHEDULE]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (reorder, ArchiveChainBroken),
        (drop, ArchiveChainBroken),
        (repeat, ArchiveChainBroken),
        (cut, ManifestWrong),
        (swap_files, ArchiveChainBroken),
        (alter, ArchiveChainBroken),
        (add_a_word, ArchiveChainBroken),
        (garbage, ArchiveChainBroken),
    ],
)
def test_changed_events_are_refused_though_seal_and_digests_were_made_anew(
    change: Callable[[Members], None], refusal: type[Refusal], archive: Path
) -> None:
    held = members(archive)
    change(held)
    resealed(archive, held, lambda _: None)

    with pytest.raises(refusal):
        read(archive)


def schedule_part(manifest: dict[str, Any]) -> dict[str, Any]:
    part: dict[str, Any] = next(p for p in manifest["parts"] if p["member"] == SCHEDULE)
    return part


@pytest.mark.parametrize(
    "lie",
    [
        {"head": "00" * 32},
        {"to": 2, "count": 2},
        {"types": {}},
        {"sha256": "00" * 32},
        {"bytes": 1},
        {"from": 2},
        {"count": 1},
        {"league": "1503"},
        {"member": "units/1502.jsonl.gz"},
        {"unheard": 1},
    ],
    ids=str,
)
def test_a_manifest_that_lies_is_refused(lie: dict[str, Any], archive: Path) -> None:
    resealed(archive, members(archive), lambda manifest: schedule_part(manifest).update(lie))

    with pytest.raises((ManifestWrong, ArchiveUnreadable)):
        read(archive)


@pytest.mark.parametrize("part_of", ["first", "twice", "none"])
def test_a_manifest_that_names_other_members_is_refused(part_of: str, archive: Path) -> None:
    def tell(manifest: dict[str, Any]) -> None:
        parts = manifest["parts"]
        manifest["parts"] = {"first": parts[:1], "twice": [*parts, parts[-1]], "none": []}[part_of]

    resealed(archive, members(archive), tell)

    with pytest.raises(ArchiveUnreadable):
        open_archive(archive)


def test_an_archive_of_another_format_is_refused(archive: Path) -> None:
    resealed(archive, members(archive), lambda m: m.update(format="campaign-archive/9"))

    with pytest.raises(ArchiveUnreadable, match="campaign-archive/9"):
        open_archive(archive)
