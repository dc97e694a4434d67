-- How members of a cooperative consumer get their batches. The group's cursor is the lock: whoever takes a part of the
-- window moves it on at once, so that several members work on parts of one window side by side and no two get the same
-- event. What a member has taken stays its own until it is done, or another one takes it over; it holds its event table.

-- A member's open batch again; or what is left of its part, where less was received; or, with i_dead, what a member has
-- that has shown no sign of life for so long; or the group's next part of at most i_max events. Under a fresh id, other
-- than the first. Null batch: there is nothing. Waits while another member is given its part.
create or replace function howdah_stream.next_part(
    i_member howdah_stream.subscriber, i_dead interval, i_min_lag interval default null, i_min_count int default null,
    i_min_interval interval default null, i_newest bool default false, i_max int default null)
returns howdah_stream.position
language plpgsql as $$
declare
    v_group howdah_stream.subscriber;
    v_pos howdah_stream.position := howdah_stream.position(i_member.sub_no);
    v_taken howdah_stream.position;
begin
    select * into v_group from howdah_stream.subscriber where sub_no = i_member.sub_id;
    if v_pos.pos_next_tick is null
            and howdah_stream.find_next_tick(v_group, howdah_stream.position(v_group.sub_no),
                    i_min_lag, i_min_count, i_min_interval, i_newest) is null
            and not exists (select from howdah_stream.dead_members(i_member, i_dead)) then
        return v_pos; -- nothing to do, nothing written
    end if;
    v_pos := howdah_stream.lock_position(i_member.sub_no);
    if v_pos.pos_sub is null then
        raise exception 'the subconsumer was unregistered by another session meanwhile';
    end if;
    if v_pos.pos_next_tick is null then
        v_taken := howdah_stream.take_over(i_member, i_dead);
        if v_taken.pos_sub is null then
            v_taken := howdah_stream.take_part(v_group, i_min_lag, i_min_count, i_min_interval, i_newest, i_max);
        end if;
        if v_taken.pos_sub is null then
            return v_pos;
        end if;
        v_pos.pos_last_tick := v_taken.pos_last_tick;
        v_pos.pos_next_tick := v_taken.pos_next_tick;
        v_pos.pos_done := v_taken.pos_done;
        v_pos.pos_part_end := v_taken.pos_part_end;
    end if;
    if v_pos.pos_batch is null then
        v_pos.pos_batch := nextval('howdah_stream.batch_id_seq');
        v_pos.pos_batch_end := v_pos.pos_part_end;
    end if;
    v_pos := howdah_stream.move(v_pos);
    return v_pos;
end
$$;

-- The next part of the group's window, and the group's cursor past it; null if no tick is new.
create or replace function howdah_stream.take_part(
    i_group howdah_stream.subscriber, i_min_lag interval, i_min_count int, i_min_interval interval, i_newest bool,
    i_max int) returns howdah_stream.position
language plpgsql as $$
declare
    v_pos howdah_stream.position := howdah_stream.lock_position(i_group.sub_no);
    v_window howdah_stream.batch_window;
begin
    v_pos.pos_next_tick :=
        howdah_stream.find_next_tick(i_group, v_pos, i_min_lag, i_min_count, i_min_interval, i_newest);
    if v_pos.pos_next_tick is null then
        return null;
    end if;
    v_window := howdah_stream.batch_window(i_group.sub_queue, v_pos.pos_last_tick, v_pos.pos_next_tick);
    v_pos.pos_part_end := howdah_stream.batch_end(
        i_group, v_window, v_pos.pos_done, least(i_max, v_window.batch_max));
    perform howdah_stream.move(howdah_stream.past(v_pos, v_pos.pos_part_end));
    return v_pos;
end
$$;

-- What a dead member has, which then has nothing any more: its batch's id is of no use to it. Null if there is none, or
-- if another session has it at this moment.
create or replace function howdah_stream.take_over(i_member howdah_stream.subscriber, i_dead interval)
returns howdah_stream.position
language plpgsql as $$
declare
    v_dead int;
    v_pos howdah_stream.position;
    v_empty howdah_stream.position;
begin
    for v_dead in select * from howdah_stream.dead_members(i_member, i_dead) loop
        perform from howdah_stream.subscriber where sub_no = v_dead for no key update skip locked;
        if found then
            v_pos := howdah_stream.position(v_dead);
            if v_pos.pos_next_tick is not null and v_pos.pos_active <= clock_timestamp() - i_dead then
                v_empty := howdah_stream.without_window(v_pos);
                v_empty.pos_last_tick := null;
                perform howdah_stream.move(v_empty);
                return v_pos;
            end if;
        end if;
    end loop;
    return null;
end
$$;

-- The other members that have something and have shown no sign of life for i_dead, the longest dead first; none for null.
create or replace function howdah_stream.dead_members(i_member howdah_stream.subscriber, i_dead interval)
returns setof int
language sql stable as $$
    select s.sub_no
      from howdah_stream.subscriber s
     cross join lateral howdah_stream.position(s.sub_no) p
     where i_dead is not null and s.sub_id = i_member.sub_id and s.sub_role = 'coop_member'
       and s.sub_no <> i_member.sub_no and p.pos_next_tick is not null
       and p.pos_active <= clock_timestamp() - i_dead
     order by p.pos_active
$$;

-- A member by its names; consumer and member are registered where they are new.
create or replace function howdah_stream.member_to_read(i_queue text, i_consumer text, i_subconsumer text)
returns howdah_stream.subscriber
language plpgsql as $$
declare
    v_member howdah_stream.subscriber := howdah_stream.member(i_queue, i_consumer, i_subconsumer);
begin
    if v_member.sub_no is null then
        perform pgque.register_subconsumer(i_queue, i_consumer, i_subconsumer);
        v_member := howdah_stream.member(i_queue, i_consumer, i_subconsumer);
    end if;
    return v_member;
end
$$;

-- A member's next batch and its ticks; nulls if there is nothing to do. The batch is the whole window, or a part of it of
-- batch_max_count events. The minimums are as in next_batch_custom(queue, consumer, ..), and not for what is taken over.
-- Asking is a sign of life for who has an open batch. Errors: no such queue; a normal consumer.
create or replace function pgque.next_batch_custom(
    i_queue text, i_consumer text, i_subconsumer text, i_min_lag interval, i_min_count int, i_min_interval interval,
    i_dead_interval interval default null, out batch_id bigint, out prev_tick_id bigint, out next_tick_id bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_pos howdah_stream.position := howdah_stream.next_part(
        howdah_stream.member_to_read(i_queue, i_consumer, i_subconsumer), i_dead_interval,
        i_min_lag, i_min_count, i_min_interval);
begin
    batch_id := v_pos.pos_batch;
    prev_tick_id := v_pos.pos_last_tick;
    next_tick_id := v_pos.pos_next_tick;
end
$$;

create or replace function pgque.next_batch(
    i_queue text, i_consumer text, i_subconsumer text, i_dead_interval interval default null) returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select f.batch_id
      from pgque.next_batch_custom(i_queue, i_consumer, i_subconsumer, null, null, null, i_dead_interval) f
$$;

-- Messages for one member of a cooperative consumer. It takes no more from the group than i_max_return: the rest is for
-- whoever asks next. If its open batch, or one that it takes over, has more, the batch ends with the last message given,
-- and the rest is given after its ack. Empty batches are finished here. Errors: as receive; a normal consumer.
create or replace function pgque.receive_coop(
    i_queue text, i_consumer text, i_subconsumer text, i_max_return int default 100,
    i_dead_interval interval default null) returns setof pgque.message
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    return query
        select * from howdah_stream.receive(
            howdah_stream.member_to_read(i_queue, i_consumer, i_subconsumer), i_max_return, i_dead_interval);
end
$$;
