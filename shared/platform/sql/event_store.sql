-- The event store of one service. The search path names the service's schema.

-- One row a league: the row writers lock, first of all, and the head of its hash chain.
create table histories (
    league text primary key,
    version bigint not null default 0,
    head_hash bytea not null default decode(repeat('00', 32), 'hex'),
    recorded_at timestamptz
) with (fillfactor = 50);

-- How far the relay has published; apart from histories, so that neither waits for the other.
-- published_offset is where Kafka put the last one: what is looked for there later tells
-- whether the topic still is the one we filled.
create table relay_cursors (
    league text primary key,
    published_version bigint not null,
    published_offset bigint not null
) with (fillfactor = 50);

create table events (
    league text not null,
    version bigint not null,
    stream text not null,
    stream_version integer not null,
    event_id uuid not null,
    type text not null,
    schema_version smallint not null,
    data jsonb not null,
    meta jsonb not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    hash bytea not null,
    primary key (league, version),
    unique (stream, stream_version),
    unique (event_id)
);

create table idempotency_keys (
    caller text not null,
    key text not null,
    fingerprint bytea not null,
    status smallint not null,
    answer bytea not null,
    positions text not null,
    stored_at timestamptz not null default now(),
    primary key (caller, key)
);

-- Locks the histories (in code order, before anything else is touched), then reads what a
-- command needs, in one round trip. Each statement below has its own snapshot, so what is
-- read is what the lock protects.
create function open_session(p_leagues text[], p_streams text[], p_caller text, p_key text)
returns table (
    kind text, name text, number bigint, at timestamptz, bytes bytea,
    type text, schema_version smallint, body text
)
language plpgsql as $$
begin
    -- New leagues first: made while others are locked, they would close a circle of waiting.
    if (select count(*) from histories h where h.league = any(p_leagues))
        < (select count(distinct l) from unnest(p_leagues) l) then
        insert into histories (league)
            select distinct l from unnest(p_leagues) l order by l
            on conflict do nothing;
    end if;
    perform 1 from histories h where h.league = any(p_leagues) order by h.league for update;
    return query
        select 'head'::text, h.league, h.version, h.recorded_at, h.head_hash,
               null::text, null::smallint, null::text
        from histories h where h.league = any(p_leagues);
    if p_key is not null then
        return query
            select 'answer'::text, k.positions, k.status::bigint, null::timestamptz, k.fingerprint,
                   null::text, null::smallint, convert_from(k.answer, 'UTF8')
            from idempotency_keys k where k.caller = p_caller and k.key = p_key;
    end if;
    return query
        select 'event'::text, e.stream, e.stream_version::bigint, e.occurred_at, null::bytea,
               e.type, e.schema_version, e.data::text
        from events e where e.stream = any(p_streams) order by e.stream, e.stream_version;
end
$$;

-- Appends one stream's events in a statement of its own: the league's row is locked for no
-- longer than this takes. The commit does not wait for the disk; whoever called waits for a
-- flush before answering, and the relay before publishing. The stream's expected version is held by the unique
-- constraint on (stream, stream_version), the key by its primary key: whoever comes second
-- fails whole and starts again. The chain is the one the Python side computes:
-- sha256(previous hash || digest || "<version>|<recorded_at>").
create function append_one(
    p_service text, p_league text, p_stream text, p_expected integer, p_event_ids uuid[],
    p_types text[], p_schema_versions smallint[], p_data text[], p_meta text,
    p_occurred_at timestamptz[], p_digests bytea[],
    p_caller text, p_key text, p_fingerprint bytea, p_status smallint, p_answer bytea
) returns bigint
language plpgsql as $$
declare
    v_version bigint;
    v_hash bytea;
    v_recorded_at timestamptz;
begin
    perform set_config('synchronous_commit', 'off', true);
    select h.version, h.head_hash, h.recorded_at into v_version, v_hash, v_recorded_at
        from histories h where h.league = p_league for update;
    if not found then
        insert into histories (league) values (p_league) on conflict do nothing;
        select h.version, h.head_hash, h.recorded_at into v_version, v_hash, v_recorded_at
            from histories h where h.league = p_league for update;
    end if;
    v_recorded_at := greatest(clock_timestamp(), v_recorded_at);
    for i in 1 .. cardinality(p_event_ids) loop
        v_version := v_version + 1;
        v_hash := sha256(v_hash || p_digests[i] || convert_to(
            v_version || '|'
            || to_char(v_recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'UTF8'));
        insert into events values (
            p_league, v_version, p_stream, p_expected + i, p_event_ids[i], p_types[i],
            p_schema_versions[i], p_data[i]::jsonb, p_meta::jsonb, p_occurred_at[i],
            v_recorded_at, v_hash);
    end loop;
    update histories h set version = v_version, head_hash = v_hash, recorded_at = v_recorded_at
        where h.league = p_league;
    if p_key is not null then
        insert into idempotency_keys (caller, key, fingerprint, status, answer, positions)
            values (p_caller, p_key, p_fingerprint, p_status, p_answer,
                    p_service || '@' || p_league || ':' || v_version);
    end if;
    return v_version;
end
$$;
