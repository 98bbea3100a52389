"""The bulk files: which rows go into which, and how a row is written as CSV."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import StringIO

from deploy.scenarios.nmg_2014 import campaign
from deploy.scenarios.nmg_2014.hierarchy import areas
from deploy.scenarios.nmg_2014.organisations import organisations
from deploy.scenarios.nmg_2014.rows import Row, Unit


def units() -> tuple[Unit, ...]:
    """The real area units, then the generated organisations: parents before children."""
    return tuple(Unit(*unit, campaign.STARTS_ON) for unit in (*areas(), *organisations()))


def csv_bytes(rows: Iterable[Row], columns: Sequence[str]) -> bytes:
    """The same rows always give the same bytes."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8")


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M")  # aware, in Shanghai's local time
        case date():
            return value.isoformat()
        case tuple():
            return ";".join(map(str, value))
        case _:
            return str(value)
