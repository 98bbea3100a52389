"""Verifies a proof file of `campaign prove` offline: Python 3.8 or newer, standard library only.

    python3 verify_proof.py FILE [--head HASH] [--json]

A proof holds events of one league as they were published, the hash before the first of them, and
for each later event of the history, up to its head, as much as its link of the hash chain needs.
Each hash is SHA-256 of the hash before, the digest of what was recorded, and its place:

    hash = sha256(previous hash + digest + "<version>|<recordedat>")
    digest = sha256(JSON of id, stream, streamversion, type, time, data, meta)

with sorted keys, UTF-8, no spaces; instants in UTC with six digits of microseconds.

What a proof says of itself, whoever forged all of it could have written. It proves something once
its head, or any hash in it, is one you know from elsewhere: an earlier proof, a printed bulletin,
somebody else's `campaign heads`. Give that with --head.

Exit codes: 0 nothing was altered; 3 something was; 2 no proof that can be read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

FORMAT = "campaign-proof/1"
ALTERED = 3
UNREADABLE = 2

_META = {
    "actor": "actor",
    "correlationid": "correlation",
    "subject": "unit",
    "unitpath": "path",
    "campaign": "campaign",
    "causationid": "causation",
    "importid": "import",
    "traceparent": "traceparent",
}
_NEEDED = {
    "specversion", "id", "source", "type", "subject", "time", "partitionkey", "campaign", "league",
    "version", "stream", "streamversion", "unitpath", "actor", "correlationid", "recordedat",
    "hash", "data",
}  # fmt: skip
_ALLOWED = _NEEDED | {"causationid", "importid", "traceparent"}
_HEADER = {"format", "service", "league", "from", "to", "previous", "head"}
_LINK = {"version", "recordedat", "digest"}
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{6}))?Z")
_HASH = re.compile(r"[0-9a-f]{64}")
_GENESIS = "0" * 64


class Unreadable(Exception):
    """Not a proof file at all."""


class Finding(NamedTuple):
    """What was found at one version (0: of the file as a whole)."""

    version: int
    code: str
    zh: str
    en: str


class Verdict(NamedTuple):
    """What is proved, what was altered, and the hashes of the versions, the head's last."""

    header: dict[str, Any]
    findings: list[Finding]
    hashes: dict[int, str]


_SAID = {
    "changed": (
        "第 {v} 版:内容或链接被改动",
        "version {v}: its content or its link was changed",
    ),
    "removed": ("第 {v} 版:缺失,被移除", "version {v}: missing, it was removed"),
    "inserted": ("第 {v} 版:多出,被插入", "version {v}: too many, it was inserted"),
    "reordered": ("第 {v} 版:次序被调换", "version {v}: out of its place, it was reordered"),
    "later": (
        "第 {v} 版之后到链头的链接被改动",
        "the links after version {v}, up to the head, were changed",
    ),
    "seal": ("文件与其封印不符", "the file does not match its seal"),
    "head": ("给出的链头不在其中", "the hash you gave is none of its hashes"),
}


def finding(code: str, version: int = 0) -> Finding:
    zh, en = _SAID[code]
    return Finding(version, code, zh.format(v=version), en.format(v=version))


def verify(proof: bytes, known: str = "") -> Verdict:
    """Check a whole proof; `known` is a hash from elsewhere that must be among its own."""
    lines = proof.splitlines(keepends=True)
    if len(lines) < 3:
        raise Unreadable("too short")
    findings = []
    sealed = hashlib.sha256(b"".join(lines[:-1])).hexdigest()
    if lines[-1] != b'{"sha256":"%s"}\n' % sealed.encode():
        findings.append(finding("seal"))
    header = _object(lines[0], _HEADER)
    _require_header(header)
    first, last = header["from"], header["to"]
    body = [_loaded(line) for line in lines[1:-1]]
    events = [each for each in body if not _is_link(each)]
    links = body[len(events) :]
    hashes = {first - 1: header["previous"]}
    findings += _of_places(events, first, last)
    findings += _of_events(events, header, hashes)
    findings += _of_links(links, header, hashes)
    if known and known not in hashes.values():
        findings.append(finding("head"))
    return Verdict(header, sorted(set(findings)), hashes)


def _of_places(events: list[Any], first: int, last: int) -> list[Finding]:
    """Versions that are missing, too many or out of order."""
    found = []
    expected, seen = first, set()
    for event in events:
        version = _number(event, "version")
        if version in seen or not first <= version <= last:
            found.append(finding("inserted", version))
            continue
        seen.add(version)
        if version < expected:
            found.append(finding("reordered", version))
        expected = max(expected, version + 1)
    return found + [finding("removed", v) for v in range(first, last + 1) if v not in seen]


def _of_events(events: list[Any], header: dict[str, Any], hashes: dict[int, str]) -> list[Finding]:
    """Events whose content, place or link is not what was recorded; fills `hashes`."""
    found = []
    for event in events:
        told = event.get("hash") if isinstance(event, dict) else None
        hashes.setdefault(_number(event, "version"), str(told) if _is_hash(told) else "")
    for event in events:
        version = _number(event, "version")
        if not _is_event_of(header, event) or not _follows(event, hashes.get(version - 1)):
            found.append(finding("changed", version))
    return found


def _of_links(links: list[Any], header: dict[str, Any], hashes: dict[int, str]) -> list[Finding]:
    """Whether the links after the events lead to the head; fills `hashes`."""
    at, altered = header["to"], finding("later", header["to"])
    head = header["head"]
    for link in links:
        if not isinstance(link, dict) or set(link) != _LINK or link["version"] != at + 1:
            return [altered]
        if not _is_hash(link["digest"]) or not hashes.get(at):
            return [altered]
        hashes[at + 1] = _link(
            hashes[at], at + 1, link["recordedat"], bytes.fromhex(link["digest"])
        )
        at += 1
    return [] if head == {"version": at, "hash": hashes.get(at)} else [altered]


def _follows(event: dict[str, Any], previous: str | None) -> bool:
    """Whether its hash is that of its content after this one; what is removed is told elsewhere."""
    if previous is None:
        return True
    link = _link(previous, _number(event, "version"), event["recordedat"], _digest(event))
    return bool(event["hash"] == link)


def _is_event_of(header: dict[str, Any], event: Any) -> bool:
    """Whether all that the digest does not cover is as it must be, and nothing is added."""
    if not isinstance(event, dict) or not set(event) >= _NEEDED or not set(event) <= _ALLOWED:
        return False
    texts = _ALLOWED & set(event) - {"version", "streamversion", "data"}
    service, league = header["service"], header["league"]
    return (
        all(isinstance(event[name], str) for name in texts)
        and all(event[name] for name in texts - _NEEDED)
        and event["specversion"] == "1.0"
        and event["source"] == f"/campaign/{service}"
        and event["type"].startswith(f"campaign.{service}.")
        and event["type"].count(".") == 3
        and (event["league"], event["partitionkey"]) == (league, league)
        and _is_hash(event["hash"])
    )


def _digest(event: dict[str, Any]) -> bytes:
    content = {
        "id": event["id"],
        "stream": event["stream"],
        "streamversion": event["streamversion"],
        "type": event["type"].split(".", 2)[2],
        "time": _microseconds(event["time"]),
        "data": event["data"],
        "meta": {told: event[name] for name, told in _META.items() if name in event},
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).digest()


def _link(previous: str, version: int, recorded_at: Any, digest: bytes) -> str:
    place = f"{version}|{_microseconds(recorded_at)}".encode()
    if not _is_hash(previous):
        return ""
    return hashlib.sha256(bytes.fromhex(previous) + digest + place).hexdigest()


def _microseconds(told: Any) -> str:
    """The instant as it was hashed; one that is not written as it is published hashes to nothing."""
    match = _INSTANT.fullmatch(told) if isinstance(told, str) else None
    if match is None or match.group(2) == "000000":
        return "?"
    return f"{match.group(1)}.{match.group(2) or '000000'}Z"


def _is_hash(told: Any) -> bool:
    return isinstance(told, str) and _HASH.fullmatch(told) is not None


def _is_link(told: Any) -> bool:
    return isinstance(told, dict) and "digest" in told


def _number(event: Any, name: str) -> int:
    told = event.get(name) if isinstance(event, dict) else None
    # True is an int to Python, and no version.
    return told if type(told) is int else 0


def _require_header(header: dict[str, Any]) -> None:
    head = header["head"]
    numbers = (header["from"], header["to"], head.get("version") if isinstance(head, dict) else 0)
    if header["format"] != FORMAT:
        raise Unreadable(f"its format is {header['format']}, this program reads {FORMAT}")
    if not all(type(each) is int for each in numbers) or not 1 <= numbers[0] <= numbers[1]:
        raise Unreadable("its range is none")
    if not _is_hash(header["previous"]) or (header["from"] == 1) != (
        header["previous"] == _GENESIS
    ):
        raise Unreadable("it does not say what came before")


def _object(line: bytes, members: set[str]) -> dict[str, Any]:
    told = _loaded(line)
    if not isinstance(told, dict) or set(told) != members:
        raise Unreadable("a line is not what it should be")
    return told


def _loaded(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"a line is no JSON: {error}") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member is there twice")
    return found


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="核对证明文件,无须联网。 Verify a proof file offline."
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--head", default="", help="从别处得知的哈希 A hash known from elsewhere")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    try:
        verdict = verify(asked.file.read_bytes(), asked.head.strip().lower())
    except (Unreadable, OSError) as error:
        print(f"无法读取这份证明。 This is no proof that can be read: {error}")
        return UNREADABLE
    if asked.json:
        print(json.dumps(_told(verdict, asked.head), ensure_ascii=False, indent=2))
    else:
        _say(verdict, asked.head)
    return ALTERED if verdict.findings else 0


def _told(verdict: Verdict, known: str) -> dict[str, Any]:
    return {
        **verdict.header,
        "whole": not verdict.findings,
        "anchored": bool(known) and not verdict.findings,
        "findings": [each._asdict() for each in verdict.findings],
    }


def _say(verdict: Verdict, known: str) -> None:
    header, head = verdict.header, verdict.header["head"]
    print(f"{header['service']}@{header['league']}  {header['from']}-{header['to']}")
    for each in verdict.findings:
        print(f"✗ {each.zh}。 {each.en}.")
    if verdict.findings:
        print("结论:已被改动。 Verdict: ALTERED.")
        return
    print(f"链头 head {head['version']}  {head['hash']}")
    if known:
        print("结论:完整,且与给出的哈希相符。 Verdict: WHOLE, and it holds the hash you gave.")
    else:
        print(
            "结论:自身完整。请将链头与另处所载核对(--head)。"
            " Verdict: WHOLE in itself; compare its head with one known from elsewhere (--head)."
        )


if __name__ == "__main__":
    sys.exit(main())
