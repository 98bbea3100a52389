-- What a consumer keeps beside its projections, in the projections' own transaction.

-- The last version of each league's history a projection has applied: the compare-and-set
-- that lets only one worker advance, and what consistency tokens are compared with.
create table checkpoints (
    projection text not null,
    service text not null,
    league text not null,
    version bigint not null,
    recorded_at timestamptz not null,
    applied_at timestamptz not null default now(),
    primary key (projection, service, league)
) with (fillfactor = 50);

-- Events that could not be decoded or applied, and those of the same unit waiting behind them.
create table parked (
    id bigint generated always as identity primary key,
    projection text not null,
    service text not null,
    league text,
    version bigint,
    unit text,
    event_type text,
    place text not null,
    value bytea not null,
    cause text not null,
    parked_at timestamptz not null default now()
);
create index parked_unit on parked (projection, unit, id);

-- The worker's own measure of how far behind it is, shown with every answer.
create table projection_lag (
    projection text primary key,
    events bigint not null,
    seconds double precision not null,
    measured_at timestamptz not null default now()
) with (fillfactor = 50);
