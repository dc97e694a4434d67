-- Retries: an event waits outside the event tables, then comes back to the one consumer that asked for it.

-- Puts an event in line: 1; 0 if it is there already.
create or replace function howdah_stream.retry(
    i_sub howdah_stream.subscriber, i_event pgque.event_template, i_after timestamptz) returns int
language plpgsql as $$
begin
    insert into pgque.retry_queue
    values (i_after, i_sub.sub_queue, i_event.ev_id, i_event.ev_time, i_event.ev_txid, i_sub.sub_id,
            coalesce(i_event.ev_retry, 0) + 1, i_event.ev_type, i_event.ev_data,
            i_event.ev_extra1, i_event.ev_extra2, i_event.ev_extra3, i_event.ev_extra4)
    on conflict do nothing;
    return case when found then 1 else 0 end;
end
$$;

-- Retried until its queue's max_retries (5 if not set), then a dead letter.
create or replace function howdah_stream.retry_or_bury(
    i_sub howdah_stream.subscriber, i_event pgque.event_template, i_after timestamptz, i_reason text) returns int
language plpgsql as $$
declare
    v_most int := (select coalesce(queue_max_retries, 5) from pgque.queue where queue_id = i_sub.sub_queue);
begin
    if coalesce(i_event.ev_retry, 0) < v_most then
        return howdah_stream.retry(i_sub, i_event, i_after);
    end if;
    return howdah_stream.bury(i_sub, i_event, coalesce(i_reason, 'max retries exceeded'));
end
$$;

-- The event comes again at x_retry_time: 1; 0 if it will already. Errors: the batch is not open, or does not have it.
create or replace function pgque.event_retry(x_batch_id bigint, x_event_id bigint, x_retry_time timestamptz) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_pos howdah_stream.position := howdah_stream.lock_batch(x_batch_id);
    v_event pgque.event_template;
    v_sub howdah_stream.subscriber;
begin
    if v_pos.pos_sub is not null then
        v_event := howdah_stream.batch_event(v_pos, x_event_id);
    end if;
    if v_event.ev_id is null then
        raise exception 'event not found';
    end if;
    select * into v_sub from howdah_stream.subscriber where sub_no = v_pos.pos_sub;
    return howdah_stream.retry(v_sub, v_event, x_retry_time);
end
$$;

create or replace function pgque.event_retry(x_batch_id bigint, x_event_id bigint, x_retry_seconds int) returns int
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select pgque.event_retry(x_batch_id, x_event_id, now() + x_retry_seconds * interval '1 second')
$$;

-- All events of the batch come again: how many were not in line yet. Errors: the batch is not open.
create or replace function pgque.batch_retry(i_batch_id bigint, i_retry_seconds int) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_pos howdah_stream.position := howdah_stream.lock_batch(i_batch_id);
    v_sub howdah_stream.subscriber;
    v_count int;
begin
    if v_pos.pos_sub is null then
        raise exception 'batch_retry: batch % not found', i_batch_id;
    end if;
    select * into v_sub from howdah_stream.subscriber where sub_no = v_pos.pos_sub;
    insert into pgque.retry_queue
    select now() + i_retry_seconds * interval '1 second', v_sub.sub_queue, ev_id, ev_time, ev_txid, v_sub.sub_id,
           coalesce(ev_retry, 0) + 1, ev_type, ev_data, ev_extra1, ev_extra2, ev_extra3, ev_extra4
      from howdah_stream.batch_events(v_pos)
        on conflict do nothing;
    get diagnostics v_count = row_count;
    return v_count;
end
$$;

-- Puts an event in line for a consumer, as it is given; gives its id, a new one if null. Errors: not registered.
create or replace function pgque.event_retry_raw(
    x_queue text, x_consumer text, x_retry_after timestamptz, x_ev_id bigint, x_ev_time timestamptz, x_ev_retry int,
    x_ev_type text, x_ev_data text, x_ev_extra1 text, x_ev_extra2 text, x_ev_extra3 text, x_ev_extra4 text)
returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_sub howdah_stream.subscriber := howdah_stream.subscriber(x_queue, x_consumer);
    v_id bigint := coalesce(x_ev_id,
        (select nextval(queue_event_seq::regclass) from pgque.queue where queue_id = v_sub.sub_queue));
begin
    insert into pgque.retry_queue
    values (x_retry_after, v_sub.sub_queue, v_id, coalesce(x_ev_time, now()), null, v_sub.sub_id, x_ev_retry,
            x_ev_type, x_ev_data, x_ev_extra1, x_ev_extra2, x_ev_extra3, x_ev_extra4);
    return v_id;
end
$$;

create or replace function howdah_stream.retry_round() returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_queue int;
    v_events pgque.event_template[];
    v_count int := 0;
begin
    for v_queue, v_events in
        with due as (
            select ev_owner, ev_id from pgque.retry_queue
             where ev_retry_after <= clock_timestamp()
             order by ev_retry_after
             limit 10000
               for update skip locked
        ), moved as (
            delete from pgque.retry_queue r using due d
             where r.ev_owner = d.ev_owner and r.ev_id = d.ev_id
            returning r.*
        )
        select ev_queue, array_agg(row(ev_id, ev_time, null, ev_owner, ev_retry, ev_type, ev_data, ev_extra1, ev_extra2,
                                       ev_extra3, ev_extra4)::pgque.event_template)
          from moved group by ev_queue
    loop
        v_count := v_count + howdah_stream.insert_raw(v_queue, v_events);
    end loop;
    return v_count;
end
$$;

-- Moves retries that are due back into their queues, up to 10,000 a call: how many. Call it until it gives 0.
create or replace function pgque.maint_retry_events() returns int
language sql as $$
    select howdah_stream.retry_round()
$$;
