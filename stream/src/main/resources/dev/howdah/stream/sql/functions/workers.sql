-- Java's workers: one call settles a batch and opens the next. Any number of workers may share a consumer: one has its
-- batch, under a lease; when the lease has run out the next one that asks gets the batch, under a new id, and the old
-- one can't settle it any more. So events come in order, one batch at a time, wherever they are handled. Of a shared
-- consumer, which is a cooperative one, as many batches are open as workers ask; its members are numbered, and whose
-- batch is settled is the next asker's.

-- Registers a consumer where it is new, and gives its lines of positions: one; or with i_slots, one for each of that many
-- partition slots; or with i_shared, its group's. Errors: no such queue; it is of another kind, or has another number.
create or replace function howdah_stream.join_workers(i_queue text, i_consumer text, i_shared bool, i_slots int)
returns setof howdah_stream.subscriber
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if i_slots > 1 then
        for slot in 0..i_slots - 1 loop
            perform pgque.subscribe_slot(i_queue, i_consumer, slot, i_slots);
            return next howdah_stream.slot_subscriber(i_queue, i_consumer, slot, i_slots);
        end loop;
    elsif i_shared then
        perform pgque.register_subconsumer(i_queue, i_consumer, '1', true);
        return next howdah_stream.subscriber(i_queue, i_consumer);
    else
        perform pgque.register_consumer(i_queue, i_consumer);
        return next howdah_stream.lone_subscriber(i_queue, i_consumer);
    end if;
end
$$;

-- Settles a worker's batch. i_events were not handled: each comes again i_after, or, that being null or its retries being
-- used up, becomes a dead letter. All others are done; up to i_end only, if given: the rest is read next. False if the
-- worker does not have the batch any more; then nothing happens. In the caller's transaction.
create or replace function howdah_stream.settle(
    i_sub_no int, i_worker text, i_batch bigint, i_end bigint default null,
    i_events bigint[] default '{}', i_after interval[] default '{}', i_reasons text[] default '{}') returns bool
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_pos howdah_stream.position := howdah_stream.lock_position(i_sub_no);
begin
    if v_pos.pos_batch is distinct from i_batch or v_pos.pos_lease_owner is distinct from i_worker then
        return false;
    end if;
    if cardinality(i_events) > 0 then
        perform howdah_stream.set_aside(v_pos, i_events, i_after, i_reasons);
    end if;
    perform howdah_stream.finish(howdah_stream.ending(v_pos, i_end));
    return true;
end
$$;

drop function if exists howdah_stream.deliver(
    int, text, interval, int, bigint, bigint, bigint[], interval[], text[], int, bigint, interval);

-- Settles as settle() does, if i_batch is given, and then opens the next batch for this worker; or gives the worker's open
-- one again. All nulls but `settled` and `seen` if there is none to be had: no events, or another worker has it. Ticks by
-- itself if there are events that no tick has seen. i_sub_no: from join_workers; i_settle_no: the settled batch's sub_no.
-- i_wait: looks only once there may be something new in i_queue_id, or that much later, where i_seen is what the last look
-- in vain gave: how many ids had been drawn, if nobody was at work on an event of theirs, else null. Not to be given with a
-- batch to settle, whose settlement would wait with it. Its commit is not waited for: what is lost in a crash of the
-- database is that a batch was settled, and it comes again.
create or replace function howdah_stream.deliver(
    i_sub_no int, i_worker text, i_lease interval, i_settle_no int default null, i_batch bigint default null,
    i_end bigint default null, i_events bigint[] default '{}', i_after interval[] default '{}',
    i_reasons text[] default '{}', i_queue_id int default null, i_seen bigint default null, i_wait interval default null)
returns howdah_stream.delivery
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_setting text := set_config('synchronous_commit', 'off', true);
    v_news bool := false;
    v_place record;
begin
    if i_wait is not null then
        v_news := howdah_stream.await_events(i_queue_id, i_seen, i_wait);
    end if;
    if v_news or i_batch is not null then
        -- locks the subscriber where there will be a batch, most likely; a group is its members' to lock
        select s as sub, pos, last, true as locked into v_place
          from howdah_stream.subscriber s
          left join lateral (
               select p as pos from howdah_stream.position p
                where pos_sub = s.sub_no order by pos_version desc limit 1) p on true
          left join lateral (
               select t as last from pgque.tick t
                where tick_queue = s.sub_queue order by tick_id desc limit 1) t on true
         where s.sub_no = i_sub_no and s.sub_role <> 'coop_main' for no key update of s;
    end if;
    if not found then
        select s as sub, howdah_stream.position(s.sub_no) as pos, howdah_stream.last_tick(s.sub_queue) as last, false as locked
          into v_place
          from howdah_stream.subscriber s
         where s.sub_no = i_sub_no;
        if not found then
            raise exception 'Not subscriber to queue: it was unregistered';
        end if;
    end if;
    if (v_place.sub).sub_role = 'coop_main' then
        return howdah_stream.open_for_member(
            v_place.sub, v_place.pos, v_place.last, i_worker, i_lease, v_news,
            i_settle_no, i_batch, i_end, i_events, i_after, i_reasons);
    end if;
    return howdah_stream.open_for_worker(
        v_place.sub, v_place.pos, v_place.last, v_place.locked, i_worker, i_lease, v_news,
        i_batch, i_end, i_events, i_after, i_reasons);
end
$$;

drop function if exists howdah_stream.newest_window(howdah_stream.subscriber, howdah_stream.position);
drop function if exists howdah_stream.open_for_worker(howdah_stream.subscriber, text, interval);

drop function if exists howdah_stream.open_for_worker(
    howdah_stream.subscriber, text, interval, bool, bigint, bigint, bigint[], interval[], text[]);
drop function if exists howdah_stream.open_for_worker(
    howdah_stream.subscriber, bool, text, interval, bool, bigint, bigint, bigint[], interval[], text[]);

-- Settles the worker's batch, if i_batch is given, and gives its open one, or the next one opened for it: one step on, for
-- both. No batch if there is none to be had. i_pos and i_last: where the subscriber was and the last tick, maybe before it was
-- locked. It is locked by now, i_locked, or once it is seen that there is something to be had. i_news: whoever is writing
-- into the queue is waited for; and nothing is to be had if another session has moved the subscriber meanwhile. Conditions
-- are few and come in the order of what happens most, for each of them is prepared anew.
create or replace function howdah_stream.open_for_worker(
    i_sub howdah_stream.subscriber, i_pos howdah_stream.position, i_last pgque.tick, i_locked bool,
    i_worker text, i_lease interval, i_news bool, i_batch bigint, i_end bigint,
    i_events bigint[], i_after interval[], i_reasons text[]) returns howdah_stream.delivery
language plpgsql as $$
declare
    v_settled bool;
    v_look record;
    v_window howdah_stream.batch_window;
begin
    if i_batch is not null or i_pos.pos_batch is not null then
        -- whose batch it is, is to be asked under the lock: no step will be made that could meet another one
        i_pos := howdah_stream.position(i_sub.sub_no);
        v_settled := case when i_batch is not null then
            coalesce(i_pos.pos_batch = i_batch and i_pos.pos_lease_owner = i_worker, false) end;
    end if;
    if v_settled then
        if cardinality(i_events) > 0 then
            perform howdah_stream.set_aside(i_pos, i_events, i_after, i_reasons);
        end if;
        i_pos := howdah_stream.ending(i_pos, i_end);
        i_pos := howdah_stream.past(i_pos, i_pos.pos_batch_end);
    elsif howdah_stream.is_lent(i_pos, i_worker) then
        return row(v_settled, null, null, null)::howdah_stream.delivery;
    end if;
    if i_pos.pos_next_tick is null then
        v_look := howdah_stream.look(i_last, i_pos.pos_last_tick, i_news);
        if v_look.has_tick is not true then
            if i_pos.pos_sub is null then
                perform howdah_stream.refuse_if_compacted();
            elsif v_settled then
                i_pos := howdah_stream.move(i_pos);
            end if;
            return row(v_settled, null, null, v_look.seen)::howdah_stream.delivery;
        end if;
        v_window := v_look.reading;
    end if;
    if not i_locked then
        i_pos := howdah_stream.lock_position(i_sub.sub_no);
        if howdah_stream.is_lent(i_pos, i_worker) then
            return row(v_settled, null, null, null)::howdah_stream.delivery;
        end if;
    end if;
    if v_window.next_tick is null or i_pos.pos_next_tick is not null or i_last.tick_id <> i_pos.pos_last_tick then
        v_window := howdah_stream.batch_window(i_sub.sub_queue, i_pos.pos_last_tick, i_pos.pos_next_tick);
    end if;
    if i_pos.pos_batch is null and i_pos.pos_next_tick is null and v_window.fits then
        i_pos.pos_next_tick := v_window.next_tick;
    elsif i_pos.pos_batch is null then
        if i_pos.pos_next_tick is null then
            i_pos.pos_next_tick := howdah_stream.find_next_tick(i_sub, i_pos, null, null, null, true);
            if i_pos.pos_next_tick is null then
                if v_settled then
                    i_pos := howdah_stream.move(i_pos);
                end if;
                return row(v_settled, null, null, null)::howdah_stream.delivery;
            end if;
            v_window := howdah_stream.batch_window(i_sub.sub_queue, i_pos.pos_last_tick, i_pos.pos_next_tick);
        end if;
        if not v_window.ahead then
            i_pos.pos_batch_end := howdah_stream.batch_end(i_sub, v_window, i_pos.pos_done, v_window.batch_max);
        end if;
    end if;
    if i_pos.pos_batch is null or i_pos.pos_lease_owner is distinct from i_worker then
        i_pos := howdah_stream.move(howdah_stream.lend(i_pos, i_worker, i_lease), i_try => i_news);
        if i_pos.pos_sub is null then
            return row(v_settled, null, null, i_last.tick_event_seq - 1)::howdah_stream.delivery;
        end if;
    end if;
    return row(v_settled, i_pos, v_window, null)::howdah_stream.delivery;
end
$$;

-- Whether another worker has the open batch, and its lease has not run out.
create or replace function howdah_stream.is_lent(i_pos howdah_stream.position, i_worker text) returns bool
language sql as $$
    select i_pos.pos_batch is not null and i_pos.pos_lease_owner <> i_worker and i_pos.pos_lease_until > clock_timestamp()
$$;

-- The batch given to this worker, under a new id.
create or replace function howdah_stream.lend(i_pos howdah_stream.position, i_worker text, i_lease interval)
returns howdah_stream.position
language sql as $$
    select row(i_pos.pos_sub, i_pos.pos_version, i_pos.pos_last_tick, i_pos.pos_next_tick, i_pos.pos_done,
               nextval('howdah_stream.batch_id_seq'), i_pos.pos_batch_end, i_pos.pos_active, i_worker,
               clock_timestamp() + i_lease, i_pos.pos_epoch, i_pos.pos_lease_ttl, i_pos.pos_part_end
           )::howdah_stream.position
$$;

-- The worker is still at its batch: the lease begins anew. False if it does not have the batch any more.
create or replace function howdah_stream.renew_lease(i_sub_no int, i_worker text, i_lease interval, i_batch bigint)
returns bool
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_pos howdah_stream.position := howdah_stream.lock_position(i_sub_no);
begin
    if v_pos.pos_batch is distinct from i_batch or v_pos.pos_lease_owner is distinct from i_worker then
        return false;
    end if;
    v_pos.pos_lease_until := clock_timestamp() + i_lease;
    perform howdah_stream.move(v_pos);
    return true;
end
$$;

-- The batch, ending with this event if it was given; without a lease from now on.
create or replace function howdah_stream.ending(i_pos howdah_stream.position, i_end bigint)
returns howdah_stream.position
language sql immutable as $$
    select row(i_pos.pos_sub, i_pos.pos_version, i_pos.pos_last_tick, i_pos.pos_next_tick, i_pos.pos_done, i_pos.pos_batch,
               least(i_pos.pos_batch_end, i_end), i_pos.pos_active, null::text, null::timestamptz, i_pos.pos_epoch,
               i_pos.pos_lease_ttl, i_pos.pos_part_end)::howdah_stream.position
$$;

-- Puts events of a batch in line again, or among the dead letters. Errors: one is not in the batch.
create or replace function howdah_stream.set_aside(
    i_pos howdah_stream.position, i_events bigint[], i_after interval[], i_reasons text[]) returns void
language plpgsql as $$
declare
    v_sub howdah_stream.subscriber;
    v_aside record;
begin
    select * into v_sub from howdah_stream.subscriber where sub_no = i_pos.pos_sub;
    for v_aside in
        select a.id, a.after, a.reason, e.event
          from unnest(i_events, i_after, i_reasons) a (id, after, reason)
          left join (select w as event from howdah_stream.events_by_id(i_pos, i_events) w) e on (e.event).ev_id = a.id
    loop
        if (v_aside.event).ev_id is null then
            raise exception 'event % not found in batch %', v_aside.id, i_pos.pos_batch;
        elsif v_aside.after is null then
            perform howdah_stream.bury(v_sub, v_aside.event, v_aside.reason);
        else
            perform howdah_stream.retry_or_bury(v_sub, v_aside.event, now() + v_aside.after, v_aside.reason);
        end if;
    end loop;
end
$$;

-- Events of an open batch by their ids: few are looked up, for many the batch is read.
create or replace function howdah_stream.events_by_id(i_pos howdah_stream.position, i_ids bigint[])
returns setof pgque.event_template
language plpgsql as $$
begin
    if cardinality(i_ids) <= 10 then
        return query
            select e.* from unnest(i_ids) i (id) cross join lateral howdah_stream.batch_event(i_pos, i.id) e
             where e.ev_id is not null;
    else
        return query select * from howdah_stream.batch_events(i_pos) e where e.ev_id = any (i_ids);
    end if;
end
$$;
