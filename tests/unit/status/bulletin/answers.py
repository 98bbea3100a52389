"""Answers of the views to compose bulletins of: a region with everything, one with nothing."""

from datetime import date
from typing import Any

import msgspec

from services.status.answers import (
    CampaignState,
    ChildRow,
    Freshness,
    OwnMobilization,
    OwnState,
    UnitHead,
    UnitStatus,
)
from services.status.bulletin.composing import composed
from services.status.bulletin.document import Bulletin
from services.status.figures import ClassFigures, Counts, Mobilization, Plans
from services.status.lights import ItemsStanding, Standing, ledger_light, mobilization_light
from services.status.tallies import (
    Help,
    Ledger,
    Liaison,
    Petitions,
    Programmes,
    Publicity,
    Supervision,
    Talks,
    Tallies,
    Tally,
)

DAY = date(2014, 3, 4)
POSITION = "schedule@15:7,units@15:3"
_LIGHT = mobilization_light(DAY, None, Standing(0, 0, 0))


def head(unit: str, kind: str = "region", name: str = "自治区") -> UnitHead:
    level = 1 if unit == "15" else 2
    return UnitHead(unit, name, level, kind, "region", unit, None, DAY, None, None)


def own(things: Tallies | None = None) -> OwnState:
    mobilization = OwnMobilization("unscheduled", _LIGHT, None)
    return OwnState(
        exists=True, prepared_on=None, plans={}, mobilization=mobilization, trainings=[],
        groups=[], figures=things or Tallies(),
        ledger_light=ledger_light(ItemsStanding(0, 0, 0, 0, 0)),
    )  # fmt: skip


def of_class(figures: Counts) -> ClassFigures:
    return ClassFigures(figures, None, _LIGHT)


def status(
    below: dict[str, Counts], total: Counts, things: Tallies | None = None, *, wide: bool = True
) -> UnitStatus:
    campaign_wide = CampaignState(
        "第二批活动", "Batch two", DAY, DAY, {"work_plan": 1, "guiding_opinion": 4}, [], [], []
    )
    return UnitStatus(
        campaign="nmg-2014", as_of=DAY, tree="then", unit=head("15"), own=own(things),
        below={name: of_class(figures) for name, figures in below.items()}, below_total=total,
        total=total, campaign_wide=campaign_wide if wide else None,
        freshness=Freshness(None, None, None),
    )  # fmt: skip


def full() -> UnitStatus:
    """A region on the day of the report, in small."""
    leagues = Counts(
        expected=12, mobilization=Mobilization(mobilized=12, on_time=12),
        plans={"implementation": Plans(approved=12)}, supervision=Supervision(teams=228),
    )  # fmt: skip
    townships = Counts(expected=948, mobilization=Mobilization(mobilized=314, on_time=314))
    total = Counts(
        expected=960, mobilization=Mobilization(326, 326, 0, 634, 0), trained=3,
        training_sessions=5, participants={"office_staff": 80},
        supervision=Supervision(
            teams=241, people=1_300, instructors=16_888, teams_in_place=240, findings=7,
            handed_over=2, duties={"patrol_made": 9},
        ),
        liaison=Liaison(leaders=12, points_taken=24, visits=5),
        publicity=Publicity({"press": 40}, Talks(1_100, 1_000, 9), Talks(1_000, 1_000, 9)),
        ledger=Ledger(
            raised=110, open=80, overdue=3, due_soon=2, closed=30, reopened=1,
            by_category={"ecology": Tally(60, 10), "housing": Tally(50, 20)},
        ),
        programmes={"commitment": Programmes(15, 0, 900, 120)},
        petitions=Petitions(4, 60, 40, 11), help=Help(pairings={"village": 1_000}),
    )  # fmt: skip
    things = Tallies(supervision=Supervision(teams=13, people=115))
    return status({"league": leagues, "township": townships}, total, things)


def child(unit: str, overdue: int, items_overdue: int, kind: str = "city") -> ChildRow:
    total = Counts(
        expected=5, mobilization=Mobilization(overdue=overdue),
        ledger=Ledger(raised=9, overdue=items_overdue),
    )  # fmt: skip
    return ChildRow(head(unit, kind, f"盟市{unit}"), own(), total)


def bulletin(told: UnitStatus, *children: ChildRow, position: str = POSITION) -> Bulletin:
    return composed(told, plain(told), children, position)


def plain(told: UnitStatus) -> dict[str, Any]:
    """As a reader of the view gets it."""
    answer: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(told))
    return answer
