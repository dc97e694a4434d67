-- Java's workers that share a cooperative consumer: each takes whichever of its numbered members is free.

drop function if exists howdah_stream.open_for_member(howdah_stream.subscriber, text, interval);

-- What open_for_worker() does, for a cooperative consumer: on whichever of its members has nothing to do, or on a new one.
-- i_settle_no: the member whose batch is settled. The lease is also the time without a sign of life after which what another
-- member has is taken over.
create or replace function howdah_stream.open_for_member(
    i_group howdah_stream.subscriber, i_pos howdah_stream.position, i_last pgque.tick, i_worker text, i_lease interval,
    i_news bool, i_settle_no int, i_batch bigint, i_end bigint, i_events bigint[], i_after interval[], i_reasons text[])
returns howdah_stream.delivery
language plpgsql as $$
declare
    v_settled bool;
    v_pos howdah_stream.position;
    v_look record;
begin
    if i_batch is not null then
        v_settled := howdah_stream.settle(i_settle_no, i_worker, i_batch, i_end, i_events, i_after, i_reasons);
    end if;
    if i_pos.pos_next_tick is null then
        v_look := howdah_stream.look(i_last, i_pos.pos_last_tick, i_news);
        if v_look.has_tick is not true
                and not exists (select from howdah_stream.free_members(i_group.sub_id, clock_timestamp()) where has_rest) then
            return row(v_settled, null, null, v_look.seen)::howdah_stream.delivery;
        end if;
    end if;
    v_pos := howdah_stream.next_part(howdah_stream.free_member(i_group), i_lease, i_newest => true);
    if v_pos.pos_batch is null then
        return row(v_settled, null, null, null)::howdah_stream.delivery;
    end if;
    v_pos := howdah_stream.move(howdah_stream.lend(v_pos, i_worker, i_lease));
    return row(v_settled, v_pos,
               howdah_stream.batch_window(i_group.sub_queue, v_pos.pos_last_tick, v_pos.pos_next_tick),
               null)::howdah_stream.delivery;
end
$$;

-- A group's numbered members that no worker has: with a rest of a part, whose worker has gone, or with nothing.
create or replace function howdah_stream.free_members(i_group_id int, i_now timestamptz, out member int, out has_rest bool)
returns setof record
language plpgsql as $$
begin
    return query
        select s.sub_no, p.pos_next_tick is not null
          from howdah_stream.subscriber s
          join pgq.consumer on co_id = s.sub_consumer
         cross join lateral (
               select * from howdah_stream.position where pos_sub = s.sub_no order by pos_version desc limit 1) p
         where s.sub_id = i_group_id and s.sub_role = 'coop_member' and co_name ~ '[.][0-9]+$'
           and (p.pos_next_tick is null or p.pos_lease_owner is null or p.pos_lease_until <= i_now);
end
$$;

-- One of them, locked; those with a rest first. A new one if there is none.
create or replace function howdah_stream.free_member(i_group howdah_stream.subscriber) returns howdah_stream.subscriber
language plpgsql as $$
declare
    v_member howdah_stream.subscriber;
    v_free int;
    v_queue text;
    v_consumer text;
begin
    for v_free in
        select member from howdah_stream.free_members(i_group.sub_id, clock_timestamp()) order by has_rest desc, member
    loop
        select * into v_member from howdah_stream.subscriber where sub_no = v_free for no key update skip locked;
        -- another worker may have taken it between the question and the lock
        if found and exists (
                select from howdah_stream.free_members(i_group.sub_id, clock_timestamp()) where member = v_free) then
            return v_member;
        end if;
    end loop;
    select queue_name, co_name into v_queue, v_consumer
      from pgque.queue, pgq.consumer
     where queue_id = i_group.sub_queue and co_id = i_group.sub_consumer;
    -- one after the other, so that each has a number of its own
    perform from howdah_stream.subscriber where sub_no = i_group.sub_no for no key update;
    return howdah_stream.member_to_read(v_queue, v_consumer, (
        select count(*) + 1 from howdah_stream.subscriber join pgq.consumer on co_id = sub_consumer
         where sub_id = i_group.sub_id and sub_role = 'coop_member' and co_name ~ '[.][0-9]+$')::text);
end
$$;
