-- Consumers: registered with a queue, each at its own place.

-- Registers, or moves, a consumer so that it reads what comes after a tick; its open batch is dropped, those of a
-- cooperative consumer's members are not. Null: the last tick, and a registered consumer stays where it is. Errors: no
-- such queue; no such tick (any more); a member of a cooperative consumer.
create or replace function pgque.register_consumer_at(x_queue_name text, x_consumer_name text, x_tick_pos bigint)
returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if x_consumer_name like '%#%' then
        raise exception 'a consumer''s name has no "#", which is for partition slots: %', x_consumer_name
            using errcode = 'invalid_name';
    end if;
    return howdah_stream.register(x_queue_name, x_consumer_name, x_tick_pos);
end
$$;

-- 1 new, 0 there already. A new consumer gets the events that are committed after this call. Errors: no such queue.
create or replace function pgque.register_consumer(x_queue_name text, x_consumer_id text) returns int
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select pgque.register_consumer_at(x_queue_name, x_consumer_id, null)
$$;

create or replace function howdah_stream.register(
    i_queue text, i_consumer text, i_tick bigint, i_slot int default null, i_slots int default null) returns int
language plpgsql as $$
declare
    v_queue pgque.queue;
    v_consumer int;
    v_sub howdah_stream.subscriber;
    v_pos howdah_stream.position;
begin
    perform howdah_stream.want_own_snapshot('a registration');
    -- keeps ticks and rotation away: what this consumer will need can't go meanwhile
    select * into v_queue from pgque.queue where queue_name = i_queue for no key update;
    if not found then
        raise exception 'Event queue not created yet';
    end if;
    perform pg_notify('howdah_stream', i_queue); -- the ticker passes over the queue until then
    v_consumer := howdah_stream.consumer(i_consumer);
    if i_tick is not null and not exists (
            select from pgque.tick
             where tick_queue = v_queue.queue_id and tick_id = i_tick
               and tick_id > (select max(et_floor) from howdah_stream.event_table where et_queue = v_queue.queue_id)) then
        raise exception 'cannot reposition, tick not found: %', i_tick;
    end if;
    select * into v_sub
      from howdah_stream.subscriber
     where sub_queue = v_queue.queue_id and sub_consumer = v_consumer;
    if found then
        if i_tick is not null and v_sub.sub_role = 'coop_member' then
            raise exception '%/% is a member of a cooperative consumer: reposition that one', i_queue, i_consumer;
        elsif i_tick is not null then
            v_pos := howdah_stream.without_window(howdah_stream.lock_position(v_sub.sub_no));
            v_pos.pos_last_tick := i_tick;
            perform howdah_stream.move(v_pos);
        end if;
        return 0;
    end if;
    insert into howdah_stream.subscriber (sub_id, sub_queue, sub_consumer, sub_slot, sub_slots)
    values (0, v_queue.queue_id, v_consumer, i_slot, i_slots)
    returning * into v_sub;
    update howdah_stream.subscriber set sub_id = sub_no where sub_no = v_sub.sub_no;
    v_pos.pos_sub := v_sub.sub_no;
    v_pos.pos_last_tick := coalesce(i_tick, howdah_stream.tick_before_registration(v_queue));
    perform howdah_stream.move(v_pos);
    return 1;
end
$$;

-- The last tick, made now if events were committed since the one before it.
create or replace function howdah_stream.tick_before_registration(i_queue pgque.queue) returns bigint
language plpgsql as $$
declare
    v_last pgque.tick := howdah_stream.last_tick(i_queue.queue_id);
begin
    if i_queue.queue_external_ticker or i_queue.queue_ticker_paused or not howdah_stream.has_news(v_last) then
        return v_last.tick_id;
    end if;
    return (howdah_stream.tick(i_queue, true)).tick_id;
end
$$;

-- A consumer's id; makes it where it is new.
create or replace function howdah_stream.consumer(i_consumer text) returns int
language plpgsql as $$
declare
    v_id int;
begin
    if i_consumer is null or i_consumer = '' then
        raise exception 'a consumer needs a name' using errcode = 'invalid_name';
    end if;
    insert into pgq.consumer (co_name)
    select i_consumer
     where not exists (select from pgq.consumer where co_name = i_consumer)
        on conflict do nothing;
    select co_id into v_id from pgq.consumer where co_name = i_consumer;
    return v_id;
end
$$;

-- How many rows were removed, 0 for an unknown consumer; its retries go with it, its dead letters stay. Errors: a
-- cooperative consumer that has members; a member.
create or replace function pgque.unregister_consumer(x_queue_name text, x_consumer_name text) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_sub howdah_stream.subscriber;
begin
    select s.* into v_sub
      from pgque.queue q
      join howdah_stream.subscriber s on s.sub_queue = q.queue_id
      join pgq.consumer c on c.co_id = s.sub_consumer
     where q.queue_name = x_queue_name and c.co_name = x_consumer_name
       for update of s;
    if not found then
        return 0;
    elsif v_sub.sub_role = 'coop_member' then
        raise exception '%/% is a member of a cooperative consumer: use unregister_subconsumer',
            x_queue_name, x_consumer_name;
    elsif exists (select from howdah_stream.subscriber
                   where sub_id = v_sub.sub_id and sub_no <> v_sub.sub_no) then
        raise exception 'consumer %/% has cooperative members: unregister them first, with unregister_subconsumer',
            x_queue_name, x_consumer_name;
    end if;
    perform howdah_stream.remove_subscriber(v_sub);
    return 1;
end
$$;

-- The caller has its row's lock. Retries are their group's, and stay when a member goes.
create or replace function howdah_stream.remove_subscriber(i_sub howdah_stream.subscriber) returns void
language sql as $$
    delete from pgque.retry_queue where ev_owner = i_sub.sub_id and i_sub.sub_no = i_sub.sub_id;
    delete from howdah_stream.position where pos_sub = i_sub.sub_no;
    delete from howdah_stream.subscriber where sub_no = i_sub.sub_no;
$$;

create or replace function pgque.subscribe(queue text, consumer text) returns int
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select pgque.register_consumer(queue, consumer)
$$;

create or replace function pgque.unsubscribe(queue text, consumer text) returns int
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select pgque.unregister_consumer(queue, consumer)
$$;
