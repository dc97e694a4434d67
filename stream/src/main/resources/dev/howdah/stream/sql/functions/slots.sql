-- Partition slots: a consumer's events split by key into n slots, each read by one worker at a time, so that a key's
-- events are handled in order. Slot k of n is a consumer of its own, `consumer#k/n`, with a lease on its position. Each time the
-- slot goes from one worker to the next its epoch grows and its open batch gets a fresh id: the old one can no longer
-- settle anything, by any call. Order holds within a key except across a retry.

-- Errors: not subscribed; i_n, unless null, is not the consumer's n.
create or replace function howdah_stream.slot_subscriber(
    i_queue text, i_consumer text, i_slot int, i_n int default null) returns howdah_stream.subscriber
language plpgsql stable as $$
declare
    v_sub howdah_stream.subscriber;
begin
    select s.* into v_sub
      from pgque.queue q
      join howdah_stream.subscriber s on s.sub_queue = q.queue_id
      join pgq.consumer c on c.co_id = s.sub_consumer
     where q.queue_name = i_queue and s.sub_slot = i_slot
       and c.co_name = howdah_stream.slot_name(i_consumer, s.sub_slot, s.sub_slots);
    if not found then
        raise exception 'Not subscriber to queue: %/%, slot %', i_queue, i_consumer, i_slot;
    elsif i_n <> v_sub.sub_slots then
        raise exception 'consumer %/% has % partition slots, not %', i_queue, i_consumer, v_sub.sub_slots, i_n;
    end if;
    return v_sub;
end
$$;

create or replace function howdah_stream.slot_name(i_consumer text, i_slot int, i_slots int) returns text
language sql immutable as $$
    select i_consumer || '#' || i_slot || '/' || i_slots
$$;

-- Subscribes slot i_slot (from 0) of i_n; there already: nothing happens. It gets the events that are committed after
-- this call, so subscribe all n before the first event. Errors: no such queue; no such slot; another n than the other slots'.
create or replace function pgque.subscribe_slot(i_queue text, i_consumer text, i_slot int, i_n int) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_n int;
begin
    if i_consumer is null or i_consumer = '' or i_consumer like '%#%' then
        raise exception 'a consumer''s name is not empty and has no "#", which is for partition slots: %', i_consumer
            using errcode = 'invalid_name';
    elsif i_n is null or i_slot is null or i_n < 1 or i_slot < 0 or i_slot >= i_n then
        raise exception 'a slot is one of 0 to n - 1, and n >= 1: got slot % of %', i_slot, i_n
            using errcode = 'invalid_parameter_value';
    end if;
    -- as register() does: of two sessions with different n, the second finds the first one's slot
    perform from pgque.queue where queue_name = i_queue for no key update;
    select s.sub_slots into v_n
      from pgque.queue q
      join howdah_stream.subscriber s on s.sub_queue = q.queue_id
      join pgq.consumer c on c.co_id = s.sub_consumer
     where q.queue_name = i_queue and s.sub_slots <> i_n
       and c.co_name = howdah_stream.slot_name(i_consumer, s.sub_slot, s.sub_slots)
     limit 1;
    if found then
        raise exception 'consumer %/% has % partition slots, not %: unsubscribe them before it can have another number',
            i_queue, i_consumer, v_n, i_n;
    end if;
    perform howdah_stream.register(i_queue, howdah_stream.slot_name(i_consumer, i_slot, i_n), null, i_slot, i_n);
end
$$;

-- Also while it is leased. Its retries go with it. Not subscribed: nothing happens.
create or replace function pgque.unsubscribe_slot(i_queue text, i_consumer text, i_slot int) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform pgque.unregister_consumer(i_queue, howdah_stream.slot_name(i_consumer, i_slot, s.sub_slots))
       from (select distinct sub_slots from howdah_stream.subscriber where sub_slot = i_slot) s;
end
$$;

-- Takes a slot for i_ttl, or renews it: the epoch, which is another one each time the slot changes hands or its lease has
-- run out. Null while another worker's lease runs, or another session is about to have it: never waits for others.
-- Errors: not subscribed.
create or replace function pgque.claim_slot(
    i_queue text, i_consumer text, i_slot int, i_worker text, i_ttl interval default '30 s') returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_sub howdah_stream.subscriber := howdah_stream.slot_subscriber(i_queue, i_consumer, i_slot);
    v_pos howdah_stream.position := howdah_stream.position(v_sub.sub_no);
begin
    if i_worker is null or i_worker = '' then
        raise exception 'a worker needs a name' using errcode = 'invalid_name';
    elsif i_ttl is null or i_ttl <= interval '0' or not isfinite(i_ttl) then
        raise exception 'a lease''s ttl must be > 0, got %', coalesce(i_ttl::text, 'null')
            using errcode = 'invalid_parameter_value';
    end if;
    if v_pos.pos_lease_owner is distinct from i_worker then
        if v_pos.pos_lease_until > clock_timestamp() then
            return null;
        end if;
        perform from howdah_stream.subscriber where sub_no = v_sub.sub_no for no key update skip locked;
        if not found then
            return null;
        end if;
    end if;
    v_pos := howdah_stream.lock_position(v_sub.sub_no);
    if v_pos.pos_lease_owner <> i_worker and v_pos.pos_lease_until > clock_timestamp() then
        return null;
    end if;
    if v_pos.pos_lease_owner is distinct from i_worker or v_pos.pos_lease_until <= clock_timestamp() then
        v_pos.pos_epoch := coalesce(v_pos.pos_epoch, 0) + 1;
        if v_pos.pos_batch is not null then
            v_pos.pos_batch := nextval('howdah_stream.batch_id_seq');
        end if;
    end if;
    v_pos.pos_lease_owner := i_worker;
    v_pos.pos_lease_until := clock_timestamp() + i_ttl;
    v_pos.pos_lease_ttl := i_ttl;
    perform howdah_stream.move(v_pos);
    return v_pos.pos_epoch;
end
$$;

-- Gives a slot back before its lease runs out: true. False if the worker does not hold it. An open batch is for the next.
create or replace function pgque.release_slot(i_queue text, i_consumer text, i_slot int, i_worker text) returns bool
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_pos howdah_stream.position := howdah_stream.lock_position(
        (howdah_stream.slot_subscriber(i_queue, i_consumer, i_slot)).sub_no);
begin
    if v_pos.pos_lease_owner = i_worker and v_pos.pos_lease_until > clock_timestamp() then
        v_pos.pos_lease_owner := null;
        v_pos.pos_lease_until := null;
        perform howdah_stream.move(v_pos);
        return true;
    end if;
    return false;
end
$$;

-- Renews the lease of the worker that holds the slot, and keeps the slot until the transaction ends. Errors: not
-- subscribed; the worker does not hold it, or its lease has run out.
create or replace function howdah_stream.hold_slot(i_queue text, i_consumer text, i_slot int, i_n int, i_worker text)
returns howdah_stream.position
language plpgsql as $$
declare
    v_pos howdah_stream.position := howdah_stream.lock_position(
        (howdah_stream.slot_subscriber(i_queue, i_consumer, i_slot, i_n)).sub_no);
begin
    if v_pos.pos_lease_owner is distinct from i_worker or v_pos.pos_lease_owner is null
            or v_pos.pos_lease_until <= clock_timestamp() then
        raise exception 'worker % does not hold slot % of %/%: %', i_worker, i_slot, i_queue, i_consumer, case
                when v_pos.pos_lease_owner = i_worker then 'its lease has run out'
                when v_pos.pos_lease_until > clock_timestamp() then v_pos.pos_lease_owner || ' does'
                else 'nobody does' end
            using errcode = 'object_not_in_prerequisite_state', hint = 'Claim it with claim_slot.';
    end if;
    v_pos.pos_lease_until := clock_timestamp() + v_pos.pos_lease_ttl;
    return howdah_stream.move(v_pos);
end
$$;

-- As receive(), for the worker that holds the slot: the slot's keys only, in the order of ids.
create or replace function pgque.receive_partitioned(
    i_queue text, i_consumer text, i_slot int, i_n int, i_worker text, i_max int default 100)
returns setof pgque.message
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform howdah_stream.hold_slot(i_queue, i_consumer, i_slot, i_n, i_worker);
    return query
        select * from howdah_stream.receive(
            howdah_stream.slot_subscriber(i_queue, i_consumer, i_slot, i_n), i_max);
end
$$;

-- All that was received of the slot's open batch is done: 1; 0 if none is open.
create or replace function pgque.ack_partitioned(i_queue text, i_consumer text, i_slot int, i_n int, i_worker text)
returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_pos howdah_stream.position := howdah_stream.hold_slot(i_queue, i_consumer, i_slot, i_n, i_worker);
begin
    if v_pos.pos_batch is null then
        return 0;
    end if;
    perform howdah_stream.finish(v_pos);
    return 1;
end
$$;

-- As nack(), for a message of the slot's open batch. Errors: none is open; it does not have the message.
create or replace function pgque.nack_partitioned(
    i_queue text, i_consumer text, i_slot int, i_n int, i_worker text, i_msg pgque.message,
    i_retry_after interval default '60 s', i_reason text default null) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_pos howdah_stream.position := howdah_stream.hold_slot(i_queue, i_consumer, i_slot, i_n, i_worker);
begin
    if v_pos.pos_batch is null then
        raise exception 'batch not found: %', (i_msg).batch_id;
    end if;
    return pgque.nack(v_pos.pos_batch, i_msg, i_retry_after, i_reason);
end
$$;
