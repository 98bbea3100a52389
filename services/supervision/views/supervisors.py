"""Who supervises a unit, whom a person supervises, what was published: queries of their own."""

from typing import Final

from shared.platform.postgres import Pool

# A team patrols what lies directly below its station: the units it names, or all where none is.
_SUPERVISORS: Final = """
with unit as (
    select code, parent from unit_directory where campaign = $1 and code = $2
), there as (
    select t.team, t.name, t.unit as formed_by, t.station, t.dispatched_on, t.first_leader,
           t.leader, t.members, t.station = u.code as stationed
    from unit u
    join teams t on t.campaign = $1 and t.station <> '' and (
        t.station = u.code
        or (t.station = u.parent and (t.patrols = '[]'::jsonb or t.patrols ? u.code))
    )
    where $3::text is null or t.members ? $3
    order by t.team
)
select json_build_object(
    'unit', $2::text,
    'stationed', coalesce(
        (select json_agg(to_jsonb(t) - 'stationed') from there t where t.stationed), '[]'::json),
    'patrolling', coalesce(
        (select json_agg(to_jsonb(t) - 'stationed') from there t where not t.stationed),
        '[]'::json),
    'instructors', coalesce((
        select json_agg(i) from (
            select instructor, assigned_by, assigned_on from instructors
            where campaign = $1 and unit = $2 and state = 'assigned'
                and ($3::text is null or instructor = $3)
            order by instructor
        ) i), '[]'::json)
)::text
"""
_SUPERVISING: Final = """
select json_build_object('person', $2::text, 'teams', coalesce(json_agg(t), '[]'::json))::text
from (
    select t.team, t.unit as formed_by, array_prepend(t.station, array(
        select d.code from unit_directory d
        where d.campaign = t.campaign and d.parent = t.station
            and (t.patrols = '[]'::jsonb or t.patrols ? d.code)
        order by d.code
    )) as units
    from team_members m
    join teams t on t.campaign = m.campaign and t.team = m.team and t.station <> ''
    where m.campaign = $1 and m.person = $2
) t
"""
_CHANNELS: Final = """
select json_build_object('unit', $2::text, 'channels', coalesce(json_agg(c), '[]'::json))::text
from (
    select p.channel, count(*) as issues, sum(p.pieces) as pieces
    from unit_directory d
    join publicity p on p.campaign = d.campaign and p.unit = d.code
    where d.campaign = $1 and d.path collate "C" >= $3 and d.path collate "C" < $3 || '/'
        and (d.path = $3 or d.path collate "C" >= $3 || '.')
    group by p.channel order by p.channel
) c
"""


async def supervisors_of(pool: Pool, campaign: str, unit: str, person: str | None) -> bytes:
    """The JSON of Supervisors; of one person's teams only, where one is named."""
    found: str = await pool.fetchval(_SUPERVISORS, campaign, unit, person)
    return found.encode()


async def supervised_by(pool: Pool, campaign: str, person: str) -> bytes:
    """The JSON of SupervisingPage."""
    found: str = await pool.fetchval(_SUPERVISING, campaign, person)
    return found.encode()


async def publicity_by_channel(pool: Pool, campaign: str, unit: str, path: str) -> bytes:
    """The JSON of ChannelsShown, for the unit of this path and all below it."""
    found: str = await pool.fetchval(_CHANNELS, campaign, unit, path)
    return found.encode()
