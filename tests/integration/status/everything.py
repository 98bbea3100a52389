"""A small campaign in which everything that is counted has happened at least once."""

from datetime import date

import msgspec

from shared.contracts import schedule, units
from shared.contracts.rectification import FILED_DOCUMENTS
from shared.kernel.events import Event
from tests.integration.status.worlds import Campaign, at, small
from tests.unit.status.things import said
from tests.unit.status.things.said import BANNER, LEAGUE, REGION
from tests.unit.status.told import CAMPAIGN


def everything() -> Campaign:
    """Two leagues; a team, its officials and findings, items in each state, programmes and the
    like at 1502 and 150202; 150201 moves to 1501 on 1 March with its town.
    """
    world = small()
    _tell(world, REGION, "team", *_team())
    _tell(world, LEAGUE, "team", said.dispatched(10))
    _tell(world, LEAGUE, "leader", said.named(5, LEAGUE))
    _tell(world, BANNER, "item", said.raised(20, 41), said.reviewed(50))
    _tell(world, BANNER, "other", *_renamed("i-2", *_closed_item()))
    _tell(world, "150201", "third", *_placed("i-3", "150201", *_reopened_item()))
    _tell(world, BANNER, "instructor", said.assigned(30, "p-7"), said.assigned(31, "p-8"))
    _tell(world, BANNER, "point", said.taken(31))
    _tell(world, BANNER, "finding", said.found(20), said.handed_over(21))
    _tell(world, LEAGUE, "programme", said.launched(32, 100))
    _tell(
        world, BANNER, "programme", said.progressed(40, "e-1", 30), said.progressed(41, "e-2", 90)
    )
    _tell(world, BANNER, "filing", *(said.filed(35, name) for name in _DOCUMENTS))
    _tell(world, BANNER, "pairing", said.paired(36, 4))
    for number, event in enumerate(_OCCURRENCES):
        _tell(world, BANNER, f"occurrence-{number}", event)
    _train(world, "1502", ("tr-1", 40), ("tr-2", 25))
    _train(world, "150201", ("tr-3", 30))
    _organise(world, "1502")
    _prepare(world, "150101")
    world.moves("150201", "1501", date(2014, 3, 1))
    world.mobilizes("150201101", at(3, 3))
    return world


_DOCUMENTS = FILED_DOCUMENTS
_OCCURRENCES = (
    said.DUTY, said.VISIT, said.LIFE_MEETING, said.JOINT_MEETING, said.RULES, said.PIECES,
    said.LECTURES, said.RECEPTION, said.LINK, said.STEP,
)  # fmt: skip


def _tell(world: Campaign, unit: str, about: str, *events: Event) -> None:
    for event in events:
        world.told.tell(event, unit, world.path_of[unit], about)


def _team() -> tuple[Event, ...]:
    return (
        said.formed(5, "p-1", "p-2", "p-3"),
        said.regrouped(7, "p-1", "p-2", "p-3", "p-4"),
        said.team_trained(8),
        said.listed(9, "p-20", "p-21"),
        said.caught_up(12, "p-21"),
    )


def _closed_item() -> tuple[Event, ...]:
    raised = said.raised(20, 50, source="opinion", category="ecology")
    return raised, said.closed(45), said.rated(50, 5)


def _reopened_item() -> tuple[Event, ...]:
    return said.raised(20, 40), said.closed(30), said.reopened(35, 60)


def _renamed(item: str, *events: Event) -> tuple[Event, ...]:
    return tuple(msgspec.structs.replace(event, item=item) for event in events)


def _placed(item: str, unit: str, *events: Event) -> tuple[Event, ...]:
    return tuple(msgspec.structs.replace(event, item=item, unit=unit) for event in events)


def _train(world: Campaign, unit: str, *trainings: tuple[str, int]) -> None:
    """All of one audience on one day: they must not be taken for one another."""
    for training, participants in trainings:
        event = schedule.TrainingHeld(
            campaign=CAMPAIGN, unit=unit, training=training, audience="organisers",
            participants=participants, phase="before", held_on=date(2014, 2, 5),
        )  # fmt: skip
        _tell(world, unit, f"training-{training}", event)


def _organise(world: Campaign, unit: str) -> None:
    formed = units.LeadingGroupFormed(
        campaign=CAMPAIGN, unit=unit, group="leading_group", leader=None, members=9,
        formed_on=date(2014, 1, 22),
    )  # fmt: skip
    rules = units.WorkingRulesAdopted(
        campaign=CAMPAIGN, unit=unit, group="leading_group", title="规则",
        adopted_on=date(2014, 1, 25),
    )  # fmt: skip
    _tell(world, unit, "group", formed, rules)


def _prepare(world: Campaign, unit: str) -> None:
    event = schedule.PreparationCompleted(
        campaign=CAMPAIGN, unit=unit, prepared_on=date(2014, 1, 21)
    )
    _tell(world, unit, "preparation", event)
