"""Writing an archive: the same histories give the same bytes, whenever they are written."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from gzip import GzipFile
from hashlib import sha256
from pathlib import Path
from typing import IO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import msgspec

from shared.kernel.chain import Chain, ChainBroken
from shared.kernel.envelope import Envelope
from shared.platform.archiving.manifest import (
    FORMAT,
    MANIFEST,
    ArchiveChainBroken,
    HistoryDisagrees,
    Manifest,
    Part,
    member_of,
)
from shared.platform.archiving.sealing import PLACEHOLDER, seal

_LEVEL = 6


class ArchiveWriter:
    """Takes histories one after another, in order of service and league."""

    def __init__(self, file: ZipFile) -> None:
        self._file = file
        self._parts: list[Part] = []

    def add(self, service: str, league: str, head: str, pages: Iterable[list[Envelope]]) -> Part:
        """Write one history from its first event on; it must end in `head`."""
        name = member_of(service, league)
        chain, types = Chain(service, league), Counter[str]()
        with self._file.open(_entry(name), "w", force_zip64=True) as member:
            counted = _Counted(member)
            with GzipFile("", "wb", _LEVEL, counted, mtime=0) as compressed:
                for page in pages:
                    types.update(envelope.type for envelope in page)
                    compressed.write(_lines(chain, page))
        if chain.head.hex() != head:
            raise HistoryDisagrees(
                part=f"{service}@{league}", told=head, found=chain.head.hex()
            )  # the store was changed behind its own back
        part = Part(
            service, league, 1, chain.version, chain.version, head, name, counted.bytes,
            counted.digest.hexdigest(), dict(sorted(types.items())),
        )  # fmt: skip
        self._parts.append(part)
        return part

    def finish(self) -> Manifest:
        """Write the manifest, last: only now is all known that it says."""
        manifest = Manifest(FORMAT, self._parts)
        told = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        self._file.writestr(_entry(MANIFEST), told + b"\n")
        self._file.comment = PLACEHOLDER
        return manifest


@contextmanager
def writing(path: Path) -> Iterator[ArchiveWriter]:
    """An archive that appears at `path` once it is whole and sealed, and else not at all."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        with ZipFile(unfinished, "w", ZIP_STORED) as file:
            yield ArchiveWriter(file)
        seal(unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _lines(chain: Chain, page: list[Envelope]) -> bytes:
    for envelope in page:
        try:
            chain.follow(envelope)
        except ChainBroken as broken:
            raise ArchiveChainBroken(
                part=f"{chain.service}@{chain.league}", version=broken.version, fault=broken.fault
            ) from broken
    return msgspec.json.Encoder().encode_lines(page)


def _entry(name: str) -> ZipInfo:
    """A member with a time of its own choosing: the earliest that zip can say."""
    return ZipInfo(name, (1980, 1, 1, 0, 0, 0))


class _Counted:
    """Passes bytes on, and knows their number and digest."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self.bytes = 0
        self.digest = sha256()

    def write(self, data: bytes) -> int:
        self.bytes += len(data)
        self.digest.update(data)
        return self._target.write(data)

    def flush(self) -> None:
        self._target.flush()
