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
language sql as $$
    select t from pgque.tick t where tick_queue = i_queue_id order by tick_id desc limit 1
$$;

-- Whether there is an event that i_tick does not see. A few looks into the index of each table, however many events it has:
-- between the transactions that are under way, whose events would have to be looked at one by one to find that they are
-- not visible yet, and at those that were under way then. Sorted and limited, so that no plan reads the table.
create or replace function howdah_stream.has_news(i_tick pgque.tick) returns bool
language plpgsql as $$
declare
    v_nr int;
    v_found bool;
    v_froms xid8[];
    v_untils xid8[];
begin
    select array_agg(g.f order by g.u) || late.x, array_agg(g.u order by g.u) || late.y
      into v_froms, v_untils
      from (select lag(((u::text)::bigint + 1)::text::xid8, 1, pg_snapshot_xmax(i_tick.tick_snapshot)) over (order by u) as f, u
              from (select pg_snapshot_xip(pg_current_snapshot()) union select pg_snapshot_xmax(pg_current_snapshot())) b (u)
             where u >= pg_snapshot_xmax(i_tick.tick_snapshot)) g,
           (select array_agg(x) as x, array_agg(((x::text)::bigint + 1)::text::xid8) as y
              from pg_snapshot_xip(i_tick.tick_snapshot) x
             where pg_visible_in_snapshot(x, pg_current_snapshot())) late
     group by late.x, late.y;
    for v_nr in
        select et_nr from howdah_stream.event_table
         where et_queue = i_tick.tick_queue
           and (et_sealed_tick is null or et_sealed_tick >= i_tick.tick_id)
    loop
        execute format(
            'select bool_or((select true from %s where ev_txid >= f and ev_txid < u order by ev_txid limit 1)) '
            'from unnest($1, $2) r (f, u) where f < u',
            howdah_stream.event_table_name(i_tick.tick_queue, v_nr))
           into v_found
          using v_froms, v_untils;
        if v_found then
            return true;
        end if;
    end loop;
    return false;
end
$$;

-- Ticks at once if there is an event that no tick has seen. Null if there is none, if another session ticks at this very
-- moment, or if the queue's ticker is paused or external.
create or replace function howdah_stream.tick_news(i_queue_id int) returns bigint
language plpgsql as $$
declare
    v_queue pgque.queue;
    v_busy bool;
begin
    if current_setting('transaction_isolation') <> 'read committed'
            or not howdah_stream.has_news(howdah_stream.last_tick(i_queue_id)) then
        return null;
    end if;
    select * into v_queue
      from pgque.queue
     where queue_id = i_queue_id and not queue_ticker_paused and not queue_external_ticker
       for no key update skip locked;
    -- another session may have ticked between the question and the lock
    if not found or not howdah_stream.has_news(howdah_stream.last_tick(i_queue_id)) then
        return null;
    end if;
    v_busy := howdah_stream.busy(i_queue_id);
    return howdah_stream.tick(v_queue, v_busy);
end
$$;

-- The server's ticker, one round: ticks wherever there is news. Looks where a new event was begun or somebody was writing
-- at the last tick, and at i_look's queues, or at all for null. Gives how many ticks it made. Its commit is not waited for:
-- a tick that is lost in a crash has been of use to nobody whose commit is not lost with it.
create or replace function howdah_stream.tick_round(i_look text[]) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_queue record;
    v_row pgque.queue;
    v_ticks int := 0;
begin
    perform set_config('synchronous_commit', 'off', true);
    for v_queue in
        select q.queue_id, t.tick_id, t.tick_busy,
               coalesce(pg_sequence_last_value(q.queue_event_seq::regclass), 0) > t.tick_event_seq as moved
          from pgque.queue q
         cross join lateral howdah_stream.last_tick(q.queue_id) t
         where not q.queue_ticker_paused and not q.queue_external_ticker
           and (t.tick_busy or i_look is null or q.queue_name = any (i_look)
                or coalesce(pg_sequence_last_value(q.queue_event_seq::regclass), 0) > t.tick_event_seq)
    loop
        if howdah_stream.tick_news(v_queue.queue_id) is not null then
            v_ticks := v_ticks + 1;
        elsif (v_queue.moved or v_queue.tick_busy) and not howdah_stream.busy(v_queue.queue_id) then
            -- what was begun has failed: remember not to look again
            select * into v_row from pgque.queue where queue_id = v_queue.queue_id for no key update skip locked;
            if found and v_queue.moved then
                v_ticks := v_ticks + 1;
                perform howdah_stream.tick(v_row, false);
            elsif found then
                update pgque.tick set tick_busy = false
                 where tick_queue = v_queue.queue_id and tick_id = v_queue.tick_id
                   and not howdah_stream.has_news(howdah_stream.last_tick(v_queue.queue_id));
            end if;
        end if;
    end loop;
    return v_ticks;
end
$$;
