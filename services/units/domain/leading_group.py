"""A leading group's life, or its office's: formed, reinforced, given working rules."""

from dataclasses import dataclass, replace
from datetime import date

from services.units.domain.tree import Unit
from shared.contracts.units import LeadingGroupFormed, LeadingGroupReinforced, WorkingRulesAdopted
from shared.kernel.decider import Decider
from shared.kernel.events import Event
from shared.kernel.refusals import DateInFuture, Refusal, UnitAbolishedAlready
from shared.kernel.setting import BeforeRegistration

GROUPS = ("leading_group", "office")


class NoSuchGroup(Refusal):
    code = "no-such-group"
    status = 404
    zh = "单位 {unit} 尚未成立 {group},请先登记成立。"
    en = "Unit {unit} has no {group} yet; record its forming first."


class GroupFormedOtherwise(Refusal):
    code = "group-formed-otherwise"
    zh = "单位 {unit} 的 {group} 已登记为 {since} 的另一内容;充实调整请填写更晚的日期。"
    en = "The {group} of unit {unit} is recorded otherwise as of {since}; give a later date to reinforce it."


class RulesBeforeGroup(Refusal):
    code = "rules-before-group"
    status = 422
    zh = "工作规则的日期 {date} 早于成立日期 {formed_on}。"
    en = "The rules' date {date} lies before {formed_on}, when the group was formed."


@dataclass(frozen=True, slots=True)
class Rules:
    title: str
    adopted_on: date


@dataclass(frozen=True, slots=True)
class Staffing:
    """Who leads and how many there are, from a day on."""

    since: date
    leader: str | None
    members: int


@dataclass(frozen=True, slots=True)
class Form:
    """Form the group, or reinforce it when it exists and the day is later."""

    staffing: Staffing
    rules: Rules | None = None


@dataclass(frozen=True, slots=True)
class AdoptRules:
    rules: Rules


@dataclass(frozen=True, slots=True)
class InUnit:
    """A command for one group, with its unit and the day it is given."""

    unit: Unit
    group: str
    command: Form | AdoptRules
    today: date


@dataclass(frozen=True, slots=True)
class NoGroup:
    """Not formed yet."""


@dataclass(frozen=True, slots=True)
class Group:
    """Formed; all staffings and rules there have been, the present ones last."""

    staffings: tuple[Staffing, ...]
    rules: tuple[Rules, ...] = ()

    @property
    def formed_on(self) -> date:
        return self.staffings[0].since


State = NoGroup | Group


def decide(asked: InUnit, state: State) -> list[Event]:
    match asked.command:
        case Form(staffing, rules):
            formed = _formed(asked, staffing, state)
            formed_on = state.formed_on if isinstance(state, Group) else staffing.since
            return [*formed, *_adopted(asked, rules, formed_on, state)]
        case AdoptRules(rules):
            if isinstance(state, NoGroup):
                raise NoSuchGroup(unit=asked.unit.code, group=asked.group)
            return _adopted(asked, rules, state.formed_on, state)


def evolve(state: State, event: Event) -> State:
    match event, state:
        case LeadingGroupFormed(), _:
            return Group((Staffing(event.formed_on, event.leader, event.members),))
        case LeadingGroupReinforced(), Group():
            added = Staffing(event.reinforced_on, event.leader, event.members)
            return replace(state, staffings=(*state.staffings, added))
        case WorkingRulesAdopted(), Group():
            return replace(state, rules=(*state.rules, Rules(event.title, event.adopted_on)))
        case _:
            return state


LEADING_GROUP: Decider[InUnit, State, Event] = Decider(NoGroup(), decide, evolve)


def _formed(asked: InUnit, staffing: Staffing, state: State) -> list[Event]:
    match state:
        case NoGroup():
            _possible(asked, staffing.since)
            return [
                LeadingGroupFormed(
                    campaign=asked.unit.campaign,
                    unit=asked.unit.code,
                    group=asked.group,
                    leader=staffing.leader,
                    members=staffing.members,
                    formed_on=staffing.since,
                )
            ]
        case Group(staffings):
            return [] if staffing in staffings else [_reinforced(asked, staffing, staffings[-1])]


def _reinforced(asked: InUnit, staffing: Staffing, latest: Staffing) -> Event:
    if staffing.since <= latest.since:
        raise GroupFormedOtherwise(unit=asked.unit.code, group=asked.group, since=latest.since)
    _possible(asked, staffing.since)
    return LeadingGroupReinforced(
        campaign=asked.unit.campaign,
        unit=asked.unit.code,
        group=asked.group,
        leader=staffing.leader,
        members=staffing.members,
        reinforced_on=staffing.since,
    )


def _adopted(asked: InUnit, rules: Rules | None, formed_on: date, state: State) -> list[Event]:
    known = state.rules if isinstance(state, Group) else ()
    if rules is None or rules in known:
        return []
    if rules.adopted_on < formed_on:
        raise RulesBeforeGroup(date=rules.adopted_on, formed_on=formed_on)
    _possible(asked, rules.adopted_on)
    return [
        WorkingRulesAdopted(
            campaign=asked.unit.campaign,
            unit=asked.unit.code,
            group=asked.group,
            title=rules.title,
            adopted_on=rules.adopted_on,
        )
    ]


def _possible(asked: InUnit, on: date) -> None:
    """The unit exists on that day, and the day has come."""
    unit = asked.unit
    if on > asked.today:
        raise DateInFuture(date=on)
    if on < unit.registered_on:
        raise BeforeRegistration(date=on, unit=unit.code, registered_on=unit.registered_on)
    if unit.gone_on is not None and on >= unit.gone_on:
        raise UnitAbolishedAlready(unit=unit.code, abolished_on=unit.gone_on)
