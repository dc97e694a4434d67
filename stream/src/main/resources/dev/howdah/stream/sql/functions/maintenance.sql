-- Maintenance, as a daemon asks for it: maint_operations() lists what is due, the daemon calls what it lists.

-- Rotates a queue as far as it goes: how many steps were taken. Errors: no such queue.
create or replace function pgque.maint_rotate_tables_step1(i_queue_name text) returns int
language sql as $$
    select howdah_stream.rotate(i_queue_name)
$$;

create or replace function howdah_stream.note_switches() returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update pgque.queue
       set queue_switch_step2 = pg_current_xact_id()::text::bigint
     where queue_switch_step2 is null;
    return 1;
end
$$;

-- Notes that the transactions that switched tables are over: 1. Rotation itself does not wait for it.
create or replace function pgque.maint_rotate_tables_step2() returns int
language sql as $$
    select howdah_stream.note_switches()
$$;

-- The tables that want vacuum: none of the engine's, which are appended to and truncated.
create or replace function pgque.maint_tables_to_vacuum() returns setof text
language sql as $$
    select format('%I.%I', schemaname, relname)
      from pg_stat_user_tables
     where (schemaname, relname) in (('pgque', 'queue'), ('pgque', 'retry_queue'), ('pgq', 'consumer'),
           ('howdah_stream', 'subscriber'), ('howdah_stream', 'event_table'), ('howdah_stream', 'idempotency'))
$$;

-- The calls that are due: functions, each with its argument or null; 'vacuum' is the command.
create or replace function pgque.maint_operations(out func_name text, out func_arg text) returns setof record
language sql as $$
    select 'pgque.maint_rotate_tables_step1', queue from howdah_stream.queues_to_rotate() queue
    union all
    select 'pgque.maint_rotate_tables_step2', null
     where exists (select from pgque.queue where queue_switch_step2 is null)
        or exists (select from howdah_stream.queues_to_rotate())
    union all
    select 'pgque.maint_idem', null where exists (
           select from howdah_stream.idempotency where idem_expires <= clock_timestamp())
    union all
    select 'vacuum', t from pgque.maint_tables_to_vacuum() t
    union all
    select extra, queue_name from pgque.queue, unnest(queue_extra_maint) extra
$$;

-- Does all that is due, retries apart: how much.
create or replace function pgque.maint() returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_queue text;
    v_count int := 0;
begin
    for v_queue in select * from howdah_stream.queues_to_rotate() loop
        v_count := v_count + howdah_stream.rotate(v_queue);
    end loop;
    perform howdah_stream.note_switches();
    return v_count + howdah_stream.remove_expired_keys(null) + howdah_stream.compact();
end
$$;
