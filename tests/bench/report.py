"""The bench's table and JSON file: each figure with its target and whether it was met."""

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

import msgspec
from rich.console import Console
from rich.table import Table

_STAT: Final = Path("/proc/stat")

Compare = Literal["at least", "under"]


class Figure(msgspec.Struct, frozen=True):
    """One measured figure; ratios are to the bare figure of the same run."""

    name: str
    value: float
    unit: str
    compare: Compare | None = None
    target: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        if self.target is None:
            return None
        return self.value >= self.target if self.compare == "at least" else self.value < self.target


class Report:
    """Figures as they come; printed at once and written at the end."""

    def __init__(self) -> None:
        self.figures: list[Figure] = []
        self._console = Console()

    def say(self, text: str) -> None:
        self._console.print(text, style="dim")

    def add(self, *figures: Figure) -> None:
        self.figures += figures
        for figure in figures:
            self._console.print(f"  {figure.name}: {figure.value:,.3g} {figure.unit}")

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """What of the processors' time others of the same host took meanwhile, where it is told."""
        before = _processor_time()
        yield
        taken, whole = (b - a for a, b in zip(before, _processor_time(), strict=True))
        if whole:
            self.add(Figure(f"taken by others of the host, {name}", 100 * taken / whole, "%"))

    def table(self) -> None:
        table = Table("figure", "measured", "unit", "target", "met", "note")
        for f in self.figures:
            met = {True: "[green]yes", False: "[red]no", None: ""}[f.met]
            target = f"{f.compare} {f.target:,g}" if f.target is not None else ""
            table.add_row(f.name, f"{f.value:,.3f}", f.unit, target, met, f.note)
        self._console.print(table)

    def write(self, path: Path) -> None:
        machine = {"python": platform.python_version(), "machine": platform.machine()}
        body = {"machine": machine, "figures": self.figures}
        path.write_bytes(msgspec.json.format(msgspec.json.encode(body), indent=2))


def _processor_time() -> tuple[int, int]:
    """Ticks that were taken from us, and all; none where the system does not tell."""
    try:
        ticks = [int(each) for each in _STAT.read_text().split("\n", 1)[0].split()[1:9]]
    except OSError:
        return 0, 0
    return ticks[7], sum(ticks)


def percentile(values: list[float], share: float) -> float:
    """The value below which this share lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
