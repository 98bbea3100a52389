-- Rebuilds of the views, and what each needs to be gone on with after whatever stopped it.

create table rebuilds (
    id bigint generated always as identity primary key,
    projection text not null,
    purpose text not null,
    source text not null,
    -- Only this league's rows were made anew; null for all.
    league text,
    -- running, built, switched, cancelled, failed, dropped
    state text not null,
    stage text not null,
    -- What the fold looked like: parts of two different ones do not add up.
    made_with text not null,
    events_read bigint not null default 0,
    events_wanted bigint not null default 0,
    parts_done integer not null default 0,
    -- Differences found, by table: of a rebuild that only compared.
    differences text not null default '{}',
    cause text not null default '',
    started_at timestamptz not null default now(),
    finished_at timestamptz
);

-- Up to where the tables beside hold each history.
create table rebuild_positions (
    rebuild bigint not null references rebuilds on delete cascade,
    service text not null,
    league text not null,
    version bigint not null,
    primary key (rebuild, service, league)
);

-- Events before those positions that they do not hold: parked when they were read.
create table rebuild_excluded (
    rebuild bigint not null references rebuilds on delete cascade,
    service text not null,
    league text not null,
    version bigint not null,
    primary key (rebuild, service, league, version)
);

-- Facts that later parts may tell more of, as of each part that told of them: the last one counts.
create table rebuild_carried (
    rebuild bigint not null references rebuilds on delete cascade,
    part integer not null,
    kind text not null,
    campaign text not null,
    id text not null,
    fact text not null
);
create index rebuild_carried_rebuild on rebuild_carried (rebuild);
