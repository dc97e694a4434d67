-- What the server does for the queues, every tenth of a second: counts failed readings, moves what is due into the line,
-- and keeps the line short: it closes segments, opens them again for a writer who was late, empties them.

-- One round over all queues, each in a transaction of its own; not for a transaction that is open already. done: how
-- many messages were moved; next_due: seconds until the next waiting message is due, null if none waits. turn: a number
-- that grows from round to round, by which long lines are looked through bit by bit; null: everything is looked at.
create or replace procedure howdah_queue.keep(i_turn bigint, inout done int default 0, inout next_due double precision default null)
language plpgsql as $$
declare
    v_queue int;
    v_kept howdah_queue.kept;
    v_nr int;
begin
    if to_regclass('pgpro_queue_data.queues') is null then
        return;
    end if;
    done := 0;
    for v_queue in select queue_id from pgpro_queue_data.queues order by queue_id loop
        v_kept := howdah_queue.keep_queue(v_queue, i_turn);
        commit;
        done := done + v_kept.moved + howdah_queue.move_due(v_queue);
        commit;
        foreach v_nr in array v_kept.empty loop
            perform howdah_queue.truncate_segment(v_queue, v_nr);
            commit; -- the lock is held no longer than that
        end loop;
        if v_kept.wants_segment then
            perform howdah_queue.add_segment(v_queue);
            commit;
        end if;
    end loop;
    select extract(epoch from min(due) - clock_timestamp()) into next_due from pgpro_queue_data.waiting;
end
$$;

-- One queue's line. Nothing for a queue that is being dropped or changed at the moment, or kept by another server.
create or replace function howdah_queue.keep_queue(i_queue_id int, i_turn bigint) returns howdah_queue.kept
language plpgsql as $$
declare
    v_kept howdah_queue.kept := row(0, '{}', false);
begin
    if howdah_queue.try_queue(i_queue_id) then
        execute 'select k.* from pgpro_queue_data.keep_' || i_queue_id || '($1) k' into v_kept using i_turn;
    end if;
    return v_kept;
end
$$;

-- Moves what is due of one queue into its line: how many.
create or replace function howdah_queue.move_due(i_queue_id int) returns int
language plpgsql as $$
declare
    v_moved int := 0;
begin
    if exists (select from pgpro_queue_data.waiting where queue_id = i_queue_id and due <= clock_timestamp())
            and howdah_queue.try_queue(i_queue_id) then
        perform howdah_queue.begin_moving();
        perform howdah_queue.announce(i_queue_id);
        execute 'select pgpro_queue_data.move_' || i_queue_id || '()' into v_moved;
    end if;
    return v_moved;
end
$$;

create or replace function howdah_queue.try_queue(i_queue_id int) returns bool
language plpgsql as $$
begin
    perform from pgpro_queue_data.queues where queue_id = i_queue_id for key share skip locked;
    return found and pg_try_advisory_xact_lock(1752131958, i_queue_id);
end
$$;

-- Empties a segment that nobody reads any more, if nobody is at it: whether it did.
create or replace function howdah_queue.truncate_segment(i_queue_id int, i_nr int) returns bool
language plpgsql as $$
declare
    v_segment text := howdah_queue.segment_name(i_queue_id, i_nr);
    v_left bool;
begin
    begin
        execute format('lock table only %s in access exclusive mode nowait', v_segment);
    exception when lock_not_available or undefined_table then
        return false;
    end;
    -- a statement of its own: its snapshot is younger than the lock
    execute format('select exists (select from only %s)', v_segment) into v_left;
    if not v_left then
        execute format('truncate only %s', v_segment);
    end if;
    return not v_left;
end
$$;

-- The keeper removes rows as readers do, and if it dies meanwhile they are marked as by a reader. So it says beforehand, in
-- sequences, which no rollback undoes, which transaction is its own: that one's marks are not those of failed readings.
-- Only the last one that was rolled back matters: what it touched is moved again in the next round.
create or replace function howdah_queue.begin_moving() returns void
language plpgsql as $$
declare
    v_last bigint := pg_sequence_last_value('howdah_queue.keeper_xid'::regclass);
begin
    if pg_xact_status(v_last::text::xid8) = 'aborted' then
        perform setval('howdah_queue.keeper_xid_before', v_last);
    end if;
    perform setval('howdah_queue.keeper_xid', pg_current_xact_id()::text::bigint);
end
$$;

-- The tables that are worth a vacuum: with a backlog, so that they are not emptied soon, and with as many dead rows as make
-- a reading some 5 microseconds slower. As PostgreSQL's statistics say, up to a second late.
create or replace function howdah_queue.crowded_tables() returns table (table_name text, dead_rows bigint)
language plpgsql as $$
begin
    return query
        select format('%I.%I', n.nspname, c.relname), pg_stat_get_dead_tuples(c.oid)
          from pg_namespace n
          join pg_class c on c.relnamespace = n.oid
         where n.nspname = 'pgpro_queue_data'
           and c.relkind = 'r'
           and c.relname ~ '^(segment_\d+_\d+|waiting)$'
           and pg_stat_get_dead_tuples(c.oid) >= 2000
           and pg_stat_get_live_tuples(c.oid) >= 2000;
end
$$;
