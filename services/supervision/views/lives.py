"""The lives of supervision: each one's stream, decider and the tables that show it."""

from typing import Any, Final

import asyncpg
import msgspec

from services.supervision.domain import record
from services.supervision.domain.duty import DUTY
from services.supervision.domain.finding import FINDING, Finding
from services.supervision.domain.instructor import INSTRUCTOR, Posting
from services.supervision.domain.liaison import LEADER, Leader
from services.supervision.domain.quota import QUOTA
from services.supervision.domain.team import TEAM, Team
from services.supervision.domain.team_rules import PersonInAnotherTeam
from services.supervision.domain.visit import VISIT
from services.supervision.views.tables import (
    DUTIES,
    FINDINGS,
    INSTRUCTORS,
    JOINT_MEETINGS,
    LECTURES,
    LIAISON_LEADERS,
    LIAISON_POINTS,
    LIAISON_QUOTAS,
    LIAISON_VISITS,
    LIFE_MEETINGS,
    PUBLICITY,
    TEAM_MEMBERS,
    TEAM_RULES,
    TEAM_STEPS,
    TEAMS,
)
from shared.contracts.supervision import LiaisonQuotaSet, TeamFormed
from shared.kernel.events import Event
from shared.kernel.refusals import Refusal
from shared.kernel.time import local_date
from shared.platform.commands import Change
from shared.platform.inline_views import Details, Row, Showing, Table
from shared.platform.lives import Life


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _team_row(change: Change[Any, Team]) -> Row:
    team, formed, posting = change.state, change.state.formed, change.state.posting
    return (
        formed.campaign, formed.team, formed.formed_by, formed.name, formed.purpose, _state(team),
        team.first_leader, team.leader, _json(team.members), len(team.members), formed.formed_on,
        team.trained_on, posting.unit if posting else "", team.last_unit,
        _json(posting.patrols if posting else ()), posting.dispatched_on if posting else None,
        team.recalled_on, len(team.officials), len(team.caught_up), change.version,
    )  # fmt: skip


def _state(team: Team) -> str:
    if team.posting is not None:
        return "stationed"
    if team.recalled_on is not None:
        return "recalled"
    return "trained" if team.trainings else "formed"


def _member_rows(change: Change[Any, Team]) -> list[Row]:
    formed = change.state.formed
    return [(formed.campaign, formed.team, person) for person in change.state.members]


def _step_rows(change: Change[Any, Team]) -> list[Row]:
    formed = change.state.formed
    return [
        (formed.campaign, formed.team, number, *_step(event))
        for number, event in enumerate((formed, *change.state.told), 1)
    ]


def _step(event: Event) -> tuple[Any, ...]:
    unit = getattr(event, "unit", None) or getattr(event, "formed_by", "")
    said = ("name",) if isinstance(event, TeamFormed) else ("reason", "training", "official")
    note = next((str(getattr(event, name)) for name in said if hasattr(event, name)), "")
    return type(event).__name__, unit, note, local_date(event.occurred_at)


def _in_another_team(error: asyncpg.UniqueViolationError) -> Refusal:
    """`Key (campaign, person)=(nmg-2014, p-1) already exists.`: the other team is not told."""
    person = (error.detail or "").rpartition("=(")[2].partition(")")[0].rpartition(", ")[2]
    return PersonInAnotherTeam(person=person, team="?")


def _instructor_row(change: Change[Any, Posting]) -> Row:
    posting = change.state
    if posting.assigned is None:
        raise AssertionError("unreachable: no posting begins but by being assigned")
    was, withdrawn = posting.assigned, posting.withdrawn
    return (
        was.campaign, was.unit, was.instructor, was.assigned_by,
        "assigned" if posting.active else "withdrawn", was.assigned_on,
        withdrawn.withdrawn_on if withdrawn else None, change.version,
    )  # fmt: skip


def _finding_row(change: Change[Any, Finding]) -> Row:
    finding, f = change.state, change.state.reported
    return (
        f.campaign, f.finding, f.team, f.unit, f.category, f.summary, finding.state,
        f.for_rectification, f.responsible_person, f.due_on, f.found_on, finding.item,
        finding.refused, change.version,
    )  # fmt: skip


def _quota_row(change: Change[Any, LiaisonQuotaSet]) -> Row:
    quota = change.state
    return quota.campaign, quota.area, quota.rank, _json(quota.targets), change.version


def _leader_row(change: Change[Any, Leader]) -> Row:
    leader, named = change.state, change.state.named
    return (
        named.campaign, named.leader, named.area, named.rank, named.named_on, len(leader.points),
        len(leader.meetings), change.version,
    )  # fmt: skip


def _point_rows(change: Change[Any, Leader]) -> list[Row]:
    return [
        (point.campaign, point.leader, point.unit, point.target, point.taken_on)
        for point in change.state.points.values()
    ]


def _meeting_rows(change: Change[Any, Leader]) -> list[Row]:
    return [
        (meeting.campaign, meeting.leader, meeting.unit, meeting.attended_on)
        for meeting in change.state.meetings
    ]


def _as_told(table: Table) -> Showing:
    """What is told once is shown as it was told: columns are named as the event's fields."""
    names = [name for name in table.columns if name != "version"]

    def row_of(change: Change[Any, Event]) -> Row:
        return *(getattr(change.state, name) for name in names), change.version

    return Showing(table, row_of)


_OF_TEAM = ("campaign", "team")
_OF_LEADER = ("campaign", "leader")

OF_TEAM: Final = Life(
    "team",
    TEAM,
    Showing(
        TEAMS,
        _team_row,
        (
            Details(TEAM_MEMBERS, _OF_TEAM, _member_rows, _in_another_team),
            Details(TEAM_STEPS, _OF_TEAM, _step_rows),
        ),
    ),
)
OF_INSTRUCTOR: Final = Life("instructor", INSTRUCTOR, Showing(INSTRUCTORS, _instructor_row))
OF_DUTY: Final = Life("duty", DUTY, _as_told(DUTIES))
OF_FINDING: Final = Life("finding", FINDING, Showing(FINDINGS, _finding_row))
OF_QUOTA: Final = Life("liaison-quota", QUOTA, Showing(LIAISON_QUOTAS, _quota_row))
OF_LEADER: Final = Life(
    "liaison-leader",
    LEADER,
    Showing(
        LIAISON_LEADERS,
        _leader_row,
        (
            Details(LIAISON_POINTS, _OF_LEADER, _point_rows),
            Details(LIFE_MEETINGS, _OF_LEADER, _meeting_rows),
        ),
    ),
)
OF_VISIT: Final = Life("liaison-visit", VISIT, _as_told(LIAISON_VISITS))
OF_JOINT_MEETING: Final = Life("joint-meeting", record.JOINT_MEETING, _as_told(JOINT_MEETINGS))
OF_TEAM_RULES: Final = Life("team-rules", record.TEAM_RULES, _as_told(TEAM_RULES))
OF_PUBLICITY: Final = Life("publicity", record.PUBLICITY, _as_told(PUBLICITY))
OF_LECTURE: Final = Life("lecture", record.LECTURE, _as_told(LECTURES))

LIVES: Final = (
    OF_TEAM,
    OF_INSTRUCTOR,
    OF_DUTY,
    OF_FINDING,
    OF_QUOTA,
    OF_LEADER,
    OF_VISIT,
    OF_JOINT_MEETING,
    OF_TEAM_RULES,
    OF_PUBLICITY,
    OF_LECTURE,
)
