-- Dead letters: events that a consumer has given up. They stay until they are replayed or purged.

-- Sets an event aside for this consumer: 1; 0 if it is already.
create or replace function howdah_stream.bury(
    i_sub howdah_stream.subscriber, i_event pgque.event_template, i_reason text) returns int
language plpgsql as $$
begin
    insert into pgque.dead_letter (dl_queue_id, dl_consumer_id, dl_reason, ev_id, ev_time, ev_txid, ev_retry, ev_type,
                                   ev_data, ev_extra1, ev_extra2, ev_extra3, ev_extra4)
    select i_sub.sub_queue, g.sub_consumer, i_reason, i_event.ev_id, i_event.ev_time, i_event.ev_txid,
           i_event.ev_retry, i_event.ev_type, i_event.ev_data,
           i_event.ev_extra1, i_event.ev_extra2, i_event.ev_extra3, i_event.ev_extra4
      from howdah_stream.subscriber g -- a member's dead letters are its group's
     where g.sub_no = i_sub.sub_id
        on conflict do nothing;
    return case when found then 1 else 0 end;
end
$$;

-- Sets aside an event, given in full, of an open batch: 1; 0 if it is already. Errors: the batch is not open.
create or replace function pgque.event_dead(
    i_batch_id bigint, i_event_id bigint, i_reason text, i_ev_time timestamptz, i_ev_txid xid8, i_ev_retry int,
    i_ev_type text, i_ev_data text, i_ev_extra1 text default null, i_ev_extra2 text default null,
    i_ev_extra3 text default null, i_ev_extra4 text default null) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_pos howdah_stream.position := howdah_stream.lock_batch(i_batch_id);
    v_sub howdah_stream.subscriber;
begin
    if v_pos.pos_sub is null then
        raise exception 'batch not found: %', i_batch_id;
    end if;
    select * into v_sub from howdah_stream.subscriber where sub_no = v_pos.pos_sub;
    return howdah_stream.bury(v_sub, row(i_event_id, i_ev_time, i_ev_txid, null, i_ev_retry, i_ev_type, i_ev_data,
        i_ev_extra1, i_ev_extra2, i_ev_extra3, i_ev_extra4)::pgque.event_template, i_reason);
end
$$;

-- Sets aside an event of an open batch, by its id: 1; 0 if it is already. Errors: the batch is not open, or does not have it.
create or replace function howdah_stream.fail_event(i_batch_id bigint, i_event_id bigint, i_reason text) returns int
language plpgsql as $$
declare
    v_pos howdah_stream.position := howdah_stream.lock_batch(i_batch_id);
    v_event pgque.event_template;
    v_sub howdah_stream.subscriber;
begin
    if v_pos.pos_sub is not null then
        v_event := howdah_stream.batch_event(v_pos, i_event_id);
    end if;
    if v_event.ev_id is null then
        raise exception 'event not found';
    end if;
    select * into v_sub from howdah_stream.subscriber where sub_no = v_pos.pos_sub;
    return howdah_stream.bury(v_sub, v_event, i_reason);
end
$$;

-- One consumer's dead letters, also when it is not registered any more. Errors: no such queue.
create or replace function howdah_stream.failed_events(i_queue text, i_consumer text) returns setof pgque.dead_letter
language plpgsql stable as $$
begin
    return query
        select d.*
          from pgque.dead_letter d
          join pgq.consumer on co_id = d.dl_consumer_id
         where d.dl_queue_id = howdah_stream.queue_to_write(i_queue) and co_name = i_consumer;
end
$$;

-- The one of them that has this event: its dl_id. Errors: no such queue; it has none.
create or replace function howdah_stream.failed_event(i_queue text, i_consumer text, i_event_id bigint) returns bigint
language plpgsql stable as $$
declare
    v_id bigint := (select dl_id from howdah_stream.failed_events(i_queue, i_consumer) where ev_id = i_event_id);
begin
    if v_id is null then
        raise exception 'event not found';
    end if;
    return v_id;
end
$$;

-- A queue's dead letters, the newest first. Errors: no such queue.
create or replace function pgque.dlq_inspect(i_queue_name text, i_limit_count int default 100)
returns setof pgque.dead_letter
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    return query
        select * from pgque.dead_letter
         where dl_queue_id = howdah_stream.queue_to_write(i_queue_name)
         order by dl_id desc limit i_limit_count;
end
$$;

-- Sends a dead letter again, as a new event for the consumer that gave it up, its retries counted from none: the new
-- event's id. Errors: no such entry; that consumer is not registered any more.
create or replace function pgque.dlq_replay(i_dead_letter_id bigint) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_dead pgque.dead_letter;
    v_sub int;
    v_id bigint;
begin
    delete from pgque.dead_letter where dl_id = i_dead_letter_id returning * into v_dead;
    if not found then
        raise exception 'dead letter entry not found: %', i_dead_letter_id;
    end if;
    select sub_id into v_sub
      from howdah_stream.subscriber
     where sub_queue = v_dead.dl_queue_id and sub_consumer = v_dead.dl_consumer_id;
    if not found then
        raise exception 'dead letter %: its consumer % is not registered any more', i_dead_letter_id,
            (select co_name from pgq.consumer where co_id = v_dead.dl_consumer_id);
    end if;
    select nextval(queue_event_seq::regclass) into v_id from pgque.queue where queue_id = v_dead.dl_queue_id;
    perform howdah_stream.insert_raw(v_dead.dl_queue_id, array[row(v_id, v_dead.ev_time, null, v_sub, null,
        v_dead.ev_type, v_dead.ev_data, v_dead.ev_extra1, v_dead.ev_extra2, v_dead.ev_extra3, v_dead.ev_extra4
    )::pgque.event_template]);
    return v_id;
end
$$;

-- Sends all dead letters of a queue again, the oldest first; one that can't be is counted, and stays. Errors: no such queue.
create or replace function pgque.dlq_replay_all(
    i_queue_name text, out replayed bigint, out failed bigint, out first_error text)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_id bigint;
begin
    replayed := 0;
    failed := 0;
    for v_id in
        select dl_id from pgque.dead_letter
         where dl_queue_id = howdah_stream.queue_to_write(i_queue_name)
         order by dl_id
    loop
        begin
            perform pgque.dlq_replay(v_id);
            replayed := replayed + 1;
        exception when others then
            failed := failed + 1;
            first_error := coalesce(first_error, sqlerrm);
        end;
    end loop;
end
$$;

-- Removes a queue's dead letters that are older: how many. Errors: no such queue.
create or replace function pgque.dlq_purge(i_queue_name text, i_older_than interval default '30 days') returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_count int;
begin
    delete from pgque.dead_letter
     where dl_queue_id = howdah_stream.queue_to_write(i_queue_name) and dl_time <= clock_timestamp() - i_older_than;
    get diagnostics v_count = row_count;
    return v_count;
end
$$;
