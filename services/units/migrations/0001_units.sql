-- Inline read models of the hierarchy: written with the events they show, rebuilt from them.

create table units (
    campaign text not null,
    code text collate "C" not null,
    parent text,
    path text collate "C" not null,
    level smallint not null,
    kind text not null,
    class text not null,
    name text not null,
    registered_on date not null,
    named_on date not null,
    placed_on date not null,
    gone_on date,
    merged_into text,
    version integer not null,
    primary key (campaign, code)
);
-- Two roots registered at the same moment lock different leagues; this refuses the second.
create unique index units_one_root on units (campaign) where parent is null;
create index units_by_parent on units (campaign, parent, level, code);
create index units_by_path on units (campaign, path);
create index units_by_level on units (campaign, level, code);

-- What a unit was called, and where it stood, from one day until another (open: until now).
create table unit_names (
    campaign text not null,
    code text collate "C" not null,
    from_on date not null,
    until_on date,
    name text not null,
    primary key (campaign, code, from_on)
);
create table unit_places (
    campaign text not null,
    code text collate "C" not null,
    from_on date not null,
    until_on date,
    parent text,
    path text collate "C" not null,
    primary key (campaign, code, from_on)
);
create index unit_places_by_parent on unit_places (campaign, parent);
create index unit_places_by_path on unit_places (campaign, path);

create table leading_groups (
    campaign text not null,
    unit text not null,
    group_kind text not null,
    leader text,
    members integer not null,
    formed_on date not null,
    reinforced_on date,
    rules_title text,
    rules_adopted_on date,
    version integer not null,
    primary key (campaign, unit, group_kind)
);

-- The people directory: the one place that knows names. Not events, so that they can be erased.
create table people (
    campaign text not null,
    person text collate "C" not null,
    name text,
    title text,
    rank text,
    unit text not null,
    version integer not null default 1,
    erased_at timestamptz,
    primary key (campaign, person)
);
create index people_by_unit on people (campaign, unit, person);
create index people_by_name on people (campaign, name text_pattern_ops);
