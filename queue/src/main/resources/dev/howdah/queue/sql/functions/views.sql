-- What there is, for people and for the tools: views in pgpro_queue_data, readable by everybody but for the messages.

create or replace function howdah_queue.create_views() returns void
language plpgsql as $$
begin
    create or replace view pgpro_queue_data.queue_list as
        select q.queue_id, q.queue_name, q.queue_type, q.queue_owner::text as queue_owner, d.queue_name as queue_dlq,
               q.queue_retries, q.queue_retry_delay, q.queue_backoff, q.queue_backoff_max, q.queue_created,
               c.callback, c.callback_problem
          from pgpro_queue_data.queues q
          left join pgpro_queue_data.queues d on d.queue_id = q.queue_dlq
          left join pgpro_queue_data.callbacks c on c.queue_id = q.queue_id;

    create or replace view pgpro_queue_data.exchange_list as
        select e.exchange_id, e.exchange_name, e.exchange_type, e.exchange_owner::text as exchange_owner,
               e.exchange_refuses_unroutable,
               -- those of publishers that rolled back included
               coalesce(pg_sequence_last_value(('pgpro_queue_data.unroutable_' || e.exchange_id)::regclass), 0) as unroutable
          from pgpro_queue_data.exchanges e;

    create or replace view pgpro_queue_data.binding_list as
        select e.exchange_name, q.queue_name, nullif(b.binding_key, '') as binding_key
          from pgpro_queue_data.bindings b
          join pgpro_queue_data.exchanges e using (exchange_id)
          join pgpro_queue_data.queues q using (queue_id);
end
$$;

-- How many messages of a queue can be read or are being read, wait, and are dead; and since when the first one of those
-- in line has been there.
create or replace function howdah_queue.queue_counts(
    i_queue name, out ready bigint, out waiting bigint, out dead bigint, out oldest timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_id int := howdah_queue.queue_id(i_queue);
begin
    execute format('select count(*), min(enqueue_time) from pgpro_queue_data.%I', howdah_queue.table_name(i_queue))
       into ready, oldest;
    select count(*) into waiting from pgpro_queue_data.waiting where queue_id = v_id;
    select count(*) into dead from pgpro_queue_data.dead where queue_id = v_id;
end
$$;

-- The next messages of a queue without reading them, those that wait last. state: ready, reading, retry (a failed reading
-- not yet counted), waiting. Errors: no such queue; no access.
create or replace function howdah_queue.peek(i_queue name, i_max int)
returns table (state text, due timestamptz, msgid bigint, enqueue_time timestamptz, priority int, retries int,
    retrydelay int, attempts int, body jsonb, body_xml xml, properties jsonb, history jsonb)
language plpgsql as $$
begin
    perform howdah_queue.queue_to(i_queue, 'delete');
    return query select * from howdah_queue.list_messages(current_user, i_queue, i_max);
end
$$;

create or replace function howdah_queue.list_messages(i_role name, i_queue name, i_max int)
returns table (state text, due timestamptz, msgid bigint, enqueue_time timestamptz, priority int, retries int,
    retrydelay int, attempts int, body jsonb, body_xml xml, properties jsonb, history jsonb)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_id int := howdah_queue.dead_letters_of(i_role, i_queue);
    v_near bigint := howdah_queue.near_xid();
    v_count int;
begin
    return query execute format($sql$
        select case when s.xmax = '0' or howdah_queue.is_free(s.xmax, $2) then 'ready'
                    when howdah_queue.is_failed(s.xmax, $2) then 'retry' else 'reading' end,
               null::timestamptz, s.*
          from pgpro_queue_data.%I s order by s.priority, s.msgid limit $1
        $sql$, howdah_queue.table_name(i_queue)) using i_max, v_near;
    get diagnostics v_count = row_count;
    return query
        select 'waiting', w.due, w.msgid, w.enqueue_time, w.priority, w.retries, w.retrydelay, w.attempts, w.body,
               w.body_xml, w.properties, w.history
          from pgpro_queue_data.waiting w where w.queue_id = v_id order by w.due limit i_max - v_count;
end
$$;
