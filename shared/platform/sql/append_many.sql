-- Appends what several single commands decided, each to its own stream, in one statement; it
-- takes over from append_one, which stays for processes that were started before.
--
-- The first arrays have an element a command, the later ones an element an event, told apart by
-- p_of. A league that somebody else has locked is left out, unless p_wait: an upload must not hold up
-- the commands of other leagues. What was appended is returned, with the version of each
-- command's last event. A stream's expected version is held by the unique constraint on (stream,
-- stream_version), a key by its primary key: whoever comes second makes the whole statement fail.
-- The chain is the one the Python side computes:
-- sha256(previous hash || digest || "<version>|<recorded_at>").
create function append_many(
    p_service text, p_wait boolean, p_leagues text[], p_streams text[], p_metas text[],
    p_callers text[], p_keys text[], p_fingerprints bytea[], p_statuses smallint[],
    p_answers bytea[],
    p_of integer[], p_stream_versions integer[], p_event_ids uuid[], p_types text[],
    p_schema_versions smallint[], p_data text[], p_occurred_at timestamptz[], p_digests bytea[]
) returns table (command integer, version bigint)
language plpgsql as $$
#variable_conflict use_column
declare
    v_leagues text[];
    v_versions bigint[];
    v_hashes bytea[];
    v_times timestamptz[];
    v_now timestamptz;
    v_at integer;
    v_event_versions bigint[] := array_fill(null::bigint, array[cardinality(p_of)]);
    v_event_times timestamptz[] := array_fill(null::timestamptz, array[cardinality(p_of)]);
    v_event_hashes bytea[] := array_fill(null::bytea, array[cardinality(p_of)]);
begin
    -- The commit does not wait for the disk; whoever called waits for a flush before answering.
    perform set_config('synchronous_commit', 'off', true);
    -- New leagues first: made while others are locked, they would close a circle of waiting.
    if (select count(*) from histories h where h.league = any(p_leagues))
        < (select count(distinct l) from unnest(p_leagues) l) then
        insert into histories (league)
            select distinct l from unnest(p_leagues) l order by l
            on conflict do nothing;
    end if;
    if p_wait then
        select array_agg(l.league), array_agg(l.version), array_agg(l.head_hash),
               array_agg(l.recorded_at)
            into v_leagues, v_versions, v_hashes, v_times
            from (select * from histories h where h.league = any(p_leagues)
                  order by h.league for update) l;
    else
        select array_agg(l.league), array_agg(l.version), array_agg(l.head_hash),
               array_agg(l.recorded_at)
            into v_leagues, v_versions, v_hashes, v_times
            from (select * from histories h where h.league = any(p_leagues)
                  order by h.league for update skip locked) l;
    end if;
    v_now := clock_timestamp();
    for i in 1 .. cardinality(p_of) loop
        v_at := array_position(v_leagues, p_leagues[p_of[i]]);
        continue when v_at is null;
        -- A clock set back must not make a history run backwards.
        v_times[v_at] := greatest(v_now, v_times[v_at]);
        v_versions[v_at] := v_versions[v_at] + 1;
        v_hashes[v_at] := sha256(v_hashes[v_at] || p_digests[i] || convert_to(
            v_versions[v_at] || '|' || to_char(
                v_times[v_at] at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'UTF8'));
        v_event_versions[i] := v_versions[v_at];
        v_event_times[i] := v_times[v_at];
        v_event_hashes[i] := v_hashes[v_at];
    end loop;
    insert into events
        select p_leagues[e.of], e.version, p_streams[e.of], e.stream_version, e.event_id, e.type,
               e.schema_version, e.data::jsonb, p_metas[e.of]::jsonb, e.occurred_at,
               e.recorded_at, e.hash
        from unnest(
            p_of, p_stream_versions, p_event_ids, p_types, p_schema_versions, p_data,
            p_occurred_at, v_event_versions, v_event_times, v_event_hashes
        ) as e(of, stream_version, event_id, type, schema_version, data,
               occurred_at, version, recorded_at, hash)
        where e.version is not null;
    update histories h
        set version = l.version, head_hash = l.hash, recorded_at = l.recorded_at
        from unnest(v_leagues, v_versions, v_hashes, v_times)
            as l(league, version, hash, recorded_at)
        where h.league = l.league;
    insert into idempotency_keys (caller, key, fingerprint, status, answer, positions)
        select p_callers[e.of], p_keys[e.of], p_fingerprints[e.of], p_statuses[e.of],
               p_answers[e.of], p_service || '@' || p_leagues[e.of] || ':' || max(e.version)
        from unnest(p_of, v_event_versions) as e(of, version)
        where e.version is not null and p_keys[e.of] is not null
        group by e.of;
    return query
        select e.of, max(e.version) from unnest(p_of, v_event_versions) as e(of, version)
        where e.version is not null group by e.of;
end
$$;
