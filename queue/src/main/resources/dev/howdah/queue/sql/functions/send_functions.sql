-- A queue's own functions that write into its line. Static SQL is planned once a session; a segment's name in a variable
-- would be planned for each message. So these are written, with the queue's defaults in them, and are executed with the
-- rights of the installation: who may call them may send, and needs no right on a table.

create or replace function howdah_queue.create_queue_functions(i_queue_id int) returns void
language plpgsql as $$
begin
    perform howdah_queue.create_send_functions(i_queue_id);
    perform howdah_queue.create_take_function(i_queue_id);
    perform howdah_queue.create_take_id_function(i_queue_id);
    perform howdah_queue.create_keep_functions(i_queue_id);
    perform howdah_queue.share_access(i_queue_id);
end
$$;

-- Workers that sleep are told of a message, once a transaction; others look by themselves. The sleeping one has the
-- queue's lock, so a writer can't share it, and notifies; else the writer keeps its share until it ends, and so long
-- nobody goes to sleep. The same protocol as the streams'.
create or replace function howdah_queue.announce(i_queue_id int) returns void
language plpgsql as $$
begin
    if not pg_try_advisory_xact_lock_shared(1752131957, i_queue_id) then
        perform pg_notify('howdah_queue', i_queue_id::text);
    end if;
end
$$;

create or replace function howdah_queue.check_message(
    i_body jsonb, i_body_xml xml, i_priority int, i_properties jsonb, i_retries int, i_retrydelay int) returns void
language plpgsql as $$
begin
    if i_body is null and i_body_xml is null then
        raise exception 'a message needs a body, this one is null' using errcode = 'null_value_not_allowed';
    elsif i_body is not null and i_body_xml is not null then
        raise exception 'a message has a jsonb body or an xml body, not both' using errcode = 'invalid_parameter_value';
    elsif i_priority is null then
        raise exception 'a message needs a priority, this one''s is null' using errcode = 'null_value_not_allowed';
    elsif i_properties is null or jsonb_typeof(i_properties) <> 'object' then
        raise exception 'a message''s properties are a JSON object, got %', coalesce(i_properties::text, 'null')
            using errcode = 'invalid_parameter_value';
    elsif i_retries < 0 then
        raise exception 'a message''s retries can''t be negative, got %', i_retries using errcode = 'invalid_parameter_value';
    elsif i_retrydelay < 0 then
        raise exception 'a message''s retry delay can''t be negative, got %', i_retrydelay
            using errcode = 'invalid_parameter_value';
    end if;
end
$$;

-- send_N(…) one message, its id; send_many_N(…) the same as arrays, the ids in their order; put_N(message) a message that
-- was there before, as it is. retries and retrydelay null: the queue's defaults.
create or replace function howdah_queue.create_send_functions(i_queue_id int) returns void
language plpgsql as $create$
declare
    v_id text := i_queue_id;
    v_queue record;
    -- into the current segment: what follows "insert into segment" is the same for each of them
    v_one text := howdah_queue.for_current_segment(i_queue_id, $sql$
        insert into %s (msgid, enqueue_time, priority, retries, retrydelay, attempts, body, body_xml, properties)
        values (v_msgid, now(), i_priority, coalesce(i_retries, {retries}), coalesce(i_retrydelay, {retrydelay}), 0,
                i_body, i_body_xml, i_properties);$sql$);
    v_many text := howdah_queue.for_current_segment(i_queue_id, $sql$
        insert into %s (msgid, enqueue_time, priority, retries, retrydelay, attempts, body, body_xml, properties)
        select v_msgids[m.place], now(), m.priority, coalesce(m.retries, {retries}),
               coalesce(m.retrydelay, {retrydelay}), 0, m.body, m.body_xml, coalesce(m.properties, '{}')
          from unnest(i_bodies, i_bodies_xml, i_priorities, i_properties, i_retries, i_retrydelays, i_enable_times)
               with ordinality as m (body, body_xml, priority, properties, retries, retrydelay, enable_time, place)
         where m.enable_time is null or m.enable_time <= now();$sql$);
    v_put text := howdah_queue.for_current_segment(i_queue_id, $sql$
        insert into %s select (i_message).*;$sql$);
begin
    select * into v_queue from pgpro_queue_data.queues where queue_id = i_queue_id;
    execute howdah_queue.filled($sql$
        create or replace function pgpro_queue_data.send_{id}(
            i_body jsonb, i_body_xml xml, i_priority int, i_properties jsonb, i_retries int, i_retrydelay int,
            i_enable_time timestamptz) returns bigint
        language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
        declare
            v_msgid bigint := nextval('pgpro_queue_data.msgid_{id}');
        begin
            if (i_body is null) = (i_body_xml is null) or i_priority is null or i_retries < 0 or i_retrydelay < 0
                    or coalesce(jsonb_typeof(i_properties), 'null') <> 'object' then
                perform howdah_queue.check_message(i_body, i_body_xml, i_priority, i_properties, i_retries, i_retrydelay);
            end if;
            if i_enable_time > now() then
                insert into pgpro_queue_data.waiting (queue_id, due, msgid, enqueue_time, priority, retries, retrydelay,
                    attempts, body, body_xml, properties)
                values ({id}, i_enable_time, v_msgid, now(), i_priority, coalesce(i_retries, {retries}),
                    coalesce(i_retrydelay, {retrydelay}), 0, i_body, i_body_xml, i_properties);
                return v_msgid;
            end if;
            if not pg_try_advisory_xact_lock_shared(1752131957, {id}) then
                perform pg_notify('howdah_queue', '{id}');
            end if;
            {insert}
            return v_msgid;
        end
        $$ $sql$, 'insert', v_one, 'id', v_id, 'retries', v_queue.queue_retries::text,
        'retrydelay', v_queue.queue_retry_delay::text);

    execute howdah_queue.filled($sql$
        create or replace function pgpro_queue_data.send_many_{id}(
            i_bodies jsonb[], i_bodies_xml xml[], i_priorities int[], i_properties jsonb[], i_retries int[],
            i_retrydelays int[], i_enable_times timestamptz[]) returns bigint[]
        language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
        declare
            v_msgids bigint[] := array(
                select nextval('pgpro_queue_data.msgid_{id}')
                  from generate_series(1, greatest(cardinality(i_bodies), cardinality(i_bodies_xml))));
        begin
            perform howdah_queue.check_message(m.body, m.body_xml, m.priority, m.properties, m.retries, m.retrydelay)
               from unnest(i_bodies, i_bodies_xml, i_priorities, i_properties, i_retries, i_retrydelays)
                    as m (body, body_xml, priority, properties, retries, retrydelay)
              where (m.body is null) = (m.body_xml is null) or m.priority is null or m.retries < 0 or m.retrydelay < 0
                 or coalesce(jsonb_typeof(m.properties), 'null') <> 'object';
            if exists (select from unnest(i_enable_times) t where t > now()) then
                insert into pgpro_queue_data.waiting (queue_id, due, msgid, enqueue_time, priority, retries, retrydelay,
                    attempts, body, body_xml, properties)
                select {id}, m.enable_time, v_msgids[m.place], now(), m.priority, coalesce(m.retries, {retries}),
                       coalesce(m.retrydelay, {retrydelay}), 0, m.body, m.body_xml, m.properties
                  from unnest(i_bodies, i_bodies_xml, i_priorities, i_properties, i_retries, i_retrydelays, i_enable_times)
                       with ordinality as m (body, body_xml, priority, properties, retries, retrydelay, enable_time, place)
                 where m.enable_time > now();
            end if;
            perform howdah_queue.announce({id});
            {insert}
            return v_msgids;
        end
        $$ $sql$, 'insert', v_many, 'id', v_id, 'retries', v_queue.queue_retries::text,
        'retrydelay', v_queue.queue_retry_delay::text);

    execute howdah_queue.filled($sql$
        create or replace function pgpro_queue_data.put_{id}(i_message howdah_queue.message) returns void
        language plpgsql as $$
        begin
            perform howdah_queue.announce({id});
            {insert}
        end
        $$ $sql$, 'insert', v_put, 'id', v_id);
    execute format('revoke all on function pgpro_queue_data.put_%s(howdah_queue.message) from public', v_id);
    execute format('revoke all on function pgpro_queue_data.send_%1$s(jsonb, xml, int, jsonb, int, int, timestamptz), '
        'pgpro_queue_data.send_many_%1$s(jsonb[], xml[], int[], jsonb[], int[], int[], timestamptz[]) from public', v_id);
end
$create$;

-- A PL/pgSQL case that runs i_statement, with %s the table's name, for the segment that is current.
create or replace function howdah_queue.for_current_segment(i_queue_id int, i_statement text)
returns text
language plpgsql as $$
begin
    return format('case pg_sequence_last_value(''pgpro_queue_data.line_%s''::regclass) & 255', i_queue_id)
        || (select string_agg(format(' when %s then ', nr)
                || format(i_statement, howdah_queue.segment_name(i_queue_id, nr)), '' order by nr)
              from pgpro_queue_data.queues, generate_series(0, queue_segments - 1) nr
             where queue_id = i_queue_id)
        || ' end case;';
end
$$;
