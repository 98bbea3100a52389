"""The parts of an XLSX package, opened within bounds: workbook, shared strings, styles."""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO
from xml.parsers import expat

from shared.platform.bulk.refusals import (
    FileRefused,
    OldSpreadsheet,
    XlsxDamaged,
    XlsxForbiddenMarkup,
    XlsxUnfoldsTooFar,
)
from shared.platform.bulk.rows import Limits

_CHUNK_BYTES = 64 * 1024
_MOST_PARTS = 1_000
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

_DATE_FORMATS = {14, 15, 16, 17, *range(27, 32), 36, *range(50, 55), 57, 58}
_TIME_FORMATS = {18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56}
_DATE_AND_TIME_FORMATS = {22}
_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|am/pm|a/p|general')

Attributes = dict[str, str]


@contextmanager
def damage_named() -> Iterator[None]:
    """Turn whatever a broken archive or markup makes zipfile and expat say into one refusal."""
    try:
        yield
    except FileRefused:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        expat.ExpatError,
        EOFError,
        OSError,  # seeking to an offset that a broken directory names
        LookupError,  # a part or an encoding that is not there
        NotImplementedError,
        RuntimeError,  # a part that wants a password
        ValueError,
    ) as error:
        raise XlsxDamaged(cause=type(error).__name__) from error


class Package:
    """A zip archive whose parts unfold, together, to no more than the limit."""

    def __init__(self, body: bytes, limits: Limits) -> None:
        # Counted before opening: zipfile keeps an object for each part the directory lists.
        if body.count(b"PK\x01\x02") > _MOST_PARTS:
            raise XlsxUnfoldsTooFar(limit=limits.unpacked_bytes)
        self._zip = zipfile.ZipFile(io.BytesIO(body))
        parts = self._zip.infolist()
        # zipfile stops reading a part at its declared size, so a false one cannot unfold further.
        if sum(part.file_size for part in parts) > limits.unpacked_bytes:
            raise XlsxUnfoldsTooFar(limit=limits.unpacked_bytes)
        if any(part.flag_bits & _ENCRYPTED for part in parts):
            raise OldSpreadsheet
        if any(part.compress_type not in _METHODS for part in parts):
            raise XlsxDamaged(cause="compression")

    def __contains__(self, path: str) -> bool:
        return path in self._zip.NameToInfo

    def open(self, path: str) -> IO[bytes]:
        return self._zip.open(path)

    def parse(
        self,
        path: str,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], None] | None = None,
        characters: Callable[[str], None] | None = None,
    ) -> None:
        """Walk one part; element and attribute names come without their namespace."""
        parser = new_parser()
        parser.StartElementHandler = lambda name, attributes: start(
            _local(name), {_local(key): value for key, value in attributes.items()}
        )
        if end:
            parser.EndElementHandler = lambda name: end(_local(name))
        parser.CharacterDataHandler = characters
        with self.open(path) as part:
            for chunk in chunks(part):
                parser.Parse(chunk)
        parser.Parse(b"", True)  # noqa: FBT003 - expat takes no keyword

    def related(self, path: str) -> dict[str, tuple[str, str]]:
        """The parts that `path` points to: id -> (kind, path)."""
        folder, name = posixpath.split(path)
        found = {}

        def start(tag: str, attributes: Attributes) -> None:
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, attributes["Target"]))
                kind = attributes["Type"].rpartition("/")[2]
                found[attributes["Id"]] = (kind, target.lstrip("/"))

        self.parse(posixpath.join(folder, "_rels", f"{name}.rels"), start)
        return found


class Workbook:
    """What reading the first visible worksheet needs to know."""

    def __init__(self, package: Package) -> None:
        path = _only(package.related(""), "officeDocument")
        related = package.related(path)
        self.package = package
        self.since_1904 = False
        self._sheets: list[Attributes] = []
        package.parse(path, self._start)
        self.sheet_path = self._first_visible(related)
        self.strings = _optional(related, package, "sharedStrings", _strings)
        self.kinds = _optional(related, package, "styles", _kinds)

    def _start(self, tag: str, attributes: Attributes) -> None:
        if tag == "workbookPr":
            self.since_1904 = attributes.get("date1904") in ("1", "true")
        elif tag == "sheet":
            self._sheets.append(attributes)

    def _first_visible(self, related: dict[str, tuple[str, str]]) -> str:
        for sheet in self._sheets:
            kind, path = related[sheet["id"]]
            if kind == "worksheet" and sheet.get("state", "visible") == "visible":
                return path
        raise XlsxDamaged(cause="no worksheet")


def new_parser() -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def chunks(part: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: part.read(_CHUNK_BYTES), b"")


def unescaped(text: str) -> str:
    """Text as typed: a workbook writes characters that XML cannot hold as _xHHHH_."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _refuse_doctype(*_: object) -> None:
    raise XlsxForbiddenMarkup


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _only(related: dict[str, tuple[str, str]], wanted: str) -> str:
    found = next((path for kind, path in related.values() if kind == wanted), None)
    if found is None:
        raise XlsxDamaged(cause=f"no {wanted}")
    return found


def _optional(
    related: dict[str, tuple[str, str]],
    package: Package,
    wanted: str,
    read: Callable[[Package, str], list[str]],
) -> list[str]:
    paths = [path for kind, path in related.values() if kind == wanted]
    return read(package, paths[0]) if paths and paths[0] in package else []


def _strings(package: Package, path: str) -> list[str]:
    strings: list[str] = []
    text: list[str] = []
    within: list[str] = []

    def start(tag: str, _: Attributes) -> None:
        within.append(tag)
        if tag == "si":
            text.clear()

    def end(tag: str) -> None:
        within.pop()
        if tag == "si":
            strings.append(unescaped("".join(text)))

    def characters(data: str) -> None:
        # Text stands in si/t or, in formatted runs, si/r/t; rPh/t is how it is pronounced.
        if within[-1] == "t" and within[-2] in ("si", "r"):
            text.append(data)

    package.parse(path, start, end, characters)
    return strings


def _kinds(package: Package, path: str) -> list[str]:
    """For each cell style, whether its number is a date, a time, both (dt), or neither ("")."""
    formats: dict[int, str] = {}
    kinds: list[str] = []
    within: list[str] = []

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "numFmt" and within[-1:] == ["numFmts"]:
            formats[int(attributes["numFmtId"])] = attributes["formatCode"]
        elif tag == "xf" and within[-1:] == ["cellXfs"]:
            kinds.append(_kind(int(attributes.get("numFmtId", "0")), formats))
        within.append(tag)

    def end(_: str) -> None:
        within.pop()

    package.parse(path, start, end)
    return kinds


def _kind(number: int, formats: dict[int, str]) -> str:
    if number in formats:
        code = _NOT_FORMAT.sub("", formats[number].lower())
        date = "y" in code or "d" in code
        time = "h" in code or "s" in code
        return ("d" if date or ("m" in code and not time) else "") + ("t" if time else "")
    if number in _DATE_AND_TIME_FORMATS:
        return "dt"
    return "d" if number in _DATE_FORMATS else "t" if number in _TIME_FORMATS else ""
