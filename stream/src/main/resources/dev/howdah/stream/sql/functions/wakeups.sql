-- Who tells whom that there is something new. Writers, the server's ticker and waiting consumers tell each other by
-- advisory locks (1752131956, n) that belong to transactions: no event is told by NOTIFY while somebody is awake.
--     0 to 63   a bucket of queues each: a writer shares its queue's until its transaction ends
--     64        shared by a writer that can't have its bucket's, because a consumer waits there for the writers before it
-- The ticker has all of them while it sleeps; then a writer can share none, and notifies. Else it can't go to sleep before
-- the writer has ended. No event is ever committed without one of the two, and no table is asked or written for it.

-- Once a transaction, whoever writes says so, before it draws an id.
create or replace function howdah_stream.announce(i_queue_id int, i_queue_name text) returns void
language plpgsql as $$
begin
    if not pg_try_advisory_xact_lock_shared(1752131956, i_queue_id % 64)
            and not pg_try_advisory_xact_lock_shared(1752131956, 64) then
        perform pg_notify('howdah_stream', i_queue_name);
    end if;
end
$$;

-- Whether somebody else is writing into a queue, or one that shares its bucket. Null if that can't be told, because the
-- ticker sleeps: they notify then. The locks are only tried: kept, they would keep writers from sharing them.
create or replace function howdah_stream.is_written(i_queue_id int) returns bool
language sql as $$
    select case when not pg_try_advisory_lock(1752131956, i_queue_id % 64) then true
                when not pg_advisory_unlock(1752131956, i_queue_id % 64) then true
                when not pg_try_advisory_lock(1752131956, 64) then true
                else not pg_advisory_unlock(1752131956, 64) end
           and case when pg_try_advisory_lock_shared(1752131956, 64)
                    then pg_advisory_unlock_shared(1752131956, 64) end
$$;

-- Takes every lock that writers share, in the transaction of a ticker that is about to sleep: as long as it stays open, they
-- notify. False if somebody is writing; then the transaction is to be ended.
create or replace function howdah_stream.sleep() returns bool
language sql as $$
    select bool_and(pg_try_advisory_xact_lock(1752131956, bucket)) from generate_series(0, 64) bucket
$$;

drop function if exists howdah_stream.await_events(int, bigint, interval);

-- Waits, at most i_wait, until an event's id is drawn that is not among the first i_seen. False if none was. Touches no
-- table: a lock that lasted as long as this would keep all of them from being truncated.
create or replace function howdah_stream.await_events(i_queue_id int, i_seen bigint, i_wait interval) returns bool
language plpgsql as $$
declare
    v_end timestamptz := clock_timestamp() + i_wait;
    v_slept text;
begin
    while howdah_stream.ids_drawn(i_queue_id) <= i_seen loop
        if clock_timestamp() >= v_end then
            return false;
        end if;
        v_slept := pg_sleep(0.0001); -- a millisecond; 0.001 would often be two
    end loop;
    return true;
end
$$;

drop function if exists howdah_stream.await_writers(int);

-- Waits for those who are writing into a queue, or one that shares its bucket, two milliseconds at most. Those who come
-- meanwhile don't wait: they share lock 64. The lock is had for no longer than it takes to end the block; it is not a
-- session's lock, which stays with the session if it is granted at the moment at which the time is up. Gives true.
create or replace function howdah_stream.await_writers(i_queue_id int) returns bool
language plpgsql as $$
declare
    v_done text;
begin
    begin
        v_done := set_config('lock_timeout', '2ms', true);
        v_done := pg_advisory_xact_lock(1752131956, i_queue_id % 64);
        raise sqlstate 'HWOK1';
    exception when lock_not_available or sqlstate 'HWOK1' then
        null;
    end;
    return true;
end
$$;
