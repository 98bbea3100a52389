"""Consistency tokens: how far each league's history had come when a write was answered."""

import re
from collections.abc import Iterable

from shared.kernel.refusals import Refusal

Positions = dict[tuple[str, str], int]
"""(service, league) -> version."""

_PART = re.compile(r"([a-z]{1,32})@([0-9A-Za-z-]{1,64}):([0-9]{1,18})")


class MalformedToken(Refusal):
    code = "malformed-consistency-token"
    status = 400
    zh = "Consistency-Token 无法识别,请原样传回写入时得到的值。"
    en = "The Consistency-Token cannot be read; send back exactly what a write answered."


def format_positions(positions: Positions) -> str:
    """`schedule@1502:17,units@15:3`, sorted, so equal positions give equal tokens."""
    return ",".join(
        f"{service}@{league}:{version}" for (service, league), version in sorted(positions.items())
    )


def parse_positions(text: str) -> Positions:
    positions: Positions = {}
    for part in text.replace(" ", "").split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise MalformedToken
        key = (match[1], match[2])
        positions[key] = max(int(match[3]), positions.get(key, 0))
    return positions


def merge_positions(many: Iterable[Positions]) -> Positions:
    merged: Positions = {}
    for positions in many:
        for key, version in positions.items():
            merged[key] = max(version, merged.get(key, 0))
    return merged
