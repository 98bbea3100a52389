-- The local unit directory. Columns are null until the event that says them has arrived;
-- placed_by and named_by are the stream versions that gave path and name.
create table unit_directory (
    campaign text not null,
    code text not null,
    parent text,
    level integer,
    kind text,
    name text,
    path text,
    registered_on date,
    abolished_on date,
    placed_by integer not null default 0,
    named_by integer not null default 0,
    primary key (campaign, code)
);
