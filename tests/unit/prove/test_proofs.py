"""A proof holds as it was written; whatever is altered in it is found, and named."""

import ast
import hashlib
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.prove import verify_proof
from deploy.prove.verify_proof import Unreadable, Verdict, verify
from deploy.prove.writing import Part, write_proof
from shared.kernel.envelope import GENESIS
from shared.platform.archiving.manifest import ArchiveChainBroken, HistoryDisagrees
from tests.support.archives import golden_histories

HISTORY = golden_histories()["schedule", "1502"]
SCRIPT = Path(verify_proof.__file__)
Line = dict[str, Any]


def proof(first: int = 1, last: int = len(HISTORY)) -> bytes:
    previous = HISTORY[first - 2].hash if first > 1 else GENESIS.hex()
    part = Part("schedule", "1502", first, last, previous, (len(HISTORY), HISTORY[-1].hash))
    file = io.BytesIO()
    write_proof(file, part, [HISTORY[first - 1 : first + 1], HISTORY[first + 1 :]])
    return file.getvalue()


WHOLE = proof()
MIDDLE = proof(3, 6)


def lines(written: bytes) -> list[Line]:
    return [json.loads(line) for line in written.splitlines()[:-1]]


def sealed(told: list[Line]) -> bytes:
    body = b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in told)
    return body + b'{"sha256":"%s"}\n' % hashlib.sha256(body).hexdigest().encode()


def faults(verdict: Verdict) -> list[tuple[int, str]]:
    return [(each.version, each.code) for each in verdict.findings]


@pytest.mark.parametrize(("first", "last"), [(1, len(HISTORY)), (1, 1), (3, 6), (4, len(HISTORY))])
def test_what_was_written_is_whole(first: int, last: int) -> None:
    verdict = verify(proof(first, last))

    assert verdict.findings == []
    assert verdict.header["head"] == {"version": len(HISTORY), "hash": HISTORY[-1].hash}


def test_events_stand_in_it_as_they_were_published() -> None:
    assert MIDDLE.splitlines()[1:5] == [msgspec.json.encode(each) for each in HISTORY[2:6]]
    assert b"data" not in MIDDLE.splitlines()[5]


@pytest.mark.parametrize("at", [3, 6, len(HISTORY)])
def test_it_holds_against_a_hash_known_from_elsewhere(at: int) -> None:
    assert verify(MIDDLE, HISTORY[at - 1].hash).findings == []
    assert faults(verify(MIDDLE, "ab" * 32)) == [(0, "head")]


@given(data=st.data(), written=st.sampled_from([WHOLE, MIDDLE]))
def test_one_byte_changed_anywhere_is_found(data: st.DataObject, written: bytes) -> None:
    changed = bytearray(written)
    changed[data.draw(st.integers(0, len(written) - 1))] ^= data.draw(st.integers(1, 255))

    assert _refused(bytes(changed))


@given(data=st.data(), written=st.sampled_from([WHOLE, MIDDLE]))
def test_any_change_of_an_event_is_found_and_named_though_the_file_is_sealed_anew(
    data: st.DataObject, written: bytes
) -> None:
    told = lines(written)
    event = data.draw(st.sampled_from([line for line in told[1:] if "data" in line]))
    version, name = event["version"], data.draw(st.sampled_from(sorted(event)))
    event[name] = data.draw(_other_than(event[name]))

    verdict = verify(sealed(told))

    assert verdict.findings
    if name != "version":
        assert (version, "changed") in faults(verdict)


@given(data=st.data())
def test_any_change_of_what_links_to_the_head_is_found(data: st.DataObject) -> None:
    told = lines(MIDDLE)
    line = data.draw(st.sampled_from([told[0], told[0]["head"], *told[5:]]))
    name = data.draw(st.sampled_from(sorted(line)))
    line[name] = data.draw(_other_than(line[name]))

    assert _refused(sealed(told))


@given(data=st.data(), written=st.sampled_from([WHOLE, MIDDLE]))
def test_a_line_removed_repeated_or_moved_is_found(data: st.DataObject, written: bytes) -> None:
    told = lines(written)
    at = data.draw(st.integers(1, len(told) - 1))
    line = told.pop(at)
    match data.draw(st.sampled_from(["removed", "repeated", "moved"])):
        case "repeated":
            told[at:at] = [line, line]
        case "moved":
            told.insert(data.draw(st.sampled_from(sorted({*range(1, len(told) + 1)} - {at}))), line)
        case _:
            pass  # it stays away

    assert _refused(sealed(told))


def drop(told: list[Line]) -> None:
    del told[2]


def repeat(told: list[Line]) -> None:
    told.insert(2, told[2])


def swap(told: list[Line]) -> None:
    told[2], told[3] = told[3], told[2]


def foreign(told: list[Line]) -> None:
    told.insert(2, told[1] | {"version": 9_999})


def later(told: list[Line]) -> None:
    told[-1]["digest"] = "ab" * 32


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (drop, [(4, "removed")]),
        (repeat, [(4, "inserted")]),
        (swap, [(4, "reordered")]),
        (foreign, [(9_999, "inserted")]),
        (later, [(6, "later")]),
    ],
)
def test_what_was_done_is_named(
    change: Callable[[list[Line]], None], expected: list[tuple[int, str]]
) -> None:
    told = lines(MIDDLE)
    change(told)

    assert faults(verify(sealed(told))) == expected


def test_a_forged_event_with_a_hash_of_its_own_breaks_the_next_link() -> None:
    told = lines(WHOLE)
    event = told[2] | {"actor": "p-1502-other"}
    digest = verify_proof._digest(event)
    told[2] = event | {"hash": verify_proof._link(told[1]["hash"], 2, event["recordedat"], digest)}

    assert faults(verify(sealed(told))) == [(3, "changed")]


@pytest.mark.parametrize("written", [b"", b"{}\n", b"[]\n[]\n[]\n", b"\xff\n\n\n", WHOLE[:500]])
def test_what_is_no_proof_is_said_to_be_none(written: bytes) -> None:
    with pytest.raises(Unreadable):
        verify(written)


def test_a_history_that_does_not_reach_its_head_is_not_written() -> None:
    short = Part("schedule", "1502", 1, 2, GENESIS.hex(), (len(HISTORY), HISTORY[-1].hash))

    with pytest.raises(HistoryDisagrees):
        write_proof(io.BytesIO(), short, [HISTORY[:-1]])
    with pytest.raises(ArchiveChainBroken):
        write_proof(io.BytesIO(), short, [HISTORY[1:]])


def run(tmp_path: Path, written: bytes, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The script alone: without our packages, site-packages or environment."""
    file = tmp_path / "proof.jsonl"
    file.write_bytes(written)
    alone = tmp_path / SCRIPT.name
    alone.write_bytes(SCRIPT.read_bytes())
    return subprocess.run(
        [sys.executable, "-I", "-S", str(alone), str(file), *arguments],
        capture_output=True, text=True, check=False, cwd=tmp_path, timeout=30,
    )  # fmt: skip


def test_the_script_stands_alone_and_says_so_in_two_languages(tmp_path: Path) -> None:
    whole = run(tmp_path, WHOLE, "--head", HISTORY[-1].hash)
    told = lines(WHOLE)
    drop(told)
    altered = run(tmp_path, sealed(told))
    none = run(tmp_path, b"no proof")

    assert (whole.returncode, altered.returncode, none.returncode) == (0, 3, 2)
    assert "完整" in whole.stdout
    assert "WHOLE" in whole.stdout
    assert "第 2 版:缺失" in altered.stdout
    assert "version 2: missing" in altered.stdout
    assert "ALTERED" in altered.stdout


def test_the_script_tells_programs_in_json(tmp_path: Path) -> None:
    told = json.loads(run(tmp_path, MIDDLE, "--json", "--head", "ab" * 32).stdout)

    assert (told["whole"], told["anchored"], told["league"]) == (False, False, "1502")
    assert [each["code"] for each in told["findings"]] == ["head"]


def test_the_script_is_written_for_old_pythons() -> None:
    tree = ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 8))
    imported = {
        (node.module or "").partition(".")[0] if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }

    assert imported <= sys.stdlib_module_names


def _other_than(value: Any) -> st.SearchStrategy[Any]:
    words = st.text(max_size=8) | st.integers(-3, 20) | st.booleans() | st.none()
    near: st.SearchStrategy[Any] = st.sampled_from([f"{value} ", f"{value}"[:-1], {}, [value]])
    return (words | near).filter(lambda other: json.dumps(other) != json.dumps(value))


def _refused(written: bytes) -> bool:
    try:
        return bool(verify(written).findings)
    except Unreadable:
        return True
