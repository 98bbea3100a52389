-- What an operator decided about this store: it was filled from an archive, its lost end came back
-- from the topic, or that end was declared void. A relay that finds a new epoch looks at its topic
-- again before it publishes; before the first decision the epoch is 0.
create table store_epochs (
    epoch integer primary key,
    decision text not null check (decision in ('imported', 'recovered', 'accepted')),
    decided_by text not null,
    decided_at timestamptz not null default now(),
    reason text not null,
    details jsonb not null
);
