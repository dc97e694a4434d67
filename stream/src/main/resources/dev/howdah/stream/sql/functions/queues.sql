-- Queues: made, dropped, configured.

-- Makes an event queue and its first tick: 1; 0 if it is there. Several sessions may do so at once. Errors: null; a name
-- of over 57 bytes, whose notification channel would be over PostgreSQL's 63.
create or replace function pgque.create_queue(i_queue_name text) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_queue pgque.queue;
begin
    if i_queue_name is null then
        raise exception 'Invalid NULL value';
    elsif i_queue_name = '' or octet_length(i_queue_name) > 57 then
        raise exception 'a queue''s name has 1 to 57 bytes, this one has %: %', octet_length(i_queue_name), i_queue_name
            using errcode = 'name_too_long';
    end if;
    -- the row is the lock: a second creation waits for the first one's end
    insert into pgque.queue (queue_name, queue_data_pfx, queue_event_seq, queue_tick_seq)
    values (i_queue_name, '', '', '')
    on conflict do nothing
    returning * into v_queue;
    if not found then
        return 0;
    end if;
    update pgque.queue
       set queue_data_pfx = 'pgque.event_' || queue_id,
           queue_event_seq = 'pgque.event_' || queue_id || '_id_seq',
           queue_tick_seq = 'pgque.event_' || queue_id || '_tick_seq'
     where queue_id = v_queue.queue_id
    returning * into v_queue;
    perform howdah_stream.create_event_tables(v_queue.queue_id);
    perform howdah_stream.tick(v_queue, true);
    return 1;
end
$$;

-- Removes a queue with its events: 1. Errors: no such queue; consumers are attached, unless forced.
create or replace function pgque.drop_queue(x_queue_name text, x_force bool) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_id int;
begin
    -- first the subscribers, as a consumer that asks for a retry has its own row before it wants the queue's
    perform from howdah_stream.subscriber
      where sub_queue = (select queue_id from pgque.queue where queue_name = x_queue_name)
      order by sub_no for update;
    select queue_id into v_id from pgque.queue where queue_name = x_queue_name for update;
    if not found then
        raise exception 'No such event queue';
    end if;
    if not x_force and exists (select from howdah_stream.subscriber where sub_queue = v_id) then
        raise exception 'cannot drop queue, consumers still attached';
    end if;
    delete from howdah_stream.position
     using howdah_stream.subscriber
     where pos_sub = sub_no and sub_queue = v_id;
    delete from howdah_stream.subscriber where sub_queue = v_id;
    perform howdah_stream.drop_event_tables(v_id);
    delete from pgque.tick where tick_queue = v_id;
    delete from pgque.queue where queue_id = v_id;
    return 1;
end
$$;

create or replace function pgque.drop_queue(x_queue_name text) returns int
language sql as $$
    select pgque.drop_queue(x_queue_name, false)
$$;

-- Sets one of a queue's parameters: 1. Null sets its default. Errors: no such queue; no such parameter; out of range.
create or replace function pgque.set_queue_config(x_queue_name text, x_param_name text, x_param_value text) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_column text := case when x_param_name in ('ticker_max_count', 'ticker_max_lag', 'ticker_idle_period',
        'ticker_paused', 'rotation_period', 'external_ticker', 'max_retries', 'batch_max_count')
        then 'queue_' || x_param_name end;
    v_least text := case x_param_name when 'max_retries' then '>= 0' else '> 0' end;
    v_bad bool := false;
begin
    perform from pgque.queue where queue_name = x_queue_name;
    if not found then
        raise exception 'No such event queue';
    elsif v_column is null then
        raise exception 'cannot change parameter "%"', x_param_name;
    end if;
    begin
        if x_param_name in ('ticker_max_count', 'batch_max_count') then
            v_bad := x_param_value::int <= 0;
        elsif x_param_name = 'max_retries' then
            v_bad := x_param_value::int < 0;
        elsif x_param_name in ('ticker_max_lag', 'ticker_idle_period', 'rotation_period') then
            v_bad := x_param_value::interval <= interval '0';
        else
            perform x_param_value::bool;
        end if;
    exception when data_exception then
        raise exception 'set_queue_config: % can''t be %', x_param_name, quote_literal(x_param_value)
            using errcode = 'invalid_parameter_value',
                  hint = case when x_param_name like '%count' or x_param_name = 'max_retries' then 'It is a whole number.'
                              when x_param_name in ('ticker_paused', 'external_ticker') then 'It is true or false.'
                              else 'It is an interval, for example ''3 seconds''.' end;
    end;
    if v_bad then
        raise exception 'set_queue_config: % must be %, got %', x_param_name, v_least, x_param_value
            using errcode = 'invalid_parameter_value';
    end if;
    execute format('update pgque.queue set %I = %s where queue_name = %L',
        v_column, coalesce(quote_literal(x_param_value), 'default'), x_queue_name);
    perform pg_notify('howdah_stream', x_queue_name); -- a ticker that was paused has something to look at
    return 1;
end
$$;

create or replace function howdah_stream.tune_storage(i_queue text) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_id int := (select queue_id from pgque.queue where queue_name = i_queue);
begin
    if v_id is null then
        raise exception 'No such event queue';
    end if;
    for nr in 0..2 loop
        execute format('alter table %s set (fillfactor = 100, autovacuum_enabled = off, toast.autovacuum_enabled = off)',
            howdah_stream.event_table_name(v_id, nr));
    end loop;
    return 1;
end
$$;

-- How event tables are kept: never vacuumed, as no row of theirs is ever updated or deleted. Always 1.
create or replace function pgque.tune_storage(i_queue_name text) returns int
language sql as $$
    select howdah_stream.tune_storage(i_queue_name)
$$;

-- Who may do what with a queue's tables: readers read, admins and PgQ's writers COPY. No more than that. Always 1.
create or replace function pgque.grant_perms(x_queue_name text) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_id int := (select queue_id from pgque.queue where queue_name = x_queue_name);
    v_tables text;
begin
    if v_id is null then
        raise exception 'No such event queue';
    end if;
    v_tables := 'pgque.event_' || v_id || (
        select string_agg(', ' || howdah_stream.event_table_name(v_id, nr), '') from generate_series(0, 2) nr);
    -- also what default privileges have given
    execute format('revoke all on %s from public', v_tables);
    execute format('revoke all on sequence pgque.event_%1$s_id_seq, pgque.event_%1$s_tick_seq from public', v_id);
    execute format('grant select on %s to pgque_reader, pgq_reader', v_tables);
    execute format('grant insert on %s to pgque_admin, pgq_writer', v_tables);
    execute format('grant usage on sequence pgque.event_%s_id_seq to pgque_admin, pgq_writer', v_id);
    execute format('revoke all on function howdah_stream.insert_%1$s(text, text, text, text, text, text), '
        'howdah_stream.insert_many_%1$s(text[], text[], text[], text[], text[], text[]) from public', v_id);
    execute format('grant execute on function howdah_stream.insert_%1$s(text, text, text, text, text, text), '
        'howdah_stream.insert_many_%1$s(text[], text[], text[], text[], text[], text[]) to pgque_writer, pgq_writer', v_id);
    execute format('revoke all on function '
        'howdah_stream.read_%s(int[], xid8, xid8, pg_snapshot, xid8[], int, int, int) from public', v_id);
    execute format('grant execute on function '
        'howdah_stream.read_%s(int[], xid8, xid8, pg_snapshot, xid8[], int, int, int) to pgque_reader', v_id);
    return 1;
end
$$;
