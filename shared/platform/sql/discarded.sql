-- Parked events that an operator gave up for a view: no rebuild brings them back.
create table discarded (
    projection text not null,
    service text not null,
    league text,
    version bigint,
    unit text,
    event_type text,
    place text not null,
    value bytea not null,
    cause text not null,
    parked_at timestamptz not null,
    discarded_at timestamptz not null default now()
);
create index discarded_event on discarded (projection, service, league, version);
