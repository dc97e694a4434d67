-- Many jobs go in here at once: all or none of them, in one statement.

-- Raises an error if this is no array of jobs as fn_pgqueuer_enqueue would take them, and says which of them is none.
create or replace function fn_pgqueuer_check_batch(jobs jsonb) returns void
    language plpgsql
    immutable
as $$
declare
    wrong record;
begin
    if jsonb_typeof(jobs) is distinct from 'array' then
        raise exception using
            errcode = '22023',
            message = format('jobs must be a JSON array of objects, got %s', coalesce(jsonb_typeof(jobs), 'null'));
    end if;
    select place, jsonb_typeof(job) as type
      into wrong
      from jsonb_array_elements(jobs) with ordinality as j (job, place)
     where jsonb_typeof(job) <> 'object'
     order by place
     limit 1;
    if found then
        raise exception using
            errcode = '22023',
            message = format('job %s must be a JSON object, got %s', wrong.place, wrong.type);
    end if;
    select place, key
      into wrong
      from jsonb_array_elements(jobs) with ordinality as j (job, place)
     cross join lateral jsonb_object_keys(job) as key
     where key not in ('entrypoint', 'payload', 'priority', 'execute_after', 'dedupe_key', 'headers')
     order by place, key
     limit 1;
    if found then
        raise exception using
            errcode = '22023',
            message = format('job %s has an unknown key: %s', wrong.place, wrong.key),
            hint = 'A job has entrypoint, payload, priority, execute_after, dedupe_key, headers.';
    end if;
    select place
      into wrong
      from jsonb_array_elements(jobs) with ordinality as j (job, place)
     where coalesce(job ->> 'entrypoint', '') = ''
     order by place
     limit 1;
    if found then
        raise exception using
            errcode = '22023',
            message = format('job %s must have an entrypoint', wrong.place);
    end if;
end
$$;

-- Takes an array of objects with the arguments of fn_pgqueuer_enqueue as their keys, and gives the jobs' ids in the same
-- order. In the caller's transaction. A payload is bytea in PostgreSQL's syntax; base64 where a gateway says so.
-- 23505: a job with one of the dedupe_keys is queued or picked. 22023: no array of jobs.
create or replace function fn_pgqueuer_enqueue_batch(jobs jsonb) returns bigint[]
    language plpgsql
    set search_path from current
as $$
declare
    ids bigint[];
begin
    perform fn_pgqueuer_check_batch(jobs);
    with sent as (
        insert into pgqueuer (priority, entrypoint, payload, execute_after, dedupe_key, headers, status)
        select case when job ? 'priority' then r.priority else 0 end,
               r.entrypoint,
               case when current_setting('howdah.bytea', true) = 'base64' then decode(r.payload, 'base64')
                    else r.payload::bytea
               end,
               now() + fn_pgqueuer_checked_delay(case when job ? 'execute_after' then r.execute_after else '0' end),
               r.dedupe_key,
               fn_pgqueuer_checked_headers(r.headers),
               'queued'
          from jsonb_array_elements(jobs) with ordinality as j (job, place)
         cross join lateral jsonb_to_record(job) as r (
                   entrypoint text, payload text, priority int, execute_after interval, dedupe_key text, headers jsonb)
         order by place
        returning id, priority, entrypoint
    ), logged as (
        insert into pgqueuer_log (job_id, status, priority, entrypoint)
        select id, 'queued', priority, entrypoint from sent order by id
    )
    select coalesce(array_agg(id order by id), '{}') into ids from sent;
    return ids;
end
$$;

comment on function fn_pgqueuer_enqueue_batch(jsonb) is
'Sends many jobs, all or none, and gives their ids in the same order

jobs: an array of objects with the arguments of fn_pgqueuer_enqueue.';
