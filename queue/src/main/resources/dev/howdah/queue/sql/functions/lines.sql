-- A queue's line: the messages that can be read. They are in segments, tables of the queue table's columns. Writers write
-- into the current segment; when that has grown and the others are read up, the keeper makes an empty one current, and
-- truncates the old one when the last of its messages is gone (rotation.sql). So the line stays short to read, however
-- long a held snapshot keeps dead rows from being vacuumed.
--
-- A sequence says which segments are in use. Its value is changed in place: it needs no row version, counts at once for
-- everybody, and is as durable as any commit that came after. Bits 0 to 7: the current segment; bit 8 + n: segment n is
-- looked at by readers. A row that gets into another segment, from a writer who was late, is found by the keeper.

create or replace function howdah_queue.segment_name(i_queue_id int, i_nr int) returns text
language sql immutable as $$
    select 'pgpro_queue_data.segment_' || i_queue_id::text || '_' || i_nr::text
$$;

create or replace function howdah_queue.line_state(i_queue_id int) returns bigint
language sql as $$
    select pg_sequence_last_value(('pgpro_queue_data.line_' || i_queue_id)::regclass)
$$;

create or replace function howdah_queue.set_line_state(i_queue_id int, i_state bigint) returns void
language sql as $$
    select setval(('pgpro_queue_data.line_' || i_queue_id)::regclass, i_state)
$$;

-- The queue table, which everything of the queue inherits from, its sequences and its first segments. Without check
-- constraints: PostgreSQL reads their expressions anew for each statement, which took 25 microseconds of an insert's 90;
-- who writes here checks by himself.
create or replace function howdah_queue.create_line(i_queue_id int) returns void
language plpgsql as $$
declare
    v_queue record;
begin
    select * into v_queue from pgpro_queue_data.queues where queue_id = i_queue_id;
    execute format('create sequence pgpro_queue_data.msgid_%s', i_queue_id);
    execute format('create sequence pgpro_queue_data.line_%s minvalue 0', i_queue_id);
    execute format($sql$
        create table pgpro_queue_data.%I (
            msgid bigint not null default nextval('pgpro_queue_data.msgid_%s'),
            enqueue_time timestamptz not null default now(),
            priority int not null default 0,
            retries int not null,
            retrydelay int not null,
            attempts int not null default 0,
            body jsonb,
            body_xml xml,
            properties jsonb not null default '{}',
            history jsonb
        )
        $sql$, howdah_queue.table_name(v_queue.queue_name), i_queue_id);
    execute format('create trigger pass_on before insert on pgpro_queue_data.%I for each row execute function howdah_queue.pass_on(%L)',
        howdah_queue.table_name(v_queue.queue_name), i_queue_id);
    for nr in 0..v_queue.queue_segments - 1 loop
        perform howdah_queue.create_segment(i_queue_id, nr);
    end loop;
    perform howdah_queue.set_line_state(i_queue_id, 256);
    perform howdah_queue.create_queue_functions(i_queue_id);
end
$$;

-- The table of a queue, as the manual's users know it. Errors: too long for PostgreSQL is kept away by the queue's name.
create or replace function howdah_queue.table_name(i_queue_name name) returns name
language sql immutable as $$
    select ('queue_' || i_queue_name)::name
$$;

create or replace function howdah_queue.create_segment(i_queue_id int, i_nr int) returns void
language plpgsql as $$
declare
    v_name name := (select queue_name from pgpro_queue_data.queues where queue_id = i_queue_id);
    v_segment text := howdah_queue.segment_name(i_queue_id, i_nr);
begin
    execute format('create table %s () inherits (pgpro_queue_data.%I)', v_segment, howdah_queue.table_name(v_name));
    execute format('create index on %s (priority, msgid)', v_segment);
    -- its rows go by truncation; while no server runs, autovacuum does what it can
    execute format('alter table %s set (vacuum_truncate = off, autovacuum_vacuum_scale_factor = 0.05)', v_segment);
    execute format('revoke all on %s from public', v_segment);
end
$$;

-- One segment more, for when none can be emptied because somebody is at each of them.
create or replace function howdah_queue.add_segment(i_queue_id int) returns void
language plpgsql as $$
declare
    v_nr int;
begin
    update pgpro_queue_data.queues
       set queue_segments = queue_segments + 1
     where queue_id = i_queue_id
    returning queue_segments - 1 into v_nr;
    perform howdah_queue.create_segment(i_queue_id, v_nr);
    perform howdah_queue.create_queue_functions(i_queue_id);
end
$$;

-- Who inserts into the queue table itself sends a message.
create or replace function howdah_queue.pass_on() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    execute format('select pgpro_queue_data.send_%s($1, $2, $3, $4, $5, $6, null)', tg_argv[0])
      using new.body, new.body_xml, new.priority, new.properties, new.retries, new.retrydelay;
    return null;
end
$$;

create or replace function howdah_queue.drop_line(i_queue_id int) returns void
language plpgsql set client_min_messages = warning as $$
declare
    v_queue record;
    v_function text;
begin
    select * into v_queue from pgpro_queue_data.queues where queue_id = i_queue_id;
    execute format('drop table pgpro_queue_data.%I cascade', howdah_queue.table_name(v_queue.queue_name));
    for v_function in
        select p.oid::regprocedure::text
          from pg_proc p
         where p.pronamespace = 'pgpro_queue_data'::regnamespace
           and p.proname ~ ('^(send|send_many|put|take|take_id|keep|move)_' || i_queue_id || '$')
    loop
        execute 'drop function ' || v_function;
    end loop;
    execute format('drop sequence pgpro_queue_data.msgid_%1$s, pgpro_queue_data.line_%1$s', i_queue_id);
end
$$;

-- A template with each {name} replaced by the value that follows the name in i_values, the first ones first: how the
-- functions that are written for a queue get its tables' names.
create or replace function howdah_queue.filled(i_template text, variadic i_values text[]) returns text
language plpgsql immutable as $$
begin
    for i in 1..cardinality(i_values) by 2 loop
        i_template := replace(i_template, '{' || i_values[i] || '}', i_values[i + 1]);
    end loop;
    return i_template;
end
$$;
