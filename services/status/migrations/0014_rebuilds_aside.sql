-- Events of a part whose facts other parts may tell more of: folded together at the end. Kept as
-- events, parts depend on nothing but themselves, and may be made side by side.
drop table rebuild_carried;
create table rebuild_aside (
    rebuild bigint not null references rebuilds on delete cascade,
    value bytea not null
);
create index rebuild_aside_rebuild on rebuild_aside (rebuild);
