"""Archives for tests: written from golden chains, opened up, changed and sealed again."""

import gzip
import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import msgspec

from shared.kernel.envelope import Envelope
from shared.platform.archiving.manifest import MANIFEST, Manifest
from shared.platform.archiving.sealing import PLACEHOLDER, seal
from shared.platform.archiving.writing import writing
from tests.contract.golden_files import chains

Members = dict[str, bytes]


def golden_histories() -> dict[tuple[str, str], list[Envelope]]:
    """(service, league) -> envelopes, in the order an archive has them."""
    return {
        (key.partition("@")[0], key.partition("@")[2]): [
            msgspec.json.decode(json.dumps(raw), type=Envelope) for raw in found
        ]
        for key, found in chains()
    }


def write_archive(path: Path, histories: Mapping[tuple[str, str], list[Envelope]]) -> Manifest:
    with writing(path) as archive:
        for (service, league), envelopes in histories.items():
            pages = [envelopes[:2], envelopes[2:]]
            archive.add(service, league, envelopes[-1].hash, pages)
        return archive.finish()


def members(path: Path) -> Members:
    """What an archive holds, the events unpacked."""
    with ZipFile(path) as file:
        found = {name: file.read(name) for name in file.namelist()}
    return {n: gzip.decompress(b) if n.endswith(".gz") else b for n, b in found.items()}


def resealed(path: Path, held: Members, tell: Callable[[dict[str, Any]], None]) -> None:
    """Write an archive of these members whose seal and digests hold; `tell` may make its manifest
    lie.
    """
    packed = {n: gzip.compress(b, mtime=0) if n.endswith(".gz") else b for n, b in held.items()}
    manifest = json.loads(held[MANIFEST])
    for part in manifest["parts"]:
        body = packed.get(part["member"], b"")
        part |= {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
    tell(manifest)
    packed[MANIFEST] = json.dumps(manifest).encode()
    with ZipFile(path, "w", ZIP_STORED) as file:
        for name, body in packed.items():
            file.writestr(ZipInfo(name), body)
        file.comment = PLACEHOLDER
    seal(path)
