-- Things (teams, ledger items, programmes and the like) add to units, too.

-- What is known of each thing, as `unit_facts` is of units. A writer that read another revision
-- rolls back.
create table thing_facts (
    campaign text not null,
    kind text not null,
    id text not null,
    revision bigint not null,
    fact text not null,
    primary key (campaign, kind, id)
) with (fillfactor = 70);

-- Which things have ever added to a unit: where the unit changes its place, they count anew.
create table thing_units (
    campaign text not null,
    unit text not null,
    kind text not null,
    id text not null,
    primary key (campaign, unit, kind, id)
);
