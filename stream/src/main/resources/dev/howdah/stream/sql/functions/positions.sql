-- Where subscribers are. Every step appends a row with the next version; the subscriber's own row is its lock. A session
-- that has read an old position, as REPEATABLE READ may make it, meets its successor's version and is told to try again.
-- All that read positions are volatile functions: see want_own_snapshot() in ticks.sql.

-- A subscriber by the names that its users know. Errors: not registered.
create or replace function howdah_stream.subscriber(i_queue text, i_consumer text) returns howdah_stream.subscriber
language plpgsql stable as $$
declare
    v_sub howdah_stream.subscriber;
begin
    select s.* into v_sub
      from pgque.queue q
      join howdah_stream.subscriber s on s.sub_queue = q.queue_id
      join pgq.consumer c on c.co_id = s.sub_consumer
     where q.queue_name = i_queue and c.co_name = i_consumer;
    if not found then
        raise exception 'Not subscriber to queue: %/%', i_queue, i_consumer;
    end if;
    return v_sub;
end
$$;

create or replace function howdah_stream.position(i_sub_no int) returns howdah_stream.position
language plpgsql as $$
declare
    v_pos howdah_stream.position;
begin
    select * into v_pos from howdah_stream.position where pos_sub = i_sub_no order by pos_version desc limit 1;
    return v_pos;
end
$$;

-- Positions were compacted since this transaction took its snapshot: it sees none at all, whoever is registered.
create or replace function howdah_stream.refuse_if_compacted() returns void
language plpgsql as $$
begin
    if current_setting('transaction_isolation') <> 'read committed'
            and exists (select from howdah_stream.subscriber) and not exists (select from howdah_stream.position) then
        raise exception 'positions were compacted since this transaction began: try again'
            using errcode = 'serialization_failure';
    end if;
end
$$;

-- Waits until no other session moves the subscriber, and keeps it until the transaction ends. Gives where it is then.
create or replace function howdah_stream.lock_position(i_sub_no int) returns howdah_stream.position
language plpgsql as $$
declare
    v_pos howdah_stream.position;
begin
    perform from howdah_stream.subscriber where sub_no = i_sub_no for no key update;
    select * into v_pos from howdah_stream.position where pos_sub = i_sub_no order by pos_version desc limit 1;
    if not found then
        perform howdah_stream.refuse_if_compacted();
    end if;
    return v_pos;
end
$$;

drop function if exists howdah_stream.move(howdah_stream.position);

-- Appends i_pos as the step after the one whose version it carries; the caller has the lock. Gives it with its own version.
-- Errors: another session has moved on from there; nulls instead, if only to be tried.
create or replace function howdah_stream.move(i_pos howdah_stream.position, i_try bool default false)
returns howdah_stream.position
language plpgsql as $$
declare
    v_pos howdah_stream.position;
begin
    insert into howdah_stream.position
    values (i_pos.pos_sub, coalesce(i_pos.pos_version, 0) + 1, i_pos.pos_last_tick, i_pos.pos_next_tick, i_pos.pos_done,
            i_pos.pos_batch, i_pos.pos_batch_end, clock_timestamp(), i_pos.pos_lease_owner, i_pos.pos_lease_until,
            i_pos.pos_epoch, i_pos.pos_lease_ttl, i_pos.pos_part_end)
    on conflict do nothing
    returning * into v_pos;
    if not found and not i_try then
        raise exception 'the consumer was moved by another session since this transaction began: try again'
            using errcode = 'serialization_failure';
    end if;
    return v_pos;
end
$$;

-- The open batch with this id: where its subscriber is. No row's nulls if there is none, or no longer.
create or replace function howdah_stream.open_batch(i_batch bigint) returns howdah_stream.position
language plpgsql as $$
declare
    v_pos howdah_stream.position;
begin
    select p.* into v_pos
      from (select pos_sub from howdah_stream.position where pos_batch = i_batch order by pos_version desc limit 1) b
     cross join lateral (
           select * from howdah_stream.position where pos_sub = b.pos_sub order by pos_version desc limit 1) p
     where p.pos_batch = i_batch;
    if not found then
        perform howdah_stream.refuse_if_compacted();
    end if;
    return v_pos;
end
$$;

-- The same, locked.
create or replace function howdah_stream.lock_batch(i_batch bigint) returns howdah_stream.position
language plpgsql as $$
declare
    v_pos howdah_stream.position := howdah_stream.open_batch(i_batch);
begin
    if v_pos.pos_sub is not null then
        v_pos := howdah_stream.lock_position(v_pos.pos_sub);
        if v_pos.pos_batch is distinct from i_batch then
            v_pos := null;
        end if;
    end if;
    return v_pos;
end
$$;

-- The same place, with nothing of a window at hand. These are SQL, which PL/pgSQL takes into its own expressions.
create or replace function howdah_stream.without_window(i_pos howdah_stream.position) returns howdah_stream.position
language sql immutable as $$
    select row(i_pos.pos_sub, i_pos.pos_version, i_pos.pos_last_tick, null::bigint, null::bigint, null::bigint, null::bigint,
               i_pos.pos_active, i_pos.pos_lease_owner, i_pos.pos_lease_until, i_pos.pos_epoch, i_pos.pos_lease_ttl,
               null::bigint)::howdah_stream.position
$$;

-- The place after the window's events up to i_end, or after the whole window if null; without a batch.
create or replace function howdah_stream.past(i_pos howdah_stream.position, i_end bigint)
returns howdah_stream.position
language sql immutable as $$
    select row(i_pos.pos_sub, i_pos.pos_version,
               case when i_end is null then i_pos.pos_next_tick else i_pos.pos_last_tick end,
               case when i_end is not null then i_pos.pos_next_tick end, i_end, null::bigint, null::bigint,
               i_pos.pos_active, i_pos.pos_lease_owner, i_pos.pos_lease_until, i_pos.pos_epoch, i_pos.pos_lease_ttl,
               case when i_end is not null then i_pos.pos_part_end end)::howdah_stream.position
$$;

-- Ends the open batch: its events are done; what is left of its window is read next. A member of a group that has done
-- all of its part has no place any more: the group had moved on when the part was given. i_pos: from lock_batch. Errors:
-- the batch of a group itself, which is its members' to finish.
create or replace function howdah_stream.finish(i_pos howdah_stream.position) returns void
language plpgsql as $$
declare
    v_role text := (select sub_role from howdah_stream.subscriber where sub_no = i_pos.pos_sub);
    v_past howdah_stream.position := howdah_stream.past(i_pos, i_pos.pos_batch_end);
begin
    if v_role = 'coop_main' then
        raise exception 'batch % is that of a cooperative consumer as a whole: its members finish the batches that '
            'receive_coop or next_batch(queue, consumer, subconsumer) gives them', i_pos.pos_batch;
    elsif v_role = 'coop_member' and i_pos.pos_batch_end is not distinct from i_pos.pos_part_end then
        v_past := howdah_stream.without_window(i_pos);
        v_past.pos_last_tick := null;
    end if;
    perform howdah_stream.move(v_past);
end
$$;
