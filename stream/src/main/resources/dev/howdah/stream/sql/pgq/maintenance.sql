-- Maintenance: a daemon runs what maint_operations() lists. As in functions/maintenance.sql.

-- The calls that are due: functions of this schema, each with its argument or null; 'vacuum' is the command.
create or replace function pgq.maint_operations(out func_name text, out func_arg text) returns setof record
language sql as $$
    select * from howdah_stream.maint_operations('pgq')
$$;

-- Rotates a queue as far as it goes: how many steps were taken. Errors: no such queue.
create or replace function pgq.maint_rotate_tables_step1(i_queue_name text) returns int
language sql as $$
    select howdah_stream.rotate(i_queue_name)
$$;

-- The second half of rotation, and what else there is to tidy up. Always 0: a daemon calls again what gives more.
create or replace function pgq.maint_rotate_tables_step2() returns int
language sql as $$
    select 0 from howdah_stream.tidy()
$$;

-- Moves retries that are due back into their queues: how many. Call it until it gives 0.
create or replace function pgq.maint_retry_events() returns int
language sql as $$
    select howdah_stream.retry_round()
$$;

-- The tables that want vacuum.
create or replace function pgq.maint_tables_to_vacuum() returns setof text
language sql as $$
    select howdah_stream.tables_to_vacuum()
$$;

-- Howdah's installer upgrades the schema: nothing to do, always 0.
create or replace function pgq.upgrade_schema() returns int
language sql as $$
    select 0
$$;
