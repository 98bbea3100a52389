"""Files of items and steps as tests upload them, and what a table shows of them."""

import csv
import io
from typing import Any

ITEMS = (
    "item", "unit", "source", "origin", "category", "summary", "responsible_person", "due_on",
    "raised_on", "parent", "programme",
)  # fmt: skip
STEPS = (
    "item", "action", "on", "person", "note", "percent", "due_on", "score", "raters", "holds",
)  # fmt: skip


def table(columns: tuple[str, ...], *rows: dict[str, Any]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def item(name: str, unit: str = "150202", **changes: Any) -> dict[str, Any]:
    return {
        "item": name,
        "unit": unit,
        "source": "opinion",
        "category": "ecology",
        "summary": "矿区扬尘",
        "responsible_person": f"p-{unit}-07",
        "due_on": "2014-03-28",
        "raised_on": "2014-03-03",
    } | changes


def step(name: str, action: str, on: str, **told: Any) -> dict[str, Any]:
    return {"item": name, "action": action, "on": on} | told
