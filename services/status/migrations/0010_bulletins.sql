-- Bulletins that were issued: documents, not views. No rebuild touches them, and none is changed.
create table bulletins (
    campaign text not null,
    unit text not null,
    number integer not null,
    as_of date not null,
    digest bytea not null,
    -- The document's bytes: what was said. Its position tells from which events.
    document bytea not null,
    issued_by text not null,
    issued_at timestamptz not null default now(),
    primary key (campaign, unit, number),
    unique (campaign, unit, digest)
);
