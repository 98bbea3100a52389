"""Writing a proof: events as published, then as much of each later one as its link needs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain as chained
from typing import IO, Final

import msgspec

from deploy.prove.verify_proof import FORMAT
from shared.kernel.chain import Chain, ChainBroken, digest_of_envelope
from shared.kernel.envelope import Envelope
from shared.platform.archiving.manifest import ArchiveChainBroken, HistoryDisagrees

_NEWLINE: Final = b"\n"


@dataclass(frozen=True, slots=True)
class Part:
    """Versions `first` to `last` of a history; `previous` is the hash before them, `head` the
    version and hash at which the history stands.
    """

    service: str
    league: str
    first: int
    last: int
    previous: str
    head: tuple[int, str]


def write_proof(file: IO[bytes], part: Part, pages: Iterable[list[Envelope]]) -> None:
    """Write a proof; `pages` hold the events from the part's first to the history's head. Raises
    where they do not link up to that head.
    """
    seal = sha256()
    for line in chained([_header(part)], _lines(part, pages)):
        written = msgspec.json.encode(line) + _NEWLINE
        seal.update(written)
        file.write(written)
    file.write(b'{"sha256":"%s"}\n' % seal.hexdigest().encode())


def _header(part: Part) -> dict[str, object]:
    version, head = part.head
    return {
        "format": FORMAT,
        "service": part.service,
        "league": part.league,
        "from": part.first,
        "to": part.last,
        "previous": part.previous,
        "head": {"version": version, "hash": head},
    }


def _lines(part: Part, pages: Iterable[list[Envelope]]) -> Iterator[object]:
    history = Chain(part.service, part.league, part.first - 1, bytes.fromhex(part.previous))
    name = f"{part.service}@{part.league}"
    for envelope in chained.from_iterable(pages):
        try:
            history.follow(envelope)
        except ChainBroken as broken:
            raise ArchiveChainBroken(
                part=name, version=broken.version, fault=broken.fault
            ) from broken
        yield envelope if envelope.version <= part.last else _link(envelope)
    if (history.version, history.head.hex()) != part.head:
        raise HistoryDisagrees(part=name, told=part.head[1], found=history.head.hex())


def _link(envelope: Envelope) -> dict[str, object]:
    return {
        "version": envelope.version,
        "recordedat": envelope.recordedat,
        "digest": digest_of_envelope(envelope).hex(),
    }
