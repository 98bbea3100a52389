"""The real hierarchy of the scenario: 15,938 area units, read from the file beside this module."""

import csv
import gzip
from functools import cache
from importlib.resources import files
from io import StringIO
from typing import Final, NamedTuple

ROOT: Final = "15"


class Area(NamedTuple):
    """A line of units.csv.gz."""

    code: str
    parent: str
    level: int
    kind: str
    name: str


@cache
def areas() -> tuple[Area, ...]:
    """All area units, every parent before its children."""
    packed = files(__package__).joinpath("units.csv.gz").read_bytes()
    lines = csv.DictReader(StringIO(gzip.decompress(packed).decode("utf-8")))
    return tuple(
        Area(line["code"], line["parent_code"], int(line["level"]), line["kind"], line["name"])
        for line in lines
    )


@cache
def area(code: str) -> Area:
    return _by_code()[code]


@cache
def _by_code() -> dict[str, Area]:
    return {found.code: found for found in areas()}


def at_level(level: int) -> list[Area]:
    return [found for found in areas() if found.level == level]


def leagues() -> list[Area]:
    return at_level(2)


def banners() -> list[Area]:
    """Level 3 without the development zones, which sit there but are not banners."""
    return [found for found in at_level(3) if found.kind != "zone"]


def area_of(code: str) -> Area:
    """The area unit a code belongs to: itself, or the one an organisation is attached to."""
    return area(code.partition("-")[0])


def league_of(code: str) -> str:
    """The level-2 ancestor's code; the region's own for the region and what is attached to it.

    Codes nest by their digits, so the first four name the league.
    """
    return area_of(code).code[:4]
