"""The tables that show lives of supervision: their keys and columns, as migrations make them."""

from typing import Final

from shared.platform.inline_views import Table


def _table(name: str, key: tuple[str, ...], columns: str, *, version: bool = True) -> Table:
    """`columns` are words like `kind` for text, or `name:type`."""
    pairs = [column.partition(":") for column in columns.split()]
    named = {"campaign": "text"} | {name: kind or "text" for name, _, kind in pairs}
    return Table(name, ("campaign", *key), named | ({"version": "int"} if version else {}))


TEAMS: Final = _table(
    "teams",
    ("team",),
    "team unit name purpose state first_leader leader members:jsonb people:int formed_on:date"
    " trained_on:date station last_unit patrols:jsonb dispatched_on:date recalled_on:date"
    " officials:int caught_up:int",
)
TEAM_MEMBERS: Final = _table("team_members", ("team", "person"), "team person", version=False)
TEAM_STEPS: Final = _table(
    "team_steps", ("team", "step"), "team step:int kind unit note day:date", version=False
)
INSTRUCTORS: Final = _table(
    "instructors",
    ("unit", "instructor"),
    "unit instructor assigned_by state assigned_on:date withdrawn_on:date",
)
DUTIES: Final = _table("duties", ("duty",), "duty kind team unit summary done_on:date")
FINDINGS: Final = _table(
    "findings",
    ("finding",),
    "finding team unit category summary state for_rectification:boolean responsible_person"
    " due_on:date found_on:date item refused",
)
LIAISON_QUOTAS: Final = _table("liaison_quotas", ("unit", "rank"), "unit rank targets:jsonb")
LIAISON_LEADERS: Final = _table(
    "liaison_leaders", ("leader",), "leader unit rank named_on:date points:int life_meetings:int"
)
LIAISON_POINTS: Final = _table(
    "liaison_points", ("leader", "unit"), "leader unit target taken_on:date", version=False
)
LIFE_MEETINGS: Final = _table(
    "life_meetings",
    ("leader", "unit", "attended_on"),
    "leader unit attended_on:date",
    version=False,
)
LIAISON_VISITS: Final = _table(
    "liaison_visits", ("visit",), "visit leader unit summary visited_on:date"
)
JOINT_MEETINGS: Final = _table(
    "joint_meetings", ("meeting",), "meeting unit title attendees:int held_on:date"
)
TEAM_RULES: Final = _table("team_rules", ("unit", "kind"), "unit kind title adopted_on:date")
PUBLICITY: Final = _table(
    "publicity", ("issue",), "issue unit channel title pieces:int issued_on:date"
)
LECTURES: Final = _table(
    "lectures",
    ("lecture",),
    "lecture unit kind title speakers:int lectures:int listeners:int given_on:date",
)


def shown_table(name: str, key: tuple[str, ...], others: str, **types: str) -> Table:
    """A view that lists are made of; its columns are text where `types` says nothing else."""
    columns = dict.fromkeys(("campaign", *key, *others.split()), "text") | types
    return Table(name, ("campaign", *key), columns)
