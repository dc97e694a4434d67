-- Ticks: the marks between which consumers read. A tick is a snapshot; the events between two ticks are those that the
-- later one sees and the earlier one does not. Whoever ticks holds the queue's row: ticks follow each other, and so do
-- their snapshots, which must be younger than the lock.

-- Truncation (compaction.sql, rotation.sql) empties a table for every snapshot that is older. So whoever decides by what he
-- does not find there reads with a snapshot that is younger than his lock on the table: in a volatile function, each
-- statement of which takes its locks and then its snapshot. Where the transaction has one snapshot, it is refused.
create or replace function howdah_stream.want_own_snapshot(i_what text) returns void
language plpgsql as $$
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception '% needs a snapshot of its own: use READ COMMITTED, not %',
                i_what, upper(current_setting('transaction_isolation'))
            using errcode = 'active_sql_transaction';
    end if;
end
$$;

-- Makes a tick; the caller holds the queue's row. i_busy: somebody may be writing an event that this tick does not see
-- though its id is not new any more. Tells who listens.
create or replace function howdah_stream.tick(i_queue pgque.queue, i_busy bool) returns bigint
language plpgsql as $$
declare
    v_tick bigint;
    -- before the snapshot: an event of a later transaction has a higher id
    v_seq bigint := coalesce(pg_sequence_last_value(i_queue.queue_event_seq::regclass), 0);
begin
    perform howdah_stream.want_own_snapshot('a tick');
    insert into pgque.tick (tick_queue, tick_id, tick_event_seq, tick_busy)
    values (i_queue.queue_id, nextval(i_queue.queue_tick_seq::regclass), v_seq, i_busy)
    returning tick_id into v_tick;
    perform pg_notify('pgque_' || i_queue.queue_name, v_tick::text);
    return v_tick;
end
$$;

-- Whether somebody is writing into a queue (or one that shares its bucket): has a share of announce()'s lock, which the
-- ticker (lock 64) does not have, asleep. The locks are only tried: kept, they would have every writer notify.
create or replace function howdah_stream.busy(i_queue_id int) returns bool
language plpgsql as $$
begin
    if pg_try_advisory_lock(1752131956, i_queue_id % 64) then
        perform pg_advisory_unlock(1752131956, i_queue_id % 64);
        return false;
    elsif pg_try_advisory_lock_shared(1752131956, 64) then
        perform pg_advisory_unlock_shared(1752131956, 64);
        return true;
    end if;
    return false;
end
$$;

-- Takes every lock that writers share, in the transaction of a ticker that is about to sleep: as long as it stays open, they
-- notify. False if somebody is writing; then the transaction is to be ended.
create or replace function howdah_stream.sleep() returns bool
language sql as $$
    select bool_and(pg_try_advisory_xact_lock(1752131956, bucket)) from generate_series(0, 64) bucket
$$;

create or replace function howdah_stream.last_tick(i_queue_id int) returns pgque.tick
language plpgsql as $$
declare
    v_tick pgque.tick;
begin
    select * into v_tick from pgque.tick where tick_queue = i_queue_id order by tick_id desc limit 1;
    return v_tick;
end
$$;

-- Whether there is an event that i_tick does not see: asks the queue's own has_news_N (event_tables.sql).
create or replace function howdah_stream.has_news(i_tick pgque.tick) returns bool
language plpgsql as $$
declare
    v_found bool;
begin
    execute 'select howdah_stream.has_news_' || i_tick.tick_queue || '($1)' into v_found using i_tick.tick_snapshot;
    return v_found;
end
$$;

-- Whether an event's id was drawn since the last tick.
create or replace function howdah_stream.ids_were_drawn(i_queue_id int) returns bool
language plpgsql as $$
declare
    v_seq bigint;
begin
    select tick_event_seq into v_seq from pgque.tick where tick_queue = i_queue_id order by tick_id desc limit 1;
    return (select coalesce(pg_sequence_last_value(queue_event_seq::regclass), 0) > v_seq
              from pgque.queue where queue_id = i_queue_id);
end
$$;

-- Ticks at once if there is an event that no tick has seen. Null if there is none, if another session ticks at this very
-- moment, or if the queue's ticker is paused or external.
create or replace function howdah_stream.tick_news(i_queue_id int) returns bigint
language plpgsql as $$
declare
    v_last pgque.tick := howdah_stream.last_tick(i_queue_id);
begin
    if current_setting('transaction_isolation') = 'read committed' and howdah_stream.has_news(v_last) then
        return howdah_stream.tick_unless_ticked(v_last);
    end if;
    return null;
end
$$;

-- Ticks because there is news since i_last, unless another session has ticked meanwhile or is about to.
create or replace function howdah_stream.tick_unless_ticked(i_last pgque.tick) returns bigint
language plpgsql as $$
declare
    v_queue pgque.queue;
    v_now pgque.tick;
    v_busy bool;
begin
    select * into v_queue
      from pgque.queue
     where queue_id = i_last.tick_queue and not queue_ticker_paused and not queue_external_ticker
       for no key update skip locked;
    if not found then
        return null;
    end if;
    v_now := howdah_stream.last_tick(i_last.tick_queue);
    if v_now.tick_id <> i_last.tick_id and not howdah_stream.has_news(v_now) then
        return null;
    end if;
    v_busy := howdah_stream.busy(i_last.tick_queue);
    return howdah_stream.tick(v_queue, v_busy);
end
$$;

-- The server's ticker, one round: ticks wherever there is news. Looks where a new event was begun or somebody was writing
-- at the last tick, and at i_look's queues, or at all for null. Gives how many ticks it made. Waits for nobody. Its commit
-- is not waited for: a tick that is lost in a crash has been of use to nobody whose commit is not lost with it.
create or replace function howdah_stream.tick_round(i_look text[]) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_queue pgque.queue;
    v_ticks int := 0;
begin
    perform set_config('synchronous_commit', 'off', true);
    for v_queue in
        select * from pgque.queue where not queue_ticker_paused and not queue_external_ticker order by queue_id
    loop
        v_ticks := v_ticks
            + howdah_stream.tick_queue(v_queue, i_look is null or v_queue.queue_name = any (i_look));
    end loop;
    return v_ticks;
end
$$;

-- One queue's part of a round: how many ticks. Passes over one that is being dropped, or was.
create or replace function howdah_stream.tick_queue(i_queue pgque.queue, i_look bool) returns int
language plpgsql as $$
declare
    v_last pgque.tick := howdah_stream.last_tick(i_queue.queue_id);
    v_timeout text := current_setting('lock_timeout');
    v_moved bool;
    v_news bool;
begin
    begin
        perform set_config('lock_timeout', '50ms', true);
        v_moved := pg_sequence_last_value(i_queue.queue_event_seq::regclass) > v_last.tick_event_seq;
        if v_moved or v_last.tick_busy or i_look then
            v_news := howdah_stream.has_news(v_last);
        end if;
        perform set_config('lock_timeout', v_timeout, true);
    exception when lock_not_available or undefined_table or undefined_function or internal_error then
        return 0;
    end;
    if v_news then
        return case when howdah_stream.tick_unless_ticked(v_last) is null then 0 else 1 end;
    elsif not (v_moved or v_last.tick_busy) or howdah_stream.busy(i_queue.queue_id) then
        return 0;
    end if;
    -- what was begun has failed: remember not to look again
    select * into i_queue from pgque.queue where queue_id = i_queue.queue_id for no key update skip locked;
    if not found then
        return 0;
    elsif v_moved then
        perform howdah_stream.tick(i_queue, false);
        return 1;
    end if;
    update pgque.tick set tick_busy = false
     where tick_queue = i_queue.queue_id and tick_id = v_last.tick_id
       and not howdah_stream.has_news(howdah_stream.last_tick(i_queue.queue_id));
    return 0;
end
$$;
