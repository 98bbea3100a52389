-- The status views. All but `history` can be dropped and rebuilt from the topics.

-- Every envelope applied, in its history's order: for explaining, replaying, and rebuilding.
create table history (
    service text not null,
    league text not null,
    version bigint not null,
    event_id uuid not null,
    type text not null,
    campaign text not null,
    unit text not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    value bytea not null,
    primary key (service, league, version)
);

-- What is known of each unit. Columns repeat what the views select by, as it is today; the
-- fact itself (JSON; as text, for nothing here looks inside) answers for any day. A writer that read another revision rolls back.
create table unit_facts (
    campaign text not null,
    unit text not null,
    league text,
    parent text,
    path text,
    level integer,
    kind text,
    class text,
    name text,
    registered_on date,
    abolished_on date,
    revision bigint not null,
    fact text not null,
    primary key (campaign, unit)
) with (fillfactor = 70);
create index unit_facts_parent on unit_facts (campaign, parent);

-- Where units that moved stood before: their former parents still show them on former days.
create table former_parents (
    campaign text not null,
    parent text not null,
    unit text not null,
    primary key (campaign, parent, unit)
);

create table campaign_facts (
    campaign text primary key,
    revision bigint not null,
    fact text not null
);

-- How each figure below a unit changed, day by day; a view at day D sums the days up to D.
create table rollup_daily (
    campaign text not null,
    ancestor text not null,
    tree text not null,
    class text not null,
    metric text not null,
    effective_on date not null,
    judged_on date not null,
    n bigint not null,
    primary key (campaign, ancestor, tree, class, metric, effective_on, judged_on)
) with (fillfactor = 80);
