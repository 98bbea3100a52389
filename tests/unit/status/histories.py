"""Random histories of a small hierarchy: what may happen to units, in any sensible order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from shared.contracts import schedule, units
from shared.kernel.events import Event
from tests.unit.status.told import CAMPAIGN, Told

FIRST_DAY = date(2014, 1, 1)
DAYS = 24
CATEGORIES = ("implementation", "communities")
AUDIENCES = ("office_staff", "organisers")
_KINDS = {
    1: ("region",),
    2: ("city", "league"),
    3: ("banner", "zone"),
    4: ("town", "subdistrict"),
    5: ("village", "community"),
}
ATTACHED = ("directly_affiliated", "window_unit")


def day(number: int) -> date:
    return FIRST_DAY + timedelta(days=number)


def noon(number: int) -> datetime:
    """Noon in Shanghai."""
    return datetime.combine(day(number), datetime.min.time(), UTC) + timedelta(hours=4)


@dataclass
class World:
    """What the drawn history has made so far."""

    told: Told = field(default_factory=Told)
    path_of: dict[str, str] = field(default_factory=dict)
    level_of: dict[str, int] = field(default_factory=dict)
    attached: set[str] = field(default_factory=set)
    born: dict[str, int] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    plan_versions: dict[tuple[str, str], int] = field(default_factory=dict)
    trainings: int = 0
    items: dict[str, str] = field(default_factory=dict)
    turned: dict[str, int] = field(default_factory=dict)
    teams: dict[str, str] = field(default_factory=dict)
    in_order: bool = False
    clock: int = 0

    def structural(self, drawn: int) -> int:
        """The day of a change to the hierarchy; in order, none lies before the one before it."""
        if not self.in_order:
            return drawn
        self.clock = min(DAYS - 1, self.clock + drawn % 4)
        return self.clock

    def register(self, code: str, parent: str | None, kind: str, on: int) -> None:
        attached = kind in ATTACHED
        above = self.level_of[parent] if parent else 0
        level = above if attached else above + 1
        path = f"{self.path_of[parent]}.{code}" if parent else code
        self.path_of[code], self.level_of[code], self.born[code] = path, level, on
        if attached:
            self.attached.add(code)
        event = units.UnitRegistered(
            campaign=CAMPAIGN, code=code, parent=parent, level=level, kind=kind,
            name=f"单位{code}", path=path, registered_on=day(on),
        )  # fmt: skip
        self.told.tell(event, code, path)

    def living(self, *, areas: bool = False) -> list[str]:
        return [
            c for c in self.path_of if c not in self.ended and not (areas and c in self.attached)
        ]

    def subtree(self, code: str) -> list[str]:
        return [
            c for c, path in self.path_of.items() if code in path.split(".") and c not in self.ended
        ]

    def move(self, code: str, parent: str, on: int) -> None:
        former = self.path_of[code]
        for each in self.subtree(code):
            old = self.path_of[each]
            new = f"{self.path_of[parent]}.{code}" + old.removeprefix(former)
            self.path_of[each] = new
            moved = units.UnitMoved(
                campaign=CAMPAIGN, code=each, parent=new.split(".")[-2], path=new, former_path=old,
                moved_with=None if each == code else code, effective_on=day(on),
            )  # fmt: skip
            departed = units.UnitDeparted(
                campaign=CAMPAIGN, code=each, former_path=old, path=new, effective_on=day(on)
            )
            old_league, new_league = _league(old), _league(new)
            if old_league != new_league:
                self.told.tell(departed, each, old, league=old_league)
            self.told.tell(moved, each, new)


Step = Callable[[st.DrawFn, World], None]
"""Something that may happen."""


def _league(path: str) -> str:
    codes = path.split(".")
    return codes[1] if len(codes) > 1 and "-" not in codes[1] else codes[0]


@st.composite
def histories(
    draw: st.DrawFn, steps: int = 30, *, in_order: bool = False, more: Sequence[Step] = ()
) -> World:
    """A hierarchy of a few leagues, then anything that may happen to its units, and more."""
    world = World(in_order=in_order)
    world.register("15", None, "region", 0)
    for number in (1, 2):
        league = f"150{number}"
        world.register(league, "15", draw(st.sampled_from(_KINDS[2])), 0)
        for banner in (1, 2):
            world.register(f"{league}0{banner}", league, draw(st.sampled_from(_KINDS[3])), 0)
    for _ in range(draw(st.integers(0, steps))):
        step = draw(st.sampled_from((*_STEPS, *more)))
        step(draw, world)
    return world


def _on(draw: st.DrawFn) -> int:
    return draw(st.integers(0, DAYS - 1))


def _unit(draw: st.DrawFn, world: World) -> str:
    return draw(st.sampled_from(world.living()))


def _register(draw: st.DrawFn, world: World) -> None:
    parent = draw(st.sampled_from(world.living(areas=True)))
    level = world.level_of[parent] + 1
    kinds = (*_KINDS.get(level, ()), *ATTACHED)
    kind = draw(st.sampled_from(kinds))
    mark = "-D" if kind in ATTACHED else ""
    code = f"{parent}{mark}{len(world.path_of):02}"
    world.register(code, parent, kind, world.structural(_on(draw)))


def _rename(draw: st.DrawFn, world: World) -> None:
    code = _unit(draw, world)
    event = units.UnitRenamed(
        campaign=CAMPAIGN, code=code, name=f"新{code}", effective_on=day(_on(draw))
    )
    world.told.tell(event, code, world.path_of[code])


def _move(draw: st.DrawFn, world: World) -> None:
    code = _unit(draw, world)
    level = world.level_of[code]
    wanted = level if code in world.attached else level - 1
    inside = set(world.subtree(code))
    places = [
        p for p in world.living(areas=True) if world.level_of[p] == wanted and p not in inside
    ]
    if places and code != "15":
        world.move(code, draw(st.sampled_from(places)), world.structural(_on(draw)))


def _end(draw: st.DrawFn, world: World) -> None:
    leaves = [c for c in world.living() if world.subtree(c) == [c] and c != "15"]
    if not leaves:
        return
    code = draw(st.sampled_from(leaves))
    others = [c for c in world.living() if c != code and world.level_of[c] == world.level_of[code]]
    on = day(world.structural(_on(draw)))
    merged: bool = draw(st.booleans())
    if others and merged:
        into = draw(st.sampled_from(others))
        event: units.UnitMerged | units.UnitAbolished = units.UnitMerged(
            campaign=CAMPAIGN, code=code, into=into, effective_on=on
        )
    else:
        event = units.UnitAbolished(campaign=CAMPAIGN, code=code, reason="合并", effective_on=on)
    world.ended.add(code)
    world.told.tell(event, code, world.path_of[code])


def _prepare(draw: st.DrawFn, world: World) -> None:
    code = _unit(draw, world)
    event = schedule.PreparationCompleted(campaign=CAMPAIGN, unit=code, prepared_on=day(_on(draw)))
    world.told.tell(event, code, world.path_of[code], "preparation")


def _plan(draw: st.DrawFn, world: World) -> None:
    code, category, at = _unit(draw, world), draw(st.sampled_from(CATEGORIES)), noon(_on(draw))
    version = world.plan_versions.get((code, category), 0)
    kind = draw(st.sampled_from(("submit", "pass", "return", "approve"))) if version else "submit"
    if kind == "submit":
        version += 1
        world.plan_versions[(code, category)] = version
    common: dict[str, Any] = {
        "campaign": CAMPAIGN,
        "unit": code,
        "category": category,
        "plan_version": version,
    }
    event: Event
    match kind:
        case "submit":
            event = schedule.PlanSubmitted(
                **common, title="方案", digest="d", gates=(), submitted_at=at
            )
        case "pass":
            event = schedule.GatePassed(**common, gate="office", note="", passed_at=at)
        case "return":
            event = schedule.PlanReturned(
                **common, gate="office", reasons=("not_actionable",), note="", returned_at=at
            )
        case _:
            event = schedule.PlanApproved(**common, approved_at=at)
    world.told.tell(event, code, world.path_of[code], f"plan-{category}")


def _mobilize(draw: st.DrawFn, world: World) -> None:
    code, at = _unit(draw, world), noon(_on(draw))
    common: dict[str, Any] = {
        "campaign": CAMPAIGN, "unit": code, "held_at": at, "attendees": 9, "chaired_by": "p-15-0001",
        "place": "礼堂", "flags": (),
    }  # fmt: skip
    event: Event
    if code not in world.held:
        event = schedule.MobilizationHeld(**common)
        world.held.add(code)
    elif draw(st.booleans()):
        event = schedule.MobilizationCorrected(**common, reason="日期有误", corrected_at=noon(DAYS))
    else:
        event = schedule.MobilizationVoided(
            campaign=CAMPAIGN, unit=code, reason="未开", voided_at=noon(DAYS)
        )
        world.held.discard(code)
    world.told.tell(event, code, world.path_of[code], "mobilization")


def _arrange(draw: st.DrawFn, world: World) -> None:
    code = _unit(draw, world)
    event = schedule.MobilizationPlanned(
        campaign=CAMPAIGN, unit=code, planned_at=noon(_on(draw)), place="礼堂",
        arranged_at=noon(_on(draw)),
    )  # fmt: skip
    world.told.tell(event, code, world.path_of[code], "mobilization")


def _train(draw: st.DrawFn, world: World) -> None:
    code = _unit(draw, world)
    world.trainings += 1
    event = schedule.TrainingHeld(
        campaign=CAMPAIGN, unit=code, training=f"t-{world.trainings}",
        audience=draw(st.sampled_from(AUDIENCES)), participants=draw(st.integers(0, 50)),
        phase="before", held_on=day(_on(draw)),
    )  # fmt: skip
    world.told.tell(event, code, world.path_of[code], f"training-{world.trainings}")


def _organise(draw: st.DrawFn, world: World) -> None:
    code, group, on = (
        _unit(draw, world),
        draw(st.sampled_from(("leading_group", "office"))),
        _on(draw),
    )
    event: Event
    kind = draw(st.sampled_from(("form", "reinforce", "rules")))
    if kind == "rules":
        event = units.WorkingRulesAdopted(
            campaign=CAMPAIGN, unit=code, group=group, title="规则", adopted_on=day(on)
        )
    elif kind == "form":
        event = units.LeadingGroupFormed(
            campaign=CAMPAIGN, unit=code, group=group, leader=None, members=5, formed_on=day(on)
        )
    else:
        event = units.LeadingGroupReinforced(
            campaign=CAMPAIGN, unit=code, group=group, leader=None, members=7, reinforced_on=day(on)
        )
    world.told.tell(event, code, world.path_of[code], f"group-{group}")


_STEPS = (
    _register, _register, _rename, _move, _move, _end, _prepare, _plan, _plan, _mobilize, _mobilize,
    _mobilize, _arrange, _train, _organise,
)  # fmt: skip
