-- PgQue's way to read: messages, at most so many, and one ack for all that were received.

-- Messages of the open batch, or of the next one. Empty: there are none. If there are more than i_max_return, the batch
-- ends with the last one given, so that its ack leaves the rest to be received. At least once: without an ack the same
-- messages come again. Errors: not registered; a cooperative consumer or a partition slot; i_max_return below 1.
create or replace function pgque.receive(i_queue text, i_consumer text, i_max_return int default 100)
returns setof pgque.message
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    return query
        select * from howdah_stream.receive(howdah_stream.lone_subscriber(i_queue, i_consumer), i_max_return);
end
$$;

-- i_dead: for a member of a cooperative consumer, as in receive_coop.
create or replace function howdah_stream.receive(
    i_sub howdah_stream.subscriber, i_max int, i_dead interval default null)
returns setof pgque.message
language plpgsql as $$
declare
    v_pos howdah_stream.position;
    v_event pgque.event_template;
    v_given int;
    v_last bigint;
begin
    if i_max is null or i_max < 1 then
        raise exception 'max_return must be >= 1' using errcode = 'invalid_parameter_value';
    end if;
    loop
        if i_sub.sub_role = 'coop_member' then
            v_pos := howdah_stream.next_part(i_sub, i_dead, i_newest => true, i_max => i_max);
        else
            v_pos := howdah_stream.next_batch(i_sub, i_newest => true);
        end if;
        if v_pos.pos_batch is null then
            return;
        end if;
        v_given := 0;
        for v_event in select * from howdah_stream.batch_events(v_pos, i_max + 1) loop
            -- one id twice, written by hand: both or none
            if v_given >= i_max and v_event.ev_id <> v_last then
                perform howdah_stream.narrow(v_pos.pos_batch, v_last);
                return;
            end if;
            return next howdah_stream.message(v_pos.pos_batch, v_event);
            v_given := v_given + 1;
            v_last := v_event.ev_id;
        end loop;
        if v_given > i_max then
            perform howdah_stream.narrow(v_pos.pos_batch, v_last); -- as many as were read, and there may be more
        end if;
        if v_given > 0 then
            return;
        end if;
        perform pgque.finish_batch(v_pos.pos_batch); -- nothing in it: the next one
    end loop;
end
$$;

-- Ends an open batch earlier, with this event.
create or replace function howdah_stream.narrow(i_batch bigint, i_end bigint) returns void
language plpgsql as $$
declare
    v_pos howdah_stream.position := howdah_stream.lock_batch(i_batch);
begin
    if v_pos.pos_sub is null then
        raise exception 'batch not found: %', i_batch;
    end if;
    v_pos.pos_batch_end := least(v_pos.pos_batch_end, i_end);
    perform howdah_stream.move(v_pos);
end
$$;

create or replace function howdah_stream.message(i_batch bigint, i_event pgque.event_template) returns pgque.message
language sql immutable as $$
    select row(i_event.ev_id, i_batch, i_event.ev_type, i_event.ev_data, i_event.ev_retry, i_event.ev_time,
               i_event.ev_extra1, i_event.ev_extra2, i_event.ev_extra3, i_event.ev_extra4)::pgque.message
$$;

-- All messages received of this batch are done: 1; 0 if it is not open any more.
create or replace function pgque.ack(i_batch_id bigint) returns int
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select pgque.finish_batch(i_batch_id)
$$;

-- Not done: the message comes again, to this consumer, no sooner than after i_retry_after; one that has been given
-- max_retries times before (default 5) becomes a dead letter, once. Always 1; the batch still wants its ack. Looks at
-- i_msg's id alone, and finds the event by it, however large the batch. Errors: not an open batch; not in it.
create or replace function pgque.nack(
    i_batch_id bigint, i_msg pgque.message, i_retry_after interval default '60 s', i_reason text default null)
returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_pos howdah_stream.position := howdah_stream.lock_batch(i_batch_id);
    v_event pgque.event_template;
    v_sub howdah_stream.subscriber;
begin
    if v_pos.pos_sub is null then
        raise exception 'batch not found: %', i_batch_id;
    end if;
    v_event := howdah_stream.batch_event(v_pos, (i_msg).msg_id);
    if v_event.ev_id is null then
        raise exception 'msg_id % not found in batch %', (i_msg).msg_id, i_batch_id;
    end if;
    select * into v_sub from howdah_stream.subscriber where sub_no = v_pos.pos_sub;
    perform howdah_stream.retry_or_bury(v_sub, v_event, now() + coalesce(i_retry_after, interval '60 s'), i_reason);
    return 1;
end
$$;
