-- A queue's tables and the functions that write into them. Their names hold the queue's id, so they are built here, by
-- format(), and nowhere else. Any event may be written into any of a queue's three tables at any time: readers look into
-- all that are not sealed, and a sealed one hands its events on. So a writer that has read the current table's number
-- too early does no harm.

-- One of a queue's three tables.
create or replace function howdah_stream.event_table_name(i_queue_id int, i_nr int) returns text
language sql immutable as $$
    select 'pgque.event_' || i_queue_id::text || '_' || i_nr::text
$$;

-- Makes a queue's tables and sequences; the first table is the current one, the others are sealed and empty.
create or replace function howdah_stream.create_event_tables(i_queue_id int) returns void
language plpgsql as $$
declare
    v_parent text := 'pgque.event_' || i_queue_id;
    v_table text;
begin
    execute format('create sequence %s_id_seq', v_parent);
    execute format('create sequence %s_tick_seq', v_parent);
    execute format('create table %s (like pgque.event_template including defaults)', v_parent);
    execute format('alter table %s alter ev_id set default nextval(''%1$s_id_seq'')', v_parent);
    for nr in 0..2 loop
        v_table := howdah_stream.event_table_name(i_queue_id, nr);
        execute format('create table %s () inherits (%s)', v_table, v_parent);
        execute format('create index on %s (ev_txid)', v_table);
        -- the retries and replays in it, of which there are few
        execute format('create index on %s (ev_txid) where ev_owner is not null', v_table);
        -- for events by id: next to nothing to write, a few dozen pages to read
        execute format('create index on %s using brin (ev_id) with (pages_per_range = 32)', v_table);
        insert into howdah_stream.event_table (et_queue, et_nr, et_empty, et_sealed_tick)
        values (i_queue_id, nr, nr > 0, case when nr > 0 then 0 end);
        if nr > 0 then
            perform howdah_stream.seal_table(i_queue_id, nr);
        end if;
    end loop;
    perform pgque.tune_storage(q.queue_name) from pgque.queue q where q.queue_id = i_queue_id;
    perform howdah_stream.create_insert_functions(i_queue_id);
    perform howdah_stream.create_news_function(i_queue_id);
    perform howdah_stream.create_read_function(i_queue_id);
    perform pgque.grant_perms(q.queue_name) from pgque.queue q where q.queue_id = i_queue_id;
end
$$;

-- From now on the table hands on what is written into it. Waits for whoever has written into it, and keeps out others.
create or replace function howdah_stream.seal_table(i_queue_id int, i_nr int) returns void
language plpgsql as $$
declare
    v_table text := howdah_stream.event_table_name(i_queue_id, i_nr);
begin
    execute format('create trigger pass_on before insert on %s for each row execute function howdah_stream.pass_on(%L)',
        v_table, howdah_stream.event_table_name(i_queue_id, (i_nr + 1) % 3));
    execute format('alter table %s enable always trigger pass_on', v_table);
end
$$;

-- From now on the table takes events. The trigger goes altogether: while there is one, even a disabled one, COPY writes row
-- by row. Waits for whoever reads or writes the table, and keeps out others.
create or replace function howdah_stream.unseal_table(i_queue_id int, i_nr int) returns void
language plpgsql as $$
begin
    execute format('drop trigger pass_on on %s', howdah_stream.event_table_name(i_queue_id, i_nr));
end
$$;

create or replace function howdah_stream.pass_on() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    execute format('insert into %s select ($1).*', tg_argv[0]) using new;
    return null;
end
$$;

create or replace function howdah_stream.drop_event_tables(i_queue_id int) returns void
language plpgsql as $$
begin
    -- in the order in which everybody else takes them
    for nr in 0..2 loop
        execute format('lock table %s in access exclusive mode', howdah_stream.event_table_name(i_queue_id, nr));
    end loop;
    execute format('drop function if exists howdah_stream.insert_%s(text, text, text, text, text, text)', i_queue_id);
    execute format('drop function if exists howdah_stream.insert_many_%s(text[], text[], text[], text[], text[], text[])', i_queue_id);
    execute format('drop function if exists howdah_stream.has_news_%s(pg_snapshot)', i_queue_id);
    execute format('drop function if exists '
        'howdah_stream.read_%s(int[], xid8, xid8, pg_snapshot, xid8[], int, int, int)', i_queue_id);
    for nr in 0..2 loop
        execute format('drop table if exists %s cascade', howdah_stream.event_table_name(i_queue_id, nr));
    end loop;
    execute format('drop table if exists pgque.event_%s cascade', i_queue_id);
    execute format('drop sequence if exists pgque.event_%s_id_seq', i_queue_id);
    execute format('drop sequence if exists pgque.event_%s_tick_seq', i_queue_id);
end
$$;

-- Calls a queue's insert_N by the queue's name. Errors: no such queue; the queue is disabled.
create or replace function howdah_stream.insert_event(
    i_queue text, i_type text, i_data text, i_extra1 text, i_extra2 text, i_extra3 text, i_extra4 text) returns bigint
language plpgsql as $$
declare
    v_id bigint;
begin
    execute 'select howdah_stream.insert_' || howdah_stream.queue_to_write(i_queue) || '($1, $2, $3, $4, $5, $6)'
       into v_id
      using i_type, i_data, i_extra1, i_extra2, i_extra3, i_extra4;
    return v_id;
end
$$;

-- Calls a queue's insert_many_N: one event for each element of i_datas, the ids in the same order.
create or replace function howdah_stream.insert_events(
    i_queue text, i_types text[], i_datas text[], i_extra1s text[] default null) returns bigint[]
language plpgsql as $$
declare
    v_ids bigint[];
begin
    execute 'select howdah_stream.insert_many_' || howdah_stream.queue_to_write(i_queue) || '($1, $2, $3, null, null, null)'
       into v_ids
      using i_types, i_datas, i_extra1s;
    return v_ids;
end
$$;

create or replace function howdah_stream.queue_to_write(i_queue text) returns int
language plpgsql stable as $$
declare
    v_id int;
begin
    select queue_id into v_id from pgque.queue where queue_name = i_queue;
    if not found then
        raise exception 'queue not found: %', i_queue;
    end if;
    return v_id;
end
$$;

-- The same for those who may not read pgque.queue, to call insert_N by themselves.
create or replace function howdah_stream.queue_id(i_queue text) returns int
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select howdah_stream.queue_to_write(i_queue)
$$;

-- Writes events as they are given, for one consumer or with an id of their own. An id is drawn for each all the same:
-- the distance between two ticks' sequence numbers is never less than the number of events between them.
create or replace function howdah_stream.insert_raw(i_queue_id int, i_events pgque.event_template[]) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_queue pgque.queue;
begin
    select * into v_queue from pgque.queue where queue_id = i_queue_id;
    perform howdah_stream.announce(v_queue.queue_id, v_queue.queue_name);
    execute format($sql$
        insert into %s (ev_id, ev_time, ev_owner, ev_retry, ev_type, ev_data, ev_extra1, ev_extra2, ev_extra3, ev_extra4)
        select coalesce(e.ev_id, e.drawn), coalesce(e.ev_time, now()), e.ev_owner, e.ev_retry, e.ev_type, e.ev_data,
               e.ev_extra1, e.ev_extra2, e.ev_extra3, e.ev_extra4
          from (select *, nextval(%L) as drawn from unnest($1)) e
        $sql$,
        howdah_stream.event_table_name(v_queue.queue_id, v_queue.queue_cur_table), v_queue.queue_event_seq)
    using i_events;
    return cardinality(i_events);
end
$$;
