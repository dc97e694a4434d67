-- Maintenance, as a daemon asks for it: maint_operations() lists what is due, the daemon calls what it lists.

-- Rotates a queue as far as it goes: how many steps were taken. Errors: no such queue.
create or replace function pgque.maint_rotate_tables_step1(i_queue_name text) returns int
language sql as $$
    select howdah_stream.rotate(i_queue_name)
$$;

-- What is left to do after rotation: notes that the transactions that switched tables are over, which rotation itself does
-- not wait for, removes keys that have expired, compacts what has grown. How much.
create or replace function howdah_stream.tidy() returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update pgque.queue
       set queue_switch_step2 = pg_current_xact_id()::text::bigint
     where queue_id in (
           select queue_id from pgque.queue where queue_switch_step2 is null for no key update skip locked);
    return howdah_stream.remove_expired_keys(null) + howdah_stream.compact();
end
$$;

-- Whether tidy() has something to do, or will have after rotation.
create or replace function howdah_stream.untidy() returns bool
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (select from pgque.queue where queue_switch_step2 is null)
        or exists (select from howdah_stream.queues_to_rotate())
        or exists (select from howdah_stream.idempotency where idem_expires <= clock_timestamp())
        or howdah_stream.grown()
$$;

-- The second half of rotation, and what else there is to tidy up. Always 0: a daemon calls again what gives more.
create or replace function pgque.maint_rotate_tables_step2() returns int
language sql as $$
    select 0 from howdah_stream.tidy()
$$;

-- The tables that want vacuum and have no autovacuum. None of those that are appended to and truncated is among them.
create or replace function howdah_stream.tables_to_vacuum() returns setof text
language sql stable as $$
    select format('%I.%I', schemaname, relname)
      from pg_catalog.pg_stat_user_tables
     where current_setting('autovacuum') = 'off'
       and (schemaname, relname) in (('pgque', 'queue'), ('pgque', 'retry_queue'), ('pgq', 'consumer'),
           ('howdah_stream', 'subscriber'), ('howdah_stream', 'event_table'), ('howdah_stream', 'idempotency'))
$$;

create or replace function pgque.maint_tables_to_vacuum() returns setof text
language sql as $$
    select howdah_stream.tables_to_vacuum()
$$;

-- The calls that are due: functions of one of the two languages' schemas, each with its argument or null. 'vacuum' is the
-- command; it comes last, as pgqd 3.5 ends its round there.
create or replace function howdah_stream.maint_operations(i_schema text, out func_name text, out func_arg text)
returns setof record
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select i_schema || '.maint_rotate_tables_step1', queue from howdah_stream.queues_to_rotate() queue
    union all
    select i_schema || '.maint_rotate_tables_step2', null where howdah_stream.untidy()
    union all
    select extra, queue_name from pgque.queue, unnest(queue_extra_maint) extra
    union all
    select 'vacuum', t from howdah_stream.tables_to_vacuum() t
$$;

create or replace function pgque.maint_operations(out func_name text, out func_arg text) returns setof record
language sql as $$
    select * from howdah_stream.maint_operations('pgque')
$$;

-- Does all that is due, retries apart: how much. A queue that somebody else has at this moment is left for the next time.
create or replace function pgque.maint() returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_name text;
    v_queue pgque.queue;
    v_count int := 0;
begin
    for v_name in select * from howdah_stream.queues_to_rotate() loop
        v_queue := howdah_stream.try_queue(v_name);
        if v_queue.queue_id is not null then
            v_count := v_count + howdah_stream.rotate(v_queue);
        end if;
    end loop;
    return v_count + howdah_stream.tidy();
end
$$;
