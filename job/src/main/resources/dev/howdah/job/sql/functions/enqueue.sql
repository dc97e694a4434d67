-- Jobs go in here: one row in pgqueuer, its first row in pgqueuer_log.

-- The headers, if a worker can read them. PGQueuer's die of anything but an object, after they have claimed a batch.
create or replace function fn_pgqueuer_checked_headers(headers jsonb) returns jsonb
    language plpgsql
    immutable
as $$
begin
    if jsonb_typeof(headers) not in ('object', 'null') then
        raise exception using
            errcode = '22023',
            message = format('headers must be a JSON object, got %s', jsonb_typeof(headers));
    end if;
    return headers;
end
$$;

-- The delay of a job, if it is one: from zero to a hundred years.
create or replace function fn_pgqueuer_checked_delay(execute_after interval) returns interval
    language plpgsql
    immutable
as $$
begin
    if execute_after < interval '0' then
        raise exception using
            errcode = '22023',
            message = format('execute_after must not be negative, got %s', execute_after);
    elsif execute_after > interval '100 years' then
        raise exception using
            errcode = '22023',
            message = format('execute_after must be at most 100 years, got %s', execute_after);
    end if;
    return execute_after;
end
$$;

-- PGQueuer's function for PostgREST: its name, its parameters, its result. In the caller's transaction.
-- 23505: a job with this dedupe_key is queued or picked. 23502: an argument that must have a value is null.
create or replace function fn_pgqueuer_enqueue(
    entrypoint text,
    payload bytea default null,
    priority int default 0,
    execute_after interval default '0'::interval,
    dedupe_key text default null,
    headers jsonb default null
) returns bigint
    language plpgsql
    set search_path from current
as $$
declare
    job_id bigint;
begin
    if entrypoint = '' then
        raise exception using errcode = '22023', message = 'entrypoint must not be empty';
    end if;
    insert into pgqueuer (priority, entrypoint, payload, execute_after, dedupe_key, headers, status)
    values (priority, entrypoint, payload, now() + fn_pgqueuer_checked_delay(execute_after), dedupe_key,
            fn_pgqueuer_checked_headers(headers), 'queued')
    returning id into job_id;
    insert into pgqueuer_log (job_id, status, entrypoint, priority)
    values (job_id, 'queued', entrypoint, priority);
    return job_id;
end
$$;

-- what the gateway's description says of it
comment on function fn_pgqueuer_enqueue(text, bytea, int, interval, text, jsonb) is
'Sends a job, and gives its id

entrypoint: which handler it is for. payload: bytes, as text or \x6869 in hexadecimal; base64 where a gateway says so. priority: the
higher, the sooner. execute_after: the delay, as "10 seconds"; none by default. dedupe_key: while a job with it is queued or
picked, another one is refused (23505). headers: an object for the handler.';
