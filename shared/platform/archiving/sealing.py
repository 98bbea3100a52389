"""The seal of an archive: a digest over every byte before it, kept as the end of the zip file."""

from hashlib import sha256
from pathlib import Path
from typing import Final

_WORD: Final = b"sha256 "
_HEX: Final = 64
PLACEHOLDER: Final = _WORD + b"0" * _HEX
"""The comment of an archive before it is sealed: as long as after."""

_BLOCK = 1 << 20


def seal(path: Path) -> str:
    """Write the digest of all that stands before it into the place held for it."""
    digest = _digest(path)
    with path.open("r+b") as file:
        file.seek(-_HEX, 2)
        file.write(digest.encode())
    return digest


def is_sealed(path: Path) -> bool:
    """Whether every byte is as it was when the archive was sealed."""
    with path.open("rb") as file:
        if file.seek(0, 2) < len(PLACEHOLDER):
            return False
        file.seek(-len(PLACEHOLDER), 2)
        told = file.read()
    return told == _WORD + _digest(path).encode()


def _digest(path: Path) -> str:
    digest, left = sha256(), path.stat().st_size - _HEX
    with path.open("rb") as file:
        while left > 0 and (block := file.read(min(_BLOCK, left))):
            digest.update(block)
            left -= len(block)
    return digest.hexdigest()
