-- The urging ladder. Rules and steps are inline read models, rebuilt from the events.

create table urging_rules (
    campaign text not null,
    area text not null,
    subject text not null,
    steps jsonb not null,
    version integer not null,
    primary key (campaign, area, subject)
);

create table urging_steps (
    campaign text not null,
    subject text not null,
    thing text not null,
    due_on date not null,
    step text not null,
    unit text not null,
    addressee text not null,
    taken_on date not null,
    channels jsonb not null,
    delivered_at timestamptz,
    version integer not null,
    primary key (campaign, subject, thing, due_on, step)
);
create index urging_steps_taken on urging_steps (campaign, taken_on desc, subject, thing, due_on, step);
create index urging_steps_addressee on urging_steps (campaign, addressee, taken_on);
create index urging_steps_unit on urging_steps (campaign, unit, taken_on);

-- What is still to be delivered, by channel: put here with the step, taken out with the event that
-- says it was delivered. A row tried too often is parked, and stays until somebody retries it.
create table urging_deliveries (
    campaign text not null,
    subject text not null,
    thing text not null,
    due_on date not null,
    step text not null,
    channel text not null,
    unit text not null,
    attempts integer not null default 0,
    next_at timestamptz not null default now(),
    parked_at timestamptz,
    error text not null default '',
    primary key (campaign, subject, thing, due_on, step, channel)
);
create index urging_deliveries_waiting on urging_deliveries (channel, next_at)
    where parked_at is null;
create index urging_deliveries_parked on urging_deliveries (campaign, parked_at)
    where parked_at is not null;

-- What the schedule's topic says of a unit's duties: since when its plan is approved, when it
-- mobilized. The stream versions decide, since a unit's events may lie in two leagues' histories.
create table unit_milestones (
    campaign text not null,
    unit text not null,
    plan_approved_on date,
    plan_by integer not null default 0,
    mobilized_on date,
    mobilized_by integer not null default 0,
    primary key (campaign, unit)
);
