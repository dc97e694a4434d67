-- Ticks: the marks between which consumers read. A tick is a snapshot; the events between two ticks are those that the
-- later one sees and the earlier one does not. Whoever ticks holds the queue's row: ticks follow each other, and so do
-- their snapshots, which must be younger than the lock.

-- Truncation (compaction.sql, rotation.sql) empties a table for every snapshot that is older. So whoever decides by what he
-- does not find there reads with a snapshot that is younger than his lock on the table: in a volatile function, each
-- statement of which takes its locks and then its snapshot. Where the transaction has one snapshot, it is refused; else true.
drop function if exists howdah_stream.want_own_snapshot(text);
create or replace function howdah_stream.want_own_snapshot(i_what text) returns bool
language plpgsql as $$
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception '% needs a snapshot of its own: use READ COMMITTED, not %',
                i_what, upper(current_setting('transaction_isolation'))
            using errcode = 'active_sql_transaction';
    end if;
    return true;
end
$$;

drop function if exists howdah_stream.tick(pgque.queue, bool, bool);
drop function if exists howdah_stream.tick(pgque.queue, bool, bool, bigint);

-- Makes a tick; the caller holds the queue's row. i_busy: somebody may be writing an event that this tick does not see
-- though its id is not new any more, this transaction itself for one. Tells who listens, unless not i_tell. With i_after:
-- nulls, if there is one after that already. i_quiet: how many ids had been drawn, in this transaction and where it has
-- snapshots of its own, when nobody was writing a moment later; asked here if null.
create or replace function howdah_stream.tick(
    i_queue pgque.queue, i_busy bool, i_tell bool default true, i_after bigint default null, i_quiet bigint default null)
returns pgque.tick
language plpgsql as $$
declare
    v_own bool := i_quiet is not null or howdah_stream.want_own_snapshot('a tick');
    v_tick pgque.tick;
    -- Before the snapshot: an event of a later transaction has a higher id. And before asking who is writing: whoever
    -- begins later has a higher id, too.
    v_seq bigint := coalesce(i_quiet, howdah_stream.ids_drawn(i_queue.queue_id));
    v_busy bool := i_busy or i_quiet is null and coalesce(howdah_stream.is_written(i_queue.queue_id), false);
begin
    insert into pgque.tick (tick_queue, tick_id, tick_event_seq, tick_busy)
    select i_queue.queue_id, nextval(i_queue.queue_tick_seq::regclass), v_seq, v_busy
     where coalesce(i_after = (
               select tick_id from pgque.tick where tick_queue = i_queue.queue_id order by tick_id desc limit 1), true)
    returning * into v_tick;
    if i_tell and v_tick.tick_id is not null then
        perform pg_notify('pgque_' || i_queue.queue_name, v_tick.tick_id::text);
    end if;
    return v_tick;
end
$$;

-- How many events' ids have been drawn; the queue's first id is 1.
create or replace function howdah_stream.ids_drawn(i_queue_id int) returns bigint
language sql as $$
    select coalesce(pg_sequence_last_value(to_regclass('pgque.event_' || i_queue_id || '_id_seq')), 0)
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

-- Whether there is an event that i_tick does not see: asks the queue's own has_news_N (queue_functions.sql).
create or replace function howdah_stream.has_news(i_tick pgque.tick) returns bool
language plpgsql as $$
declare
    v_found bool;
begin
    execute 'select howdah_stream.has_news_' || i_tick.tick_queue || '($1)' into v_found using i_tick.tick_snapshot;
    return v_found;
end
$$;

drop function if exists howdah_stream.look(int, bigint);

-- For a consumer that has done i_done: whether there is a tick after that, or one could be made, because ids were drawn and
-- nobody is writing an event any more, or because there is an event that no tick has seen. If not, seen is how many ids
-- had been drawn, or null if somebody may be writing an event with one of them; or fewer than were drawn if another
-- session ticks at this very moment: then it is worth looking again at once. Tells nobody of its tick: the server's ticker
-- does, once for many. i_last: the last tick, maybe a moment ago; gives the window from there, if it was the last one still.
-- i_news: whoever is writing into the queue is waited for.
create or replace function howdah_stream.look(
    i_last pgque.tick, i_done bigint, i_news bool,
    out has_tick bool, out seen bigint, out reading howdah_stream.batch_window)
language plpgsql as $$
declare
    v_drawn bigint := howdah_stream.ids_drawn(i_last.tick_queue);
    v_written bool;
    v_made pgque.tick;
begin
    if i_last.tick_id > i_done then
        has_tick := true;
        return;
    elsif v_drawn = i_last.tick_event_seq and not i_last.tick_busy then
        seen := v_drawn;
        return;
    elsif current_setting('transaction_isolation') <> 'read committed' then
        return;
    end if;
    v_written := howdah_stream.is_written(i_last.tick_queue);
    if v_written and i_news and howdah_stream.await_writers(i_last.tick_queue) then
        v_drawn := howdah_stream.ids_drawn(i_last.tick_queue);
        v_written := howdah_stream.is_written(i_last.tick_queue);
    end if;
    if v_drawn > i_last.tick_event_seq and not v_written then
        reading := howdah_stream.tick_next(i_last, v_drawn);
        if reading.next_tick is not null then
            has_tick := true;
            return;
        end if;
        v_made := howdah_stream.tick_unless_ticked(i_last, false, v_drawn);
    elsif howdah_stream.has_news(i_last) then
        v_made := howdah_stream.tick_unless_ticked(i_last, false);
    elsif not v_written then
        seen := v_drawn;
        return;
    else
        return;
    end if;
    has_tick := v_made.tick_id > i_done;
    seen := case when not v_written then i_last.tick_event_seq - 1 end;
end
$$;

-- What tick_unless_ticked() does, in one statement, for the next tick; gives the window from i_last to it. Its snapshot may be
-- older than its lock, for the queue's sequence, which knows no snapshots, says under the lock that no tick was begun since
-- i_last. Nulls if one was, even if it was rolled back.
create or replace function howdah_stream.tick_next(i_last pgque.tick, i_quiet bigint) returns howdah_stream.batch_window
language plpgsql as $$
declare
    v_window howdah_stream.batch_window;
begin
    with made as (
        insert into pgque.tick as t (tick_queue, tick_id, tick_event_seq, tick_busy)
        select queue_id, nextval(queue_tick_seq::regclass), i_quiet, false
          from (select queue_id, queue_tick_seq
                  from pgque.queue
                 where queue_id = i_last.tick_queue and not queue_ticker_paused and not queue_external_ticker
                offset 0
                   for no key update skip locked) q -- so that what follows is asked under the lock
         where pg_sequence_last_value(queue_tick_seq::regclass) = i_last.tick_id
        returning t as tick
    )
    select w.* into v_window from made cross join lateral howdah_stream.window_between(i_last, made.tick) w;
    return v_window;
end
$$;

drop function if exists howdah_stream.tick_unless_ticked(pgque.tick, bool);

-- Ticks, unless another session has done so since i_last: the last tick then. Nulls if one is about to, or nobody may.
-- i_quiet: as tick() says.
create or replace function howdah_stream.tick_unless_ticked(i_last pgque.tick, i_tell bool, i_quiet bigint default null)
returns pgque.tick
language plpgsql as $$
declare
    v_queue pgque.queue;
    v_tick pgque.tick;
begin
    select * into v_queue
      from pgque.queue
     where queue_id = i_last.tick_queue and not queue_ticker_paused and not queue_external_ticker
       for no key update skip locked;
    if found then
        v_tick := howdah_stream.tick(v_queue, false, i_tell, i_last.tick_id, i_quiet);
        if v_tick.tick_id is null then
            v_tick := howdah_stream.last_tick(i_last.tick_queue);
        end if;
    end if;
    return v_tick;
end
$$;

-- The server's ticker, one round: ticks wherever there is news, and tells who listens of ticks that consumers made. Looks
-- where a new event was begun or somebody was writing at the last tick, and at i_look's queues, or at all for null.
-- i_since: when the round before began; null: nobody is told of others' ticks. Gives how many ticks it made or told of.
-- Waits for nobody. Its commit is not waited for: a tick that is lost in a crash has been of use to nobody whose commit is
-- not lost with it.
create or replace function howdah_stream.tick_round(i_look text[], i_since interval default null) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_queue pgque.queue;
    v_since timestamptz := clock_timestamp() - i_since;
    v_ticks int := 0;
begin
    perform set_config('synchronous_commit', 'off', true);
    for v_queue in
        select * from pgque.queue where not queue_ticker_paused and not queue_external_ticker order by queue_id
    loop
        v_ticks := v_ticks
            + howdah_stream.tick_queue(v_queue, i_look is null or v_queue.queue_name = any (i_look), v_since);
    end loop;
    return v_ticks;
end
$$;

-- One queue's part of a round: how many ticks. Passes over one that is being dropped, or was.
create or replace function howdah_stream.tick_queue(i_queue pgque.queue, i_look bool, i_since timestamptz) returns int
language plpgsql as $$
declare
    v_last pgque.tick := howdah_stream.last_tick(i_queue.queue_id);
    v_timeout text := current_setting('lock_timeout');
    v_moved bool;
    v_news bool := false;
    v_tick pgque.tick;
begin
    begin
        perform set_config('lock_timeout', '50ms', true);
        v_moved := howdah_stream.ids_drawn(i_queue.queue_id) > v_last.tick_event_seq;
        if v_moved or v_last.tick_busy or i_look then
            v_news := howdah_stream.has_news(v_last);
        end if;
        perform set_config('lock_timeout', v_timeout, true);
    exception when lock_not_available or undefined_table or undefined_function or internal_error then
        return 0;
    end;
    if v_news then
        v_tick := howdah_stream.tick_unless_ticked(v_last, true);
    end if;
    if v_tick.tick_id is not null then
        return 1;
    elsif v_last.tick_time >= i_since then
        perform pg_notify('pgque_' || i_queue.queue_name, v_last.tick_id::text);
        return 1;
    elsif v_news then
        return 0;
    elsif not (v_moved or v_last.tick_busy) or howdah_stream.is_written(i_queue.queue_id) then
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
