"""Portraits: a unit, and its campaign, as they were at the end of a day."""

from datetime import date

from services.status.answers import (
    CampaignState,
    HeldMeeting,
    IssuedDocument,
    OwnGroup,
    OwnMobilization,
    OwnPlan,
    OwnState,
    OwnTraining,
    PreparationOrder,
    State,
    UnitHead,
)
from services.status.contributions import Tree
from services.status.facts import CampaignFact, Group, UnitFact
from services.status.figures import (
    Counts,
    Mobilization,
    WindowDays,
    counted,
    light_of_ledger,
    own_sums,
    standing_of,
    windows_by_class,
)
from services.status.lights import NEAR, Nearness, mobilization_light
from services.status.tallies import Tallies
from shared.contracts.schedule import Window
from shared.kernel.units import own_code


def head_of(code: str, fact: UnitFact, day: date, tree: Tree) -> UnitHead:
    """The unit as of a day; under tree `now`, where it stands today."""
    path = fact.path if tree == "now" else fact.path_on(day)
    ending = fact.ending if fact.ending and fact.ending.on <= day else None
    return UnitHead(
        unit=code,
        name=fact.name_on(day),
        level=fact.level,
        kind=fact.kind,
        class_=fact.class_,
        path=path,
        parent=own_code(path.rpartition(".")[0]) or None,
        registered_on=fact.registered_on or day,
        abolished_on=ending.on if ending else None,
        merged_into=ending.into if ending else None,
    )


def own_counts(fact: UnitFact, day: date, windows: tuple[Window, ...]) -> Counts:
    window = windows_by_class(windows).get(fact.class_)
    return counted(own_sums(fact, day, window), day, window)


def own_state(
    fact: UnitFact,
    day: date,
    windows: tuple[Window, ...],
    things: Tallies,
    near: Nearness = NEAR,
) -> OwnState:
    """What the fact says of a day, and what the unit's own things add up to on it."""
    prepared = fact.preparations[-1].on if fact.preparations else None
    plans = {c: _plan(fact, c, day) for c in sorted(fact.plans)}
    return OwnState(
        exists=fact.exists_on(day),
        prepared_on=prepared if prepared and prepared <= day else None,
        plans={category: plan for category, plan in plans.items() if plan},
        mobilization=_mobilization(fact, day, windows, near),
        trainings=[
            OwnTraining(name, t.audience, t.phase, t.on, t.participants, t.event)
            for name, t in sorted(fact.trainings.items(), key=lambda item: (item[1].on, item[0]))
            if t.on <= day
        ],
        groups=[_group(name, group, day) for name, group in sorted(fact.groups.items())],
        figures=things,
        ledger_light=light_of_ledger(things),
    )


def campaign_state(fact: CampaignFact, day: date) -> CampaignState | None:
    """None while the campaign's opening has not arrived."""
    opening = fact.opening
    if opening is None:
        return None
    documents = [
        IssuedDocument(name, d.kind, d.title, d.topic, d.unit, d.on, d.applies_to)
        for name, d in sorted(fact.documents.items(), key=lambda item: (item[1].on, item[0]))
        if d.on <= day
    ]
    by_kind: dict[str, int] = {}
    for document in documents:
        by_kind[document.kind] = by_kind.get(document.kind, 0) + 1
    return CampaignState(
        name_zh=opening.name_zh,
        name_en=opening.name_en,
        starts_on=opening.on,
        ends_on=opening.ends_on,
        documents_by_kind=by_kind,
        documents=documents,
        preparation_orders=[
            PreparationOrder(name, o.title, o.unit, o.levels, o.on)
            for name, o in sorted(fact.orders.items())
            if o.on <= day
        ],
        meetings=[
            HeldMeeting(name, m.kind, m.title, m.unit, m.on, m.attendees)
            for name, m in sorted(fact.meetings.items(), key=lambda item: (item[1].on, item[0]))
            if m.on <= day
        ],
    )


def _plan(fact: UnitFact, category: str, day: date) -> OwnPlan | None:
    last = fact.plan_on(category, day)
    if last is None:
        return None
    passed = [
        step.gate
        for step in fact.plans[category]
        if step.plan_version == last.plan_version
        and step.state == "in_review"
        and step.gate
        and step.on <= day
    ]
    return OwnPlan(last.state, last.on, last.plan_version, passed, last.reasons, last.event)


def _mobilization(
    fact: UnitFact, day: date, windows: tuple[Window, ...], near: Nearness
) -> OwnMobilization:
    window = windows_by_class(windows).get(fact.class_)
    counts = own_counts(fact, day, windows)
    found = OwnMobilization(
        state=_state(counts.mobilization),
        light=mobilization_light(day, window, standing_of(counts), near),
        window=WindowDays(window.opens_on, window.closes_on) if window else None,
    )
    arranged = [a for a in fact.arranged if a.on <= day]
    if arranged:
        found.planned_on = arranged[-1].planned_on
    held = fact.held
    if held is not None and held.on <= day:
        found.held_on, found.attendees = held.on, held.attendees
        found.flags, found.event = held.flags, held.event
    return found


def _state(done: Mobilization) -> State:
    if done.mobilized:
        return "mobilized_late" if done.late else "mobilized_on_time"
    if done.overdue:
        return "overdue"
    if done.pending:
        return "not_yet_due" if done.not_yet_due else "pending"
    return "unscheduled"


def _group(name: str, group: Group, day: date) -> OwnGroup:
    formed = group.formed
    so_far = [m for m in group.memberships if m.on <= day]
    reinforced = [m for m in so_far if m.reinforced]
    rules = [r for r in group.rules if r.on <= day]
    return OwnGroup(
        group=name,
        formed_on=formed.on if formed and formed.on <= day else None,
        reinforced_on=reinforced[-1].on if reinforced else None,
        members=so_far[-1].members if so_far else 0,
        rules=rules[-1].title if rules else None,
        rules_adopted_on=rules[0].on if rules else None,
    )
