-- Inline read models of supervision, each rebuilt from the events by `rebuild-views`.
-- `version` is the stream version a row shows: the ETag of that resource. `unit` is the unit a
-- row is listed under; of a team it is the one that formed it.

create table teams (
    campaign text not null,
    team text not null,
    unit text not null,
    name text not null,
    purpose text not null,
    state text not null,
    first_leader text not null,
    leader text not null,
    members jsonb not null,
    people integer not null,
    formed_on date not null,
    trained_on date,
    station text not null,
    last_unit text not null,
    patrols jsonb not null,
    dispatched_on date,
    recalled_on date,
    officials integer not null,
    caught_up integer not null,
    version integer not null,
    primary key (campaign, team)
);
create index teams_unit on teams (campaign, unit, team);
create index teams_station on teams (campaign, station, team) where station <> '';

-- The second index is the rule: a person is in one team at a time.
create table team_members (
    campaign text not null,
    team text not null,
    person text not null,
    primary key (campaign, team, person)
);
create unique index team_members_person on team_members (campaign, person);

-- A team's own steps, for its diary.
create table team_steps (
    campaign text not null,
    team text not null,
    step integer not null,
    kind text not null,
    unit text not null,
    note text not null,
    day date not null,
    primary key (campaign, team, step)
);

create table instructors (
    campaign text not null,
    unit text not null,
    instructor text not null,
    assigned_by text not null,
    state text not null,
    assigned_on date not null,
    withdrawn_on date,
    version integer not null,
    primary key (campaign, unit, instructor)
);
create index instructors_of_township on instructors (campaign, assigned_by, unit)
    where state = 'assigned';

create table duties (
    campaign text not null,
    duty text not null,
    kind text not null,
    team text not null,
    unit text not null,
    summary text not null,
    done_on date not null,
    version integer not null,
    primary key (campaign, duty)
);
create index duties_unit on duties (campaign, unit, duty);
create index duties_team on duties (campaign, team, done_on);

-- `queued` is the order in which findings are handed over; a rebuild gives it anew.
create table findings (
    campaign text not null,
    finding text not null,
    team text not null,
    unit text not null,
    category text not null,
    summary text not null,
    state text not null,
    for_rectification boolean not null,
    responsible_person text not null,
    due_on date,
    found_on date not null,
    item text not null,
    refused text not null,
    version integer not null,
    queued bigint generated always as identity,
    primary key (campaign, finding)
);
create index findings_unit on findings (campaign, unit, finding);
create index findings_team on findings (campaign, team, found_on);
create index findings_waiting on findings (queued) where state = 'waiting';

create table liaison_quotas (
    campaign text not null,
    unit text not null,
    rank text not null,
    targets jsonb not null,
    version integer not null,
    primary key (campaign, unit, rank)
);

create table liaison_leaders (
    campaign text not null,
    leader text not null,
    unit text not null,
    rank text not null,
    named_on date not null,
    points integer not null,
    life_meetings integer not null,
    version integer not null,
    primary key (campaign, leader)
);
create index liaison_leaders_unit on liaison_leaders (campaign, unit, leader);

create table liaison_points (
    campaign text not null,
    leader text not null,
    unit text not null,
    target text not null,
    taken_on date not null,
    primary key (campaign, leader, unit)
);
create index liaison_points_unit on liaison_points (campaign, unit, leader);

create table life_meetings (
    campaign text not null,
    leader text not null,
    unit text not null,
    attended_on date not null,
    primary key (campaign, leader, unit, attended_on)
);

create table liaison_visits (
    campaign text not null,
    visit text not null,
    leader text not null,
    unit text not null,
    summary text not null,
    visited_on date not null,
    version integer not null,
    primary key (campaign, visit)
);
create index liaison_visits_unit on liaison_visits (campaign, unit, visit);

create table joint_meetings (
    campaign text not null,
    meeting text not null,
    unit text not null,
    title text not null,
    attendees integer not null,
    held_on date not null,
    version integer not null,
    primary key (campaign, meeting)
);

create table team_rules (
    campaign text not null,
    unit text not null,
    kind text not null,
    title text not null,
    adopted_on date not null,
    version integer not null,
    primary key (campaign, unit, kind)
);

create table publicity (
    campaign text not null,
    issue text not null,
    unit text not null,
    channel text not null,
    title text not null,
    pieces integer not null,
    issued_on date not null,
    version integer not null,
    primary key (campaign, issue)
);
create index publicity_unit on publicity (campaign, unit, issue);

create table lectures (
    campaign text not null,
    lecture text not null,
    unit text not null,
    kind text not null,
    title text not null,
    speakers integer not null,
    lectures integer not null,
    listeners integer not null,
    given_on date not null,
    version integer not null,
    primary key (campaign, lecture)
);
create index lectures_unit on lectures (campaign, unit, lecture);

-- Who is below whom: townships are asked for their grassroots units.
create index unit_directory_parent on unit_directory (campaign, parent, code);

create view teams_by_level as
select t.*, d.level
from teams t
join unit_directory d on d.campaign = t.campaign and d.code = t.unit;

create view team_diary as
select campaign, team, day, 'step' as source, lpad(step::text, 6, '0') as entry, kind, unit,
       note as summary
from team_steps
union all
select campaign, team, done_on, 'duty', duty, kind, unit, summary from duties
union all
select campaign, team, found_on, 'finding', finding, category, unit, summary from findings;

-- Area units of levels 2 to 4 at which no team is stationed; codes with a hyphen are attached.
create view units_without_team as
select d.campaign, d.code as unit, d.level, d.kind, d.name
from unit_directory d
where d.level between 2 and 4 and strpos(d.code, '-') = 0
    and d.path is not null and d.registered_on is not null and d.abolished_on is null
    and not exists (
        select from teams t
        where t.campaign = d.campaign and t.station = d.code and t.station <> ''
    );

create view units_without_instructor as
select d.campaign, d.code as unit, d.parent as township, d.kind, d.name
from unit_directory d
where d.level = 5 and strpos(d.code, '-') = 0
    and d.path is not null and d.registered_on is not null and d.abolished_on is null
    and not exists (
        select from instructors i
        where i.campaign = d.campaign and i.unit = d.code and i.state = 'assigned'
    );

create view instructors_by_township as
select d.campaign, d.code as unit, d.name, c.units, i.instructed, i.instructors
from unit_directory d
cross join lateral (
    select count(*)::int as units from unit_directory c
    where c.campaign = d.campaign and c.parent = d.code and c.level = 5
        and strpos(c.code, '-') = 0 and c.abolished_on is null
) c
cross join lateral (
    select count(distinct i.unit)::int as instructed, count(*)::int as instructors
    from instructors i
    where i.campaign = d.campaign and i.assigned_by = d.code and i.state = 'assigned'
) i
where d.level = 4 and strpos(d.code, '-') = 0
    and d.path is not null and d.registered_on is not null and d.abolished_on is null;

-- The quota in force for each leader: that of the nearest area, the own one first.
create view liaison_quota_of_leader as
select l.campaign, l.leader, l.unit, l.rank, l.life_meetings, d.path, q.targets
from liaison_leaders l
join unit_directory d on d.campaign = l.campaign and d.code = l.unit
left join lateral (
    select q.targets from liaison_quotas q
    where q.campaign = l.campaign and q.rank = l.rank
        and q.unit = any(string_to_array(d.path, '.'))
    order by array_position(string_to_array(d.path, '.'), q.unit) desc
    limit 1
) q on true;

create view liaison_compliance as
select l.campaign, l.leader, o.target, l.unit, l.rank, o.at_least as owed, o.at_most,
       t.taken, greatest(o.at_least - t.taken, 0) as missing, t.taken >= o.at_least as done
from liaison_quota_of_leader l
cross join lateral jsonb_to_recordset(l.targets) as o(target text, at_least int, at_most int)
cross join lateral (
    select case when o.target = 'life_meeting' then l.life_meetings else (
        select count(*)::int from liaison_points p
        where p.campaign = l.campaign and p.leader = l.leader and p.target = o.target
    ) end as taken
) t;
