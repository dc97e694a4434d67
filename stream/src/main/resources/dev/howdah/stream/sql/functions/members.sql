-- Members of a cooperative consumer: several workers that share its batches. The consumer's own subscriber has the
-- cursor; a member, the consumer `consumer.subconsumer`, has a place of its own only while it has something to do. Retries
-- and dead letters are the group's. Whoever needs both locks takes the member's first, then the group's.

-- Null if there is none.
create or replace function howdah_stream.member(i_queue text, i_consumer text, i_subconsumer text)
returns howdah_stream.subscriber
language sql stable as $$
    select m
      from pgque.queue q
      join howdah_stream.subscriber g on g.sub_queue = q.queue_id
      join pgq.consumer gc on gc.co_id = g.sub_consumer
      join howdah_stream.subscriber m on m.sub_queue = q.queue_id and m.sub_id = g.sub_no
      join pgq.consumer mc on mc.co_id = m.sub_consumer
     where q.queue_name = i_queue and gc.co_name = i_consumer
       and m.sub_role = 'coop_member' and mc.co_name = i_consumer || '.' || i_subconsumer
$$;

-- 1 new, 0 there already. Registers the consumer too where it is new. Errors: no such queue; a normal consumer, unless
-- i_convert_normal; one with an open batch, always; names that can't be.
create or replace function pgque.register_subconsumer(
    i_queue text, i_consumer text, i_subconsumer text, i_convert_normal bool default false) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_group howdah_stream.subscriber;
    v_new bool := false;
begin
    if i_subconsumer is null or i_subconsumer = '' then
        raise exception 'a subconsumer needs a name' using errcode = 'invalid_name';
    elsif i_consumer like '%#%' or i_subconsumer like '%#%' then
        raise exception 'a consumer''s name has no "#", which is for partition slots: %.%', i_consumer, i_subconsumer
            using errcode = 'invalid_name';
    end if;
    loop
        v_new := howdah_stream.register(i_queue, i_consumer, null) = 1 or v_new;
        v_group := howdah_stream.subscriber(i_queue, i_consumer);
        select * into v_group from howdah_stream.subscriber where sub_no = v_group.sub_no for update;
        exit when found; -- else unregistered at this moment
    end loop;
    if v_group.sub_role = 'coop_member' then
        raise exception '%/% is itself a member of a cooperative consumer', i_queue, i_consumer;
    elsif v_group.sub_role = 'normal' then
        if not v_new and not i_convert_normal then
            raise exception '%/% is a normal consumer: it becomes cooperative only with convert_normal',
                i_queue, i_consumer;
        elsif (howdah_stream.position(v_group.sub_no)).pos_batch is not null then
            raise exception 'consumer %/% has an open batch: finish it before it becomes cooperative',
                i_queue, i_consumer;
        end if;
        update howdah_stream.subscriber set sub_role = 'coop_main' where sub_no = v_group.sub_no;
    end if;
    return howdah_stream.add_member(v_group, i_consumer || '.' || i_subconsumer);
end
$$;

-- The caller has the group's lock.
create or replace function howdah_stream.add_member(i_group howdah_stream.subscriber, i_name text) returns int
language plpgsql as $$
declare
    v_member howdah_stream.subscriber;
    v_pos howdah_stream.position;
begin
    insert into howdah_stream.subscriber (sub_id, sub_queue, sub_consumer, sub_role)
    values (i_group.sub_no, i_group.sub_queue, howdah_stream.consumer(i_name), 'coop_member')
    on conflict do nothing
    returning * into v_member;
    if found then
        v_pos.pos_sub := v_member.sub_no;
        perform howdah_stream.move(v_pos);
        return 1;
    elsif not exists (
            select from howdah_stream.subscriber
              join pgq.consumer on co_id = sub_consumer
             where sub_queue = i_group.sub_queue and co_name = i_name and sub_id = i_group.sub_no) then
        raise exception 'the member would be named %, as another consumer is already', i_name
            using errcode = 'duplicate_object';
    end if;
    return 0;
end
$$;

create or replace function pgque.subscribe_subconsumer(
    i_queue text, i_consumer text, i_subconsumer text, i_convert_normal bool default false) returns int
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select pgque.register_subconsumer(i_queue, i_consumer, i_subconsumer, i_convert_normal)
$$;

-- 1; 0 if there is no such member. The last one gone, the consumer is a normal one again. i_batch_handling 1: the
-- messages of its open batch, and what else is left of its part, are nacked first, to be given at once to the others.
-- Errors: an open batch, unless so.
create or replace function pgque.unregister_subconsumer(
    i_queue text, i_consumer text, i_subconsumer text, i_batch_handling int default 0) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_member howdah_stream.subscriber := howdah_stream.member(i_queue, i_consumer, i_subconsumer);
    v_pos howdah_stream.position;
begin
    if i_batch_handling is null or i_batch_handling not in (0, 1) then
        raise exception 'batch_handling is 0 (refuse while a batch is open) or 1 (nack its messages), not %',
                coalesce(i_batch_handling::text, 'null')
            using errcode = 'invalid_parameter_value';
    end if;
    v_pos := howdah_stream.lock_position(v_member.sub_no);
    if v_pos.pos_sub is null then
        return 0;
    elsif v_pos.pos_next_tick is not null and i_batch_handling = 0 then
        raise exception 'subconsumer %/%/% has an open batch: finish it, or have it nacked with batch_handling 1',
            i_queue, i_consumer, i_subconsumer;
    elsif v_pos.pos_next_tick is not null then
        v_pos.pos_batch_end := v_pos.pos_part_end;
        perform howdah_stream.retry_or_bury(v_member, e, now(), 'its subconsumer was unregistered')
           from howdah_stream.batch_events(v_pos) e;
    end if;
    perform from howdah_stream.subscriber where sub_no = v_member.sub_id for update;
    perform howdah_stream.remove_subscriber(v_member);
    update howdah_stream.subscriber g set sub_role = 'normal'
     where g.sub_no = v_member.sub_id
       and not exists (select from howdah_stream.subscriber m where m.sub_id = g.sub_no and m.sub_no <> g.sub_no);
    return 1;
end
$$;

create or replace function pgque.unsubscribe_subconsumer(
    i_queue text, i_consumer text, i_subconsumer text, i_batch_handling int default 0) returns int
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select pgque.unregister_subconsumer(i_queue, i_consumer, i_subconsumer, i_batch_handling)
$$;

-- The heartbeat: the member is alive, and keeps its batch from those who ask with a dead_interval. 1; 0 if there is no
-- such member.
create or replace function pgque.touch_subconsumer(i_queue text, i_consumer text, i_subconsumer text) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_pos howdah_stream.position := howdah_stream.lock_position(
        (howdah_stream.member(i_queue, i_consumer, i_subconsumer)).sub_no);
begin
    if v_pos.pos_sub is null then
        return 0;
    end if;
    perform howdah_stream.move(v_pos);
    return 1;
end
$$;
