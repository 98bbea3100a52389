"""What loading sends: one row for each call of the public APIs, in the order they depend on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import msgspec

from deploy.scenarios.nmg_2014 import campaign, files
from deploy.scenarios.nmg_2014.duties import duties, findings
from deploy.scenarios.nmg_2014.hierarchy import ROOT
from deploy.scenarios.nmg_2014.instructors import instructors
from deploy.scenarios.nmg_2014.item_steps import item_steps
from deploy.scenarios.nmg_2014.items import items
from deploy.scenarios.nmg_2014.leading_groups import leading_groups
from deploy.scenarios.nmg_2014.liaison import (
    QUOTAS,
    liaison_leaders,
    liaison_points,
    liaison_visits,
    life_meetings,
)
from deploy.scenarios.nmg_2014.mobilizations import mobilizations
from deploy.scenarios.nmg_2014.people import people
from deploy.scenarios.nmg_2014.plans import plan_steps
from deploy.scenarios.nmg_2014.preparations import PREPARED_LEVELS, preparations
from deploy.scenarios.nmg_2014.programmes import (
    batch_links,
    filed_plans,
    pairings,
    petitions,
    programme_progress,
    programmes,
)
from deploy.scenarios.nmg_2014.publicity import (
    JOINT_MEETINGS,
    TEAM_RULES,
    TEAM_RULES_IN,
    lectures,
    publicity,
)
from deploy.scenarios.nmg_2014.rows import (
    LeadingGroup,
    Mobilization,
    Person,
    PlanStep,
    Preparation,
    Row,
    Training,
    Unit,
)
from deploy.scenarios.nmg_2014.rows_rectification import (
    BatchLink,
    FiledPlan,
    Item,
    ItemStep,
    Pairing,
    PetitionReception,
    Programme,
)
from deploy.scenarios.nmg_2014.rows_supervision import (
    Dispatch,
    Duty,
    Finding,
    Instructor,
    Lecture,
    LiaisonLeader,
    LiaisonPoint,
    LiaisonVisit,
    LifeMeeting,
    Publicity,
    Team,
    TeamTraining,
)
from deploy.scenarios.nmg_2014.teams import (
    MAKE_UP,
    OFFICIALS_LISTED_ON,
    dispatches,
    make_up_officials,
    team_trainings,
    teams,
)
from deploy.scenarios.nmg_2014.trainings import trainings

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Single:
    """JSON bodies posted one after another to one address."""

    name: str
    service: str
    path: str
    role: str
    bodies: Callable[[], Sequence[Body]]


@dataclass(frozen=True, slots=True)
class Bulk:
    """Rows posted as CSV, in as many parts as the size limits ask for."""

    name: str
    service: str
    path: str
    role: str
    columns: tuple[str, ...]
    rows: Callable[[], Sequence[Row]]


def _campaigns() -> Sequence[Body]:
    return [
        {
            "campaign": campaign.CAMPAIGN,
            "name_zh": campaign.NAME_ZH,
            "name_en": campaign.NAME_EN,
            "root": ROOT,
            "starts_on": campaign.STARTS_ON.isoformat(),
            "ends_on": campaign.ENDS_ON.isoformat(),
            "mobilization_from": campaign.MOBILIZATION_FROM.isoformat(),
            "windows": msgspec.to_builtins(campaign.WINDOWS),
        }
    ]


def _documents() -> Sequence[Body]:
    return [
        {
            "document": document,
            "kind": kind,
            "title": title,
            "topic": topic,
            "issued_on": issued_on.isoformat(),
            "applies_to": list(applies_to),
        }
        for document, kind, title, topic, issued_on, applies_to in campaign.DOCUMENTS
    ]


def _gates() -> Sequence[Body]:
    return [
        {
            "area": campaign.BAOTOU,
            "applies_to_level": 3,
            "category": campaign.IMPLEMENTATION,
            "gates": msgspec.to_builtins(campaign.BAOTOU_GATES),
        }
    ]


def _preparation_orders() -> Sequence[Body]:
    return [
        {
            "order": "preparation",
            "ordered_on": campaign.PREPARATION_ORDERED_ON.isoformat(),
            "levels": list(PREPARED_LEVELS),
            "title": campaign.PREPARATION_TITLE,
        }
    ]


def _meetings() -> Sequence[Body]:
    return [
        {
            "meeting": meeting,
            "kind": kind,
            "title": title,
            "unit": ROOT,
            "held_at": held_at.isoformat(),
            "attendees": attendees,
        }
        for meeting, kind, title, held_at, attendees in campaign.MEETINGS
    ]


def _liaison_quotas() -> Sequence[Body]:
    return [
        {
            "area": area,
            "rank": rank,
            "targets": [
                {"target": target, "at_least": at_least, "at_most": at_most}
                for target, at_least, at_most in targets
            ],
        }
        for (area, rank), targets in QUOTAS.items()
    ]


def _team_rules() -> Sequence[Body]:
    return [
        {"unit": unit, "kind": kind, "title": title, "adopted_on": adopted_on.isoformat()}
        for unit in TEAM_RULES_IN
        for kind, title, adopted_on in TEAM_RULES
    ]


def _joint_meetings() -> Sequence[Body]:
    return [
        {
            "meeting": f"joint-{unit}-{number}",
            "unit": unit,
            "title": "督导工作联席会议",
            "attendees": 40,
            "held_on": held_on.isoformat(),
        }
        for unit in TEAM_RULES_IN
        for number, held_on in enumerate(JOINT_MEETINGS, start=1)
    ]


def _officials() -> Sequence[Body]:
    return [{"officials": list(make_up_officials()), "listed_on": OFFICIALS_LISTED_ON.isoformat()}]


_OF_CAMPAIGN: Final = f"/campaigns/{campaign.CAMPAIGN}"


def _supervised(name: str, shape: type[NamedTuple], rows: Callable[[], Sequence[Row]]) -> Bulk:
    path = f"{_OF_CAMPAIGN}/{name}/import"
    return Bulk(name, "supervision", path, "clerk", shape._fields, rows)


def _rectified(
    name: str, shape: type[NamedTuple], rows: Callable[[], Sequence[Row]], role: str = "clerk"
) -> Bulk:
    path = f"{_OF_CAMPAIGN}/{name}/import"
    return Bulk(name, "rectification", path, role, shape._fields, rows)


# Plans are history written up by the region's campaign office, not reviews happening now: the
# service role of the region's root may record a gate's decision without holding the gate.
REQUESTS: Final[tuple[Single | Bulk, ...]] = (
    Bulk("units", "units", f"{_OF_CAMPAIGN}/units/import", "clerk", Unit._fields, files.units),
    Bulk("people", "units", f"{_OF_CAMPAIGN}/people/import", "clerk", Person._fields, people),
    Bulk(
        "leading-groups", "units", f"{_OF_CAMPAIGN}/leading-groups/import", "clerk",
        LeadingGroup._fields, leading_groups,
    ),
    Single("campaign", "schedule", "/campaigns", "clerk", _campaigns),
    Single("documents", "schedule", f"{_OF_CAMPAIGN}/documents", "clerk", _documents),
    Single("gates", "schedule", f"{_OF_CAMPAIGN}/gates", "clerk", _gates),
    Single(
        "preparation-orders", "schedule", f"{_OF_CAMPAIGN}/preparation-orders", "clerk",
        _preparation_orders,
    ),
    Bulk(
        "preparations", "schedule", f"{_OF_CAMPAIGN}/preparations/import", "clerk",
        Preparation._fields, preparations,
    ),
    Bulk(
        "plans", "schedule", f"{_OF_CAMPAIGN}/plans/import", "service",
        PlanStep._fields, plan_steps,
    ),
    Single("meetings", "schedule", f"{_OF_CAMPAIGN}/meetings", "clerk", _meetings),
    Bulk(
        "mobilizations", "schedule", f"{_OF_CAMPAIGN}/mobilizations/import", "clerk",
        Mobilization._fields, mobilizations,
    ),
    Bulk(
        "trainings", "schedule", f"{_OF_CAMPAIGN}/trainings/import", "clerk",
        Training._fields, trainings,
    ),
    _supervised("teams", Team, teams),
    _supervised("team-trainings", TeamTraining, team_trainings),
    _supervised("dispatches", Dispatch, dispatches),
    Single(
        "officials", "supervision", f"{_OF_CAMPAIGN}/teams/{MAKE_UP}/officials", "clerk",
        _officials,
    ),
    _supervised("instructors", Instructor, instructors),
    _supervised("duties", Duty, duties),
    Single(
        "liaison-quotas", "supervision", f"{_OF_CAMPAIGN}/liaison-quotas", "clerk",
        _liaison_quotas,
    ),
    _supervised("liaison-leaders", LiaisonLeader, liaison_leaders),
    _supervised("liaison-points", LiaisonPoint, liaison_points),
    _supervised("liaison-visits", LiaisonVisit, liaison_visits),
    _supervised("life-meetings", LifeMeeting, life_meetings),
    Single("team-rules", "supervision", f"{_OF_CAMPAIGN}/team-rules", "clerk", _team_rules),
    Single(
        "joint-meetings", "supervision", f"{_OF_CAMPAIGN}/joint-meetings", "clerk",
        _joint_meetings,
    ),
    _supervised("publicity", Publicity, publicity),
    _supervised("lectures", Lecture, lectures),
    _rectified("filed-plans", FiledPlan, filed_plans),
    _rectified("batch-links", BatchLink, batch_links),
    _rectified("programmes", Programme, programmes),
    # The ledger is history written up, too: the service role says of each step who took it.
    _rectified("items", Item, items),
    _rectified("item-steps", ItemStep, item_steps, role="service"),
    Bulk(
        "programme-progress", "rectification", f"{_OF_CAMPAIGN}/programme-progress/import",
        "clerk", ("programme", "unit", "entry", "count", "note", "progressed_on"),
        programme_progress,
    ),
    _rectified("petitions", PetitionReception, petitions),
    _rectified("pairings", Pairing, pairings),
    # Last, for those marked for rectification go on to the ledger by themselves.
    _supervised("findings", Finding, findings),
)  # fmt: skip
