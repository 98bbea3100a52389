"""What may happen to things in a drawn history: items, teams, instructors and programmes of its units."""

from typing import Any

from hypothesis import strategies as st

from shared.contracts import rectification, supervision
from shared.kernel.events import Event
from tests.unit.status.histories import DAYS, World, day
from tests.unit.status.told import CAMPAIGN

_days = st.integers(0, DAYS - 1)


def _on(draw: st.DrawFn) -> Any:
    return day(draw(_days))


def _unit(draw: st.DrawFn, world: World) -> str:
    """Any unit there ever was: what hangs on it may be told of after its end."""
    return draw(st.sampled_from(sorted(world.path_of)))


def _tell(world: World, event: Event, unit: str, stream: str) -> None:
    world.told.tell(event, unit, world.path_of[unit], stream=stream)


def _raise(draw: st.DrawFn, world: World) -> None:
    unit, item = _unit(draw, world), f"i-{len(world.items)}"
    world.items[item] = unit
    event = rectification.ItemRaised(
        campaign=CAMPAIGN, item=item, unit=unit, number=1, source="finding", origin="",
        category=draw(st.sampled_from(("service", "conduct"))), summary="办事慢",
        responsible_person="p-2", due_on=_on(draw), cascades=False, parent="", programme="",
        raised_on=_on(draw),
    )  # fmt: skip
    _tell(world, event, unit, f"item/{item}")


def _turn(draw: st.DrawFn, world: World) -> None:
    """No step of an item lies before the one before it: the ledger refuses that."""
    if not world.items:
        return
    item = draw(st.sampled_from(sorted(world.items)))
    number = draw(st.integers(world.turned.get(item, 0), DAYS - 1))
    world.turned[item] = number
    unit, on = world.items[item], day(number)
    event: Event
    if draw(st.booleans()):
        event = rectification.RectificationClosed(
            campaign=CAMPAIGN, item=item, unit=unit, note="", verified_by="p-3", closed_on=on
        )
    else:
        event = rectification.ItemReopened(
            campaign=CAMPAIGN, item=item, unit=unit, cause="relapse", reason="反弹",
            due_on=_on(draw), reopened_on=on,
        )  # fmt: skip
    _tell(world, event, unit, f"item/{item}")


def _form(draw: st.DrawFn, world: World) -> None:
    unit, team = _unit(draw, world), f"t-{len(world.teams)}"
    world.teams[team] = unit
    members = tuple(f"p-{number}" for number in range(1, draw(st.integers(2, 9))))
    event = supervision.TeamFormed(
        campaign=CAMPAIGN, team=team, formed_by=unit, name="督导组", purpose="station",
        first_leader="p-1", leader="p-1", members=members, formed_on=_on(draw),
    )  # fmt: skip
    _tell(world, event, unit, f"team/{team}")


def _send(draw: st.DrawFn, world: World) -> None:
    """To a unit of any league: it is told in that league's history."""
    if not world.teams:
        return
    team, unit = draw(st.sampled_from(sorted(world.teams))), _unit(draw, world)
    common: dict[str, Any] = {
        "campaign": CAMPAIGN, "team": team, "formed_by": world.teams[team], "unit": unit,
    }  # fmt: skip
    event: Event
    if draw(st.booleans()):
        event = supervision.TeamDispatched(**common, patrols=(), dispatched_on=_on(draw))
    else:
        event = supervision.TeamRecalled(**common, reason="期满", recalled_on=_on(draw))
    _tell(world, event, unit, f"team/{team}")


def _assign(draw: st.DrawFn, world: World) -> None:
    unit, instructor = _unit(draw, world), draw(st.sampled_from(("p-1", "p-2")))
    common: dict[str, Any] = {
        "campaign": CAMPAIGN, "unit": unit, "instructor": instructor, "assigned_by": "15",
    }  # fmt: skip
    event: Event
    if draw(st.booleans()):
        event = supervision.InstructorAssigned(**common, assigned_on=_on(draw))
    else:
        event = supervision.InstructorWithdrawn(**common, reason="调离", withdrawn_on=_on(draw))
    _tell(world, event, unit, f"instructor/{unit}/{instructor}")


def _pair(draw: st.DrawFn, world: World) -> None:
    unit = _unit(draw, world)
    pairing = f"h-{len(world.told.envelopes)}"
    event = rectification.HelpPaired(
        campaign=CAMPAIGN, pairing=pairing, unit=unit, helper="15-D01", kind="household",
        households=draw(st.integers(0, 9)), paired_on=_on(draw),
    )  # fmt: skip
    _tell(world, event, unit, f"pairing/{pairing}")


THING_STEPS = (_raise, _turn, _turn, _form, _send, _send, _send, _assign, _assign, _pair)
