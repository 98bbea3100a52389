-- Inline read models of the schedule, each rebuilt from the events by `rebuild-views`.
-- `version` is the stream version a row shows: the ETag of that resource.

create table campaigns (
    campaign text primary key,
    state jsonb not null,
    version integer not null
);

create table documents (
    campaign text not null,
    document text not null,
    kind text not null,
    title text not null,
    topic text not null,
    unit text not null,
    issued_on date not null,
    applies_to jsonb not null,
    version integer not null,
    primary key (campaign, document)
);

create table preparation_orders (
    campaign text not null,
    preparation_order text not null,
    title text not null,
    unit text not null,
    levels jsonb not null,
    ordered_on date not null,
    version integer not null,
    primary key (campaign, preparation_order)
);

create table preparations (
    campaign text not null,
    unit text not null,
    prepared_on date not null,
    version integer not null,
    primary key (campaign, unit)
);

create table meetings (
    campaign text not null,
    meeting text not null,
    kind text not null,
    title text not null,
    unit text not null,
    attendees integer not null,
    held_at timestamptz not null,
    version integer not null,
    primary key (campaign, meeting)
);

-- Gate columns name who is asked next; empty unless the plan is in review.
create table plans (
    campaign text not null,
    unit text not null,
    category text not null,
    state text not null,
    plan_version integer not null,
    title text not null,
    digest text not null,
    gate text not null,
    gate_role text not null,
    gate_holder text not null,
    submitted_at timestamptz not null,
    decided_at timestamptz,
    version integer not null,
    primary key (campaign, unit, category)
);
create index plans_waiting on plans (campaign, gate_role, gate_holder, unit)
    where state = 'in_review';

create table mobilizations (
    campaign text not null,
    unit text not null,
    state text not null,
    planned_at timestamptz,
    held_at timestamptz,
    attendees integer,
    chaired_by text not null,
    place text not null,
    flags jsonb not null,
    reason text not null,
    version integer not null,
    primary key (campaign, unit)
);

create table trainings (
    campaign text not null,
    unit text not null,
    training text not null,
    audience text not null,
    participants integer not null,
    phase text not null,
    held_on date not null,
    version integer not null,
    primary key (campaign, unit, training)
);

-- Lists of a subtree ask by path; C order makes a prefix a range.
create index unit_directory_path on unit_directory (campaign, path collate "C");
