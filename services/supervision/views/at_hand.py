"""Teams, leaders and people as commands need them, each kind in one query."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import msgspec

from services.supervision.domain.liaison import UnknownLeader
from services.supervision.domain.recording import TeamAtHand
from services.supervision.domain.team_rules import UnknownTeam
from shared.contracts.supervision import LiaisonTarget
from shared.platform.postgres import Pool

_TEAMS = """
select t.team, t.unit, d.path, t.formed_on, t.members, t.station, t.last_unit, t.dispatched_on
from teams t
join unit_directory d on d.campaign = t.campaign and d.code = t.unit and d.path is not null
where t.campaign = $1 and t.team = any($2::text[])
"""
_LEADERS = """
select leader, unit, path, targets from liaison_quota_of_leader
where campaign = $1 and leader = any($2::text[]) and path is not null
"""
_POINTS = """
select p.leader, p.unit, p.taken_on from liaison_points p
join unnest($2::text[], $3::text[]) as w(leader, unit) using (leader, unit)
where p.campaign = $1
"""
_TEAM_OF = """
select person, team from team_members where campaign = $1 and person = any($2::text[])
"""


@dataclass(frozen=True, slots=True)
class LeaderAtHand:
    """A leader of the liaison system, and the quota in force for the rank; empty if none is."""

    leader: str
    area: str
    area_path: str
    quota: tuple[LiaisonTarget, ...]


async def teams_at_hand(
    pool: Pool, campaign: str, teams: Iterable[str]
) -> Mapping[str, TeamAtHand]:
    """Those of the teams that are known."""
    rows = await pool.fetch(_TEAMS, campaign, list(set(teams)))
    return {
        row["team"]: TeamAtHand(
            row["team"],
            row["unit"],
            row["path"],
            row["formed_on"],
            frozenset(msgspec.json.decode(row["members"])),
            row["station"],
            row["last_unit"],
            row["dispatched_on"],
        )
        for row in rows
    }


def team_among(teams: Mapping[str, TeamAtHand], team: str) -> TeamAtHand:
    """The team, or UnknownTeam."""
    if team not in teams:
        raise UnknownTeam(team=team)
    return teams[team]


async def team_at_hand(pool: Pool, campaign: str, team: str) -> TeamAtHand:
    return team_among(await teams_at_hand(pool, campaign, [team]), team)


async def leaders_at_hand(
    pool: Pool, campaign: str, leaders: Iterable[str]
) -> Mapping[str, LeaderAtHand]:
    """Those of the leaders that were named."""
    rows = await pool.fetch(_LEADERS, campaign, list(set(leaders)))
    return {
        leader: LeaderAtHand(
            leader,
            unit,
            path,
            msgspec.json.decode(targets or "[]", type=tuple[LiaisonTarget, ...]),
        )
        for leader, unit, path, targets in rows
    }


def leader_among(leaders: Mapping[str, LeaderAtHand], leader: str) -> LeaderAtHand:
    """The leader, or UnknownLeader."""
    if leader not in leaders:
        raise UnknownLeader(leader=leader)
    return leaders[leader]


async def points_taken(
    pool: Pool, campaign: str, wanted: Iterable[tuple[str, str]]
) -> Mapping[tuple[str, str], date]:
    """Of (leader, unit), since when those are liaison points that are."""
    pairs = list(set(wanted))
    rows = await pool.fetch(_POINTS, campaign, [p[0] for p in pairs], [p[1] for p in pairs])
    return {(row["leader"], row["unit"]): row["taken_on"] for row in rows}


async def teams_of(pool: Pool, campaign: str, people: Iterable[str]) -> dict[str, str]:
    """The team of each of the people who are in one."""
    return dict(await pool.fetch(_TEAM_OF, campaign, list(set(people))))
