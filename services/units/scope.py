"""What a command touches, found before it is decided: the leagues to lock, the streams to read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.units.domain.tree import Tree
from services.units.domain.unit import MergeInto, Move, Register
from services.units.views import unit_stream
from shared.kernel.units import league_of
from shared.platform.commands import Work


@dataclass(frozen=True, slots=True)
class Scope:
    """What a command touches: the leagues it locks and the streams it may append to."""

    leagues: frozenset[str]
    streams: frozenset[str]

    def covers(self, other: "Scope") -> bool:
        return self.leagues >= other.leagues and self.streams >= other.streams


def scope_of(tree: Tree, work: Work[Any]) -> Scope:
    unit = tree.get(work.unit)
    touched = [] if unit is None else [unit.path]
    streams = {work.stream}
    match work.command:
        case Register(code, parent):
            touched += _new_paths(tree, code, parent)
        case Move(to=other):
            touched += _new_paths(tree, work.unit, other)
        case MergeInto(into=other):
            touched += path_of(tree, other)
        case _:
            pass  # renaming and abolishing stay in the unit's own league
    if unit is not None and isinstance(work.command, Move | MergeInto):
        below = tree.below(unit)
        streams |= {unit_stream(work.campaign, other.code) for other in below}
        touched += [other.path for other in below]
    return Scope(frozenset(map(league_of, touched)), frozenset(streams))


def path_of(tree: Tree, code: str | None) -> list[str]:
    """Its path, or nothing where the tree does not know the code."""
    unit = tree.get(code) if code else None
    return [] if unit is None else [unit.path]


def _new_paths(tree: Tree, code: str, parent: str | None) -> list[str]:
    """Where the unit will stand, and what it will stand under."""
    if parent is None:
        return [code]
    return [path for above in path_of(tree, parent) for path in (above, f"{above}.{code}")]


def leagues_of_file(works: Sequence[Work[Register]], tree: Tree) -> set[str]:
    """The leagues of every path the file names, of those it hangs from, and of what exists."""
    paths: dict[str, str] = {}
    leagues: set[str] = set()
    for work in works:
        code, parent = work.command.code, work.command.parent
        known, above = tree.get(code), tree.get(parent or "")
        if known is not None:
            paths[code] = known.path
        elif parent is None:
            paths[code] = code
        elif parent in paths or above is not None:
            over = paths.get(parent) or (above.path if above else "")
            paths[code] = f"{over}.{code}"
            leagues.add(league_of(over))
    return leagues | {league_of(path) for path in paths.values()}
