-- Inline read models of filed plans, batch links, programmes, petition receptions and help.

create table filed_plans (
    campaign text not null,
    unit text not null,
    document text not null,
    title text not null,
    digest text not null,
    filed_on date not null,
    version integer not null,
    primary key (campaign, unit, document)
);

create table batch_links (
    campaign text not null,
    unit text not null,
    led_by text not null,
    linked_on date not null,
    version integer not null,
    primary key (campaign, unit, led_by)
);
create index batch_links_led_by on batch_links (campaign, led_by, unit);

-- `counted` is all that was reported, `reached` what of it counts to the target.
create table programmes (
    campaign text not null,
    programme text not null,
    unit text not null,
    kind text not null,
    category text not null,
    title text not null,
    measure text not null,
    target integer not null,
    counted bigint not null,
    reached bigint not null,
    excess bigint not null,
    entries integer not null,
    state text not null,
    due_on date,
    launched_on date not null,
    last_on date,
    verified_by text not null,
    completed_on date,
    version integer not null,
    primary key (campaign, programme)
);
create index programmes_unit on programmes (campaign, unit, programme);

create table petitions (
    campaign text not null,
    reception text not null,
    unit text not null,
    received_by text not null,
    visits integer not null,
    cases integer not null,
    settled_on_spot integer not null,
    held_on date not null,
    version integer not null,
    primary key (campaign, reception)
);
create index petitions_unit on petitions (campaign, unit, reception);
create index petitions_held on petitions (campaign, held_on, reception);

create table pairings (
    campaign text not null,
    pairing text not null,
    unit text not null,
    helper text not null,
    kind text not null,
    households integer not null,
    state text not null,
    outcome text not null,
    paired_on date not null,
    ended_on date,
    version integer not null,
    primary key (campaign, pairing)
);
create index pairings_unit on pairings (campaign, unit, pairing);
create index pairings_helper on pairings (campaign, helper, pairing);
