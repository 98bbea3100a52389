"""Reading an archive: nothing it says is believed before it has been recomputed."""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from gzip import GzipFile
from hashlib import sha256
from io import UnsupportedOperation
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self
from zipfile import BadZipFile, ZipFile

import msgspec

from shared.kernel.chain import Chain, ChainBroken
from shared.kernel.envelope import Envelope
from shared.platform.archiving.manifest import (
    FORMAT,
    MANIFEST,
    ArchiveChainBroken,
    ArchiveDamaged,
    ArchiveUnreadable,
    Manifest,
    ManifestWrong,
    Part,
    member_of,
)
from shared.platform.archiving.sealing import is_sealed

_UNREADABLE = (
    BadZipFile, zlib.error, struct.error, OSError, EOFError, NotImplementedError, RuntimeError,
    ValueError, KeyError, TypeError,
)  # fmt: skip
_MANIFEST_BYTES: Final = 16 << 20
_LINE_BYTES: Final = 4 << 20
"""What a topic takes as one record."""


class Archive:
    """An archive whose seal and manifest hold; what its parts hold is checked as it is read."""

    def __init__(self, path: Path, file: ZipFile, manifest: Manifest) -> None:
        self.path = path
        self.manifest = manifest
        self._file = file

    def envelopes(self, part: Part) -> Iterator[Envelope]:
        """A history's envelopes in order, each linked to the one before; what the manifest said
        of them is compared at their end.
        """
        chain, types = Chain(part.service, part.league), Counter[str]()
        with _readable(self.path), self._file.open(part.member) as member:
            counted = _Counted(member)
            with GzipFile(mode="rb", fileobj=counted) as lines:
                while line := lines.readline(_LINE_BYTES):
                    envelope = self._envelope(line, chain)
                    types[envelope.type] += 1
                    yield envelope
        _compare(part, chain, types, counted)

    def check(self, part: Part) -> Iterator[int]:
        """Read a part for its faults alone; yields now and then how many events were read."""
        count = 0
        for count, _ in enumerate(self.envelopes(part), 1):
            if count % 1_000 == 0:
                yield count
        yield count

    def _envelope(self, line: bytes, chain: Chain) -> Envelope:
        part = f"{chain.service}@{chain.league}"
        try:
            envelope = _envelopes.decode(line)
            as_published = msgspec.json.encode(envelope) + b"\n" == line
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as cause:
            raise _broken(part, chain.version + 1) from cause
        if not as_published:
            raise _broken(part, chain.version + 1)
        try:
            chain.follow(envelope)
        except ChainBroken as broken:
            raise ArchiveChainBroken(
                part=part, version=broken.version, fault=broken.fault
            ) from broken
        except (ValueError, IndexError) as cause:  # a type that is none, data that is no JSON
            raise _broken(part, chain.version + 1) from cause
        return envelope

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


def open_archive(path: Path) -> Archive:
    """Open what `writing` wrote; refused when one byte of it is another."""
    with _readable(path):
        if not is_sealed(path):
            raise ArchiveDamaged(file=path.name)
        file = ZipFile(path)
        try:
            manifest = _manifest(file)
            _require_members(file, manifest)
        except BaseException:
            file.close()
            raise
    return Archive(path, file, manifest)


def _manifest(file: ZipFile) -> Manifest:
    if file.getinfo(MANIFEST).file_size > _MANIFEST_BYTES:
        raise ValueError("its manifest is too large")
    manifest = msgspec.json.decode(file.read(MANIFEST), type=Manifest)
    if manifest.format != FORMAT:
        raise ValueError(f"its format is {manifest.format}")
    return manifest


def _require_members(file: ZipFile, manifest: Manifest) -> None:
    """The members are those the manifest names, in its order, and it comes last."""
    names = [member_of(part.service, part.league) for part in manifest.parts]
    for part, name in zip(manifest.parts, names, strict=True):
        _require(part, "member", part.member, name)
        _require(part, "from", part.first, 1)
        _require(part, "to", part.last, part.count)
    places = [(part.service, part.league) for part in manifest.parts]
    if places != sorted(set(places)) or file.namelist() != [*names, MANIFEST]:
        raise ValueError("its members are not those its manifest names")


def _compare(part: Part, chain: Chain, types: Counter[str], counted: "_Counted") -> None:
    _require(part, "to", part.last, chain.version)
    _require(part, "head", part.head, chain.head.hex())
    _require(part, "types", part.types, dict(sorted(types.items())))
    _require(part, "bytes", part.bytes, counted.bytes)
    _require(part, "sha256", part.sha256, counted.digest.hexdigest())


def _require(part: Part, what: str, told: object, found: object) -> None:
    if told != found:
        raise ManifestWrong(part=f"{part.service}@{part.league}", what=what, told=told, found=found)


def _broken(part: str, version: int) -> ArchiveChainBroken:
    return ArchiveChainBroken(part=part, version=version, fault="content")


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except _UNREADABLE as cause:
        raise ArchiveUnreadable(file=path.name, cause=cause) from cause


class _Counted:
    """Hands bytes on, and knows the number and digest of those handed on."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.bytes = 0
        self.digest = sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self.bytes += len(data)
        self.digest.update(data)
        return data

    def seek(self, offset: int) -> int:
        raise UnsupportedOperation(f"read once, from its beginning; not from {offset}")


_envelopes = msgspec.json.Decoder(Envelope)
