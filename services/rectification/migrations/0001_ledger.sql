-- Inline read models of the ledger, rebuilt from the events by `rebuild-views`, and two tables
-- that no event fills: what is known of evidence files, and the views people saved.
-- `version` is the stream version a row shows: the ETag of that item.

create table items (
    campaign text not null,
    item text not null,
    number integer not null,
    unit text not null,
    source text not null,
    origin text not null,
    category text not null,
    summary text not null,
    responsible_person text not null,
    state text not null,
    due_on date not null,
    first_due_on date not null,
    raised_on date not null,
    parent text not null,
    programme text not null,
    cascades boolean not null,
    paused_on date,
    percent integer not null,
    extensions integer not null,
    rejections integer not null,
    reopenings integer not null,
    evidence integer not null,
    requested_by text not null,
    requested_on date,
    verified_by text not null,
    closed_on date,
    reviewed_on date,
    score integer,
    last_on date not null,
    version integer not null,
    primary key (campaign, item)
);
-- Two writers at once never give one number twice: numbers are taken under the league's lock,
-- and this would refuse the second.
create unique index items_number on items (campaign, unit, number);
create index items_due on items (campaign, due_on, item);
create index items_raised on items (campaign, raised_on, item);
create index items_person on items (campaign, responsible_person, due_on);
create index items_parent on items (campaign, parent) where parent <> '';
create index items_programme on items (campaign, programme) where programme <> '';
create index items_unclosed on items (campaign, due_on, unit) where state <> 'closed';

-- The bytes lie in the evidence folder under their digest. Who handed in what, for which item.
create table evidence (
    campaign text not null,
    item text not null,
    digest text not null,
    name text not null,
    media_type text not null,
    size_bytes integer not null,
    uploaded_by text not null,
    uploaded_at timestamptz not null default now(),
    primary key (campaign, item, digest)
);

create table saved_views (
    campaign text not null,
    person text not null,
    name text not null,
    content jsonb not null,
    saved_at timestamptz not null default now(),
    primary key (campaign, person, name)
);
