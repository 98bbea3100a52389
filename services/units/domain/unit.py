"""A unit's life: registered, renamed, moved, merged into another or abolished."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from services.units.domain.refusals import (
    BeforeLastChange,
    BeforeParent,
    CannotMerge,
    CodeDoesNotFitKind,
    DuplicateCode,
    KindDoesNotFitLevel,
    LevelDoesNotFit,
    MoveUnderItself,
    ParentNotArea,
    RootCannotMove,
    RootExists,
    UnitHasChildren,
)
from services.units.domain.tree import Tree, Unit
from shared.contracts.units import (
    UnitAbolished,
    UnitDeparted,
    UnitMerged,
    UnitMoved,
    UnitRegistered,
    UnitRenamed,
)
from shared.kernel.decider import Decider
from shared.kernel.events import Event
from shared.kernel.refusals import DateInFuture, UnitAbolishedAlready, UnknownUnit
from shared.kernel.setting import BeforeRegistration
from shared.kernel.units import AREA_KINDS, is_attached, is_attached_code, league_of


@dataclass(frozen=True, slots=True)
class Register:
    """`registered_on` may be left open: today, or as it was when this was asked before."""

    code: str
    parent: str | None
    level: int
    kind: str
    name: str
    registered_on: date | None


@dataclass(frozen=True, slots=True)
class Rename:
    name: str
    effective_on: date


@dataclass(frozen=True, slots=True)
class Move:
    to: str
    effective_on: date


@dataclass(frozen=True, slots=True)
class MergeInto:
    into: str
    effective_on: date


@dataclass(frozen=True, slots=True)
class Abolish:
    reason: str
    effective_on: date


Command = Register | Rename | Move | MergeInto | Abolish


@dataclass(frozen=True, slots=True)
class InTree:
    """A command for one unit, with the day it is given and the tree it is given in."""

    campaign: str
    code: str
    command: Command
    tree: Tree
    today: date


@dataclass(frozen=True, slots=True)
class Unregistered:
    """Nothing is known of this code."""


@dataclass(frozen=True, slots=True)
class Active:
    """It exists; `first` is what it was registered as."""

    unit: Unit
    first: Unit


@dataclass(frozen=True, slots=True)
class Gone:
    """It was abolished, or merged into another."""

    unit: Unit
    first: Unit


State = Unregistered | Active | Gone


def decide(asked: InTree, state: State) -> list[Event]:
    match state:
        case Unregistered():
            return _begin(asked)
        case Active(unit, first):
            return _go_on(asked, unit, first)
        case Gone(unit, first):
            return _after_the_end(asked, unit, first)


def _begin(asked: InTree) -> list[Event]:
    if isinstance(asked.command, Register):
        return [_registered(asked, asked.command)]
    raise UnknownUnit(unit=asked.code)


def _go_on(asked: InTree, unit: Unit, first: Unit) -> list[Event]:
    match asked.command:
        case Register() as command:
            return _registered_again(command, unit, first)
        case Rename() as command:
            return _renamed(asked, command, unit)
        case Move() as command:
            return _moved(asked, command, unit)
        case MergeInto() as command:
            return _merged(asked, command, unit)
        case Abolish() as command:
            return _abolished(asked, command, unit)


def _after_the_end(asked: InTree, unit: Unit, first: Unit) -> list[Event]:
    """Only what has been done already may be asked again."""
    match asked.command:
        case Register() as command:
            return _registered_again(command, unit, first)
        case Abolish(effective_on=on) if (None, on) == (unit.merged_into, unit.gone_on):
            return []
        case MergeInto(into, on) if (into, on) == (unit.merged_into, unit.gone_on):
            return []
        case _:
            raise UnitAbolishedAlready(unit=unit.code, abolished_on=unit.gone_on)


def evolve(state: State, event: Event) -> State:
    match event, state:
        case UnitRegistered(), _:
            unit = _unit_of(event)
            return Active(unit, unit)
        case UnitRenamed(), Active(unit) | Gone(unit):
            return replace(state, unit=replace(unit, name=event.name, named_on=event.effective_on))
        case UnitMoved(), Active(unit) | Gone(unit):
            moved = replace(
                unit, parent=event.parent, path=event.path, placed_on=event.effective_on
            )
            return replace(state, unit=moved)
        case UnitMerged(), Active(unit, first):
            gone = replace(unit, gone_on=event.effective_on, merged_into=event.into)
            return Gone(gone, first)
        case UnitAbolished(), Active(unit, first):
            return Gone(replace(unit, gone_on=event.effective_on), first)
        case _:
            return state  # departures only tell the old league


UNIT: Decider[InTree, State, Event] = Decider(Unregistered(), decide, evolve)


def _registered(asked: InTree, command: Register) -> Event:
    parent = _place_for(asked.tree, command)
    on = command.registered_on or asked.today
    _not_in_future(on, asked.today)
    if parent is not None:
        _not_before_parent(on, parent)
    return UnitRegistered(
        campaign=asked.campaign,
        code=command.code,
        parent=command.parent,
        level=command.level,
        kind=command.kind,
        name=command.name,
        path=command.code if parent is None else f"{parent.path}.{command.code}",
        registered_on=on,
    )


def _place_for(tree: Tree, command: Register) -> Unit | None:
    """The parent, once code, kind and level fit it; None for the root."""
    attached = is_attached(command.kind)
    if attached != is_attached_code(command.code):
        raise CodeDoesNotFitKind(unit=command.code)
    if not attached and command.kind not in AREA_KINDS[command.level]:
        raise KindDoesNotFitLevel(kind=command.kind, level=command.level)
    if command.parent is None:
        if tree.root is not None:
            raise RootExists(root=tree.root)
        if attached or command.level != 1:
            raise LevelDoesNotFit(level=command.level, expected=1)
        return None
    parent = tree.parent(command.parent)
    _level_fits(command.level, command.kind, parent)
    return parent


def _level_fits(level: int, kind: str, parent: Unit) -> None:
    if is_attached(parent.kind):
        raise ParentNotArea(parent=parent.code)
    expected = parent.level + (0 if is_attached(kind) else 1)
    if level != expected:
        raise LevelDoesNotFit(level=level, expected=expected)


def _registered_again(command: Register, unit: Unit, first: Unit) -> list[Event]:
    """The same as it was registered, or as it is now: asked twice, nothing changes."""
    same_day = command.registered_on in {None, first.registered_on}
    asked = (command.parent, command.level, command.kind, command.name)
    known = [(known.parent, known.level, known.kind, known.name) for known in (first, unit)]
    if same_day and asked in known:
        return []
    raise DuplicateCode(unit=command.code)


def _renamed(asked: InTree, command: Rename, unit: Unit) -> list[Event]:
    if command.name == unit.name:
        return []
    on = command.effective_on
    _fits_in_time(asked, unit, on, unit.named_on)
    return [UnitRenamed(campaign=unit.campaign, code=unit.code, name=command.name, effective_on=on)]


def _moved(asked: InTree, command: Move, unit: Unit) -> list[Event]:
    if command.to == unit.parent:
        return []
    if unit.parent is None:
        raise RootCannotMove(unit=unit.code)
    parent = asked.tree.parent(command.to)
    if f"{parent.path}.".startswith(f"{unit.path}."):
        raise MoveUnderItself(unit=unit.code, to=parent.code)
    _level_fits(unit.level, unit.kind, parent)
    _fits_in_time(asked, unit, command.effective_on, unit.placed_on)
    _not_before_parent(command.effective_on, parent)
    return list(_placed_under(parent, unit, asked.tree, command.effective_on))


def _merged(asked: InTree, command: MergeInto, unit: Unit) -> list[Event]:
    """What is directly below goes to the target, with all below it, on the same day."""
    if unit.parent is None:
        raise RootCannotMove(unit=unit.code)
    into = asked.tree.existing(command.into)
    if into.gone_on is not None:
        raise UnitAbolishedAlready(unit=into.code, abolished_on=into.gone_on)
    # Being of one level, the target can only be below the unit as something attached to it.
    same_nature = is_attached(into.kind) == is_attached(unit.kind)
    if into.code == unit.code or into.level != unit.level or not same_nature:
        raise CannotMerge(unit=unit.code, into=into.code)
    on = command.effective_on
    _fits_in_time(asked, unit, on, max(unit.placed_on, unit.named_on))
    _not_before_parent(on, into)
    events = [
        event
        for child in asked.tree.children(unit.code)
        for event in _placed_under(into, child, asked.tree, on)
    ]
    merged = UnitMerged(campaign=unit.campaign, code=unit.code, into=into.code, effective_on=on)
    return [*events, merged]


def _abolished(asked: InTree, command: Abolish, unit: Unit) -> list[Event]:
    children = asked.tree.children(unit.code)
    left = [child.code for child in children if child.gone_on is None]
    if left:
        raise UnitHasChildren(unit=unit.code, children=len(left), child=min(left))
    on = command.effective_on
    ends = [child.gone_on for child in children if child.gone_on is not None]
    _fits_in_time(asked, unit, on, max(unit.placed_on, unit.named_on, *ends))
    return [
        UnitAbolished(
            campaign=unit.campaign, code=unit.code, reason=command.reason, effective_on=on
        )
    ]


def _placed_under(parent: Unit, head: Unit, tree: Tree, on: date) -> Iterator[Event]:
    """One UnitMoved for each unit of the subtree, so that no reader ever computes a path.

    What changed later than `on` by itself follows from its own last change on.
    """
    above = f"{parent.path}.{head.code}"
    for unit in (head, *tree.below(head)):
        path = above + unit.path[len(head.path) :]
        since = max(on, unit.placed_on)
        if league_of(path) != league_of(unit.path):
            yield UnitDeparted(
                campaign=unit.campaign,
                code=unit.code,
                former_path=unit.path,
                path=path,
                effective_on=since,
            )
        yield UnitMoved(
            campaign=unit.campaign,
            code=unit.code,
            parent=parent.code if unit is head else unit.parent,
            path=path,
            former_path=unit.path,
            moved_with=None if unit is head else head.code,
            effective_on=since,
        )


def _fits_in_time(asked: InTree, unit: Unit, on: date, last_change_on: date) -> None:
    _not_in_future(on, asked.today)
    if on < unit.registered_on:
        raise BeforeRegistration(date=on, unit=unit.code, registered_on=unit.registered_on)
    if on < last_change_on:
        raise BeforeLastChange(date=on, unit=unit.code, since=last_change_on)


def _not_in_future(on: date, today: date) -> None:
    if on > today:
        raise DateInFuture(date=on)


def _not_before_parent(on: date, parent: Unit) -> None:
    if on < parent.placed_on:
        raise BeforeParent(date=on, parent=parent.code, since=parent.placed_on)


def _unit_of(event: UnitRegistered) -> Unit:
    return Unit(
        campaign=event.campaign,
        code=event.code,
        parent=event.parent,
        path=event.path,
        level=event.level,
        kind=event.kind,
        name=event.name,
        registered_on=event.registered_on,
        named_on=event.registered_on,
        placed_on=event.registered_on,
    )
