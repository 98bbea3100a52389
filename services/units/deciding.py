"""Deciding units' commands inside a session: who may, what the rules say, what it makes of the tree."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.units.domain.tree import Tree, Unit
from services.units.domain.unit import (
    UNIT,
    Command,
    InTree,
    MergeInto,
    Move,
    Register,
    State,
    Unregistered,
)
from services.units.scope import path_of
from services.units.views import UnitChange, unit_stream
from shared.kernel.access import Action, Caller
from shared.kernel.events import Event
from shared.kernel.refusals import Refusal, StaleVersion
from shared.kernel.units import league_of
from shared.platform.commands import Outcome, Work
from shared.platform.eventstore import Session
from shared.platform.recording import Pending

_ROWS_BETWEEN_PAUSES = 1_000


@dataclass(slots=True)
class Deciding:
    """Decides one command after another, each in the tree that those before it left."""

    session: Session
    tree: Tree
    caller: Caller
    today: date
    pending: list[Pending] = field(default_factory=list)
    _held: set[str] = field(default_factory=set)
    _states: dict[str, State] = field(default_factory=dict)
    _changed: dict[str, UnitChange] = field(default_factory=dict)

    @property
    def changes(self) -> list[UnitChange]:
        return list(self._changed.values())

    def version_of(self, stream: str) -> int:
        change = self._changed.get(stream)
        return self.session.version_of(stream) if change is None else change.version

    def decide(self, work: Work[Any]) -> list[Event]:
        """The events, already shown in the tree; raises Refusal."""
        code = work.unit
        self._authorize(code, work.command)
        expected, actual = work.expected_version, self.version_of(work.stream)
        if expected is not None and expected != actual:
            raise StaleVersion(expected=expected, actual=actual)
        asked = InTree(work.campaign, code, work.command, self.tree, self.today)
        events = UNIT.decide(asked, self._state(work.stream))
        for event in events:
            self._take(work.campaign, event)
        return events

    async def decide_rows(self, works: Iterable[Work[Any]]) -> Outcome[Any, Any]:
        """Every row decided or refused; other requests get their turn in between."""
        outcome: Outcome[Any, Any] = Outcome()
        for number, work in enumerate(works, start=1):
            try:
                rows = outcome.accepted_rows if self.decide(work) else outcome.unchanged_rows
                rows.append(work.row)
            except Refusal as refusal:
                outcome.refused.append((work.row, refusal))
            if number % _ROWS_BETWEEN_PAUSES == 0:
                await asyncio.sleep(0)
        return outcome

    def _authorize(self, code: str, command: Command) -> None:
        for path in paths_to_hold(self.tree, code, command):
            if path not in self._held:
                self.caller.require(Action.WRITE_UNITS, path)
                self._held.add(path)

    def _state(self, stream: str) -> State:
        if stream not in self._states:
            self._states[stream] = UNIT.fold(self.session.past.get(stream, ()))
        return self._states[stream]

    def _take(self, campaign: str, event: Any) -> None:
        """Events of a move are about other units, too: each goes to its own unit's stream."""
        stream = unit_stream(campaign, event.code)
        state = UNIT.evolve(self._state(stream), event)
        if isinstance(state, Unregistered):
            raise TypeError(f"{event!r} about a unit that was never registered")
        version = self.version_of(stream) + 1
        self._states[stream] = state
        self.tree.put(state.unit)
        change = self._changed.setdefault(stream, UnitChange(state.unit, version))
        change.unit, change.version = state.unit, version
        change.events.append(event)
        path = state.unit.path
        self.pending.append(Pending(stream, campaign, event.code, path, event, league_of(path)))


def paths_to_hold(tree: Tree, code: str, command: Command) -> list[str]:
    """Who may write under a unit may add, change and end what is directly under it."""
    unit = tree.get(code)
    paths = [] if unit is None else [_above(unit)]
    match command:
        case Register(parent=None):
            paths.append(code)
        case Register(parent=above) | Move(to=above):
            paths += path_of(tree, above)
        case MergeInto(into):
            target = tree.get(into)
            paths += [] if target is None else [_above(target)]
        case _:
            pass  # renaming and abolishing look no further
    return paths


def _above(unit: Unit) -> str:
    """The path of a unit's parent; the root answers for itself."""
    return unit.path.rpartition(".")[0] or unit.path
