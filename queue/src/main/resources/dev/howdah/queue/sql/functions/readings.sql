-- Failed readings. A reading deletes the message in the reader's transaction. When that is rolled back, by whomever and
-- however, the row is alive again, and its xmax still names the transaction: the mark of one failed reading, which cost
-- nothing to write and which no crash undoes. Nobody is given a marked message before somebody has counted the mark.

-- Which transaction a row's xmax means, as it has only 32 bits: the one nearest to i_near, any recent transaction's id.
create or replace function howdah_queue.mark_xid(i_mark xid, i_near bigint) returns bigint
language sql immutable as $$
    select i_near + ((i_mark::text::bigint - i_near + 2147483648) & 4294967295) - 2147483648
$$;

create or replace function howdah_queue.near_xid() returns bigint
language sql as $$
    select pg_snapshot_xmax(pg_current_snapshot())::text::bigint
$$;

-- What became of it: 'in progress', 'committed' (it only locked the row), 'aborted'; null if that is too long ago to know.
create or replace function howdah_queue.mark_status(i_mark xid, i_near bigint) returns text
language sql as $$
    select pg_xact_status(howdah_queue.mark_xid(i_mark, i_near)::text::xid8)
$$;

-- Whether a transaction that was rolled back has read nothing in vain: the keeper's own, which only moved messages; and
-- one that was prepared, as pgpro_queue has it.
create or replace function howdah_queue.is_spared(i_xid bigint) returns bool
language plpgsql as $$
begin
    if i_xid in (pg_sequence_last_value('howdah_queue.keeper_xid'::regclass),
                 pg_sequence_last_value('howdah_queue.keeper_xid_before'::regclass)) then
        return true;
    end if;
    return current_setting('max_prepared_transactions') <> '0' and howdah_queue.was_prepared(i_xid);
end
$$;

-- Whether a row that has a mark may be read: nobody is at it, and nobody has failed with it.
create or replace function howdah_queue.is_free(i_mark xid, i_near bigint) returns bool
language sql as $$
    select case howdah_queue.mark_status(i_mark, i_near)
        when 'in progress' then false
        when 'aborted' then howdah_queue.is_spared(howdah_queue.mark_xid(i_mark, i_near))
        else true
    end
$$;

-- Whether a mark is that of a failed reading.
create or replace function howdah_queue.is_failed(i_mark xid, i_near bigint) returns bool
language sql as $$
    select case howdah_queue.mark_status(i_mark, i_near)
        when 'aborted' then not howdah_queue.is_spared(howdah_queue.mark_xid(i_mark, i_near))
        else false
    end
$$;

-- Whether a server looks after the queues: its keeper counts failed readings and moves what falls due, so that readers
-- need not. It holds the lock of its duty; the lock is tried for no longer than this function runs.
create or replace function howdah_queue.is_served() returns bool
language plpgsql as $$
begin
    if pg_try_advisory_lock_shared(hashtextextended('howdah duty queue-keeper', 0)) then
        perform pg_advisory_unlock_shared(hashtextextended('howdah duty queue-keeper', 0));
        return false;
    end if;
    return true;
end
$$;

-- What a header filter is compared with.
create or replace function howdah_queue.header(
    i_msgid bigint, i_enqueue_time timestamptz, i_priority int, i_retries int, i_retrydelay int, i_attempts int)
returns jsonb
language sql stable as $$
    select jsonb_build_object('msgid', i_msgid, 'enqueue_time', i_enqueue_time, 'priority', i_priority,
        'retries', i_retries, 'retrydelay', i_retrydelay, 'attempts', i_attempts)
$$;

create or replace function howdah_queue.refuse_isolation() returns void
language plpgsql as $$
begin
    raise exception 'queues are read at the isolation level READ COMMITTED, this transaction''s is %',
        upper(current_setting('transaction_isolation'))
        using errcode = 'invalid_transaction_state',
              hint = 'Begin the transaction with: begin isolation level read committed';
end
$$;

-- A reading of this message has failed, and its row is removed by the caller: it comes again after its retry delay, with
-- one retry less; or, out of retries, it becomes a dead letter: in the queue's dead-letter queue if it has one, else
-- among the dead. Messages of a dead-letter queue never run out. i_delay in seconds: instead of the message's own.
create or replace function howdah_queue.count_failure(
    i_queue_id int, i_message howdah_queue.message, i_delay double precision default null, i_reason text default null)
returns void
language plpgsql as $$
declare
    v_queue record;
begin
    select * into v_queue from pgpro_queue_data.queues where queue_id = i_queue_id;
    i_message.attempts := i_message.attempts + 1;
    if v_queue.queue_type = 'N' and (i_message.retries = 0 or not howdah_queue.retries_are_managed()) then
        perform howdah_queue.bury(i_queue_id, i_message, coalesce(i_reason, 'out of retries'));
        return;
    end if;
    i_message.retries := greatest(i_message.retries - 1, 0);
    insert into pgpro_queue_data.waiting (queue_id, due, msgid, enqueue_time, priority, retries, retrydelay, attempts,
        body, body_xml, properties, history)
    values (i_queue_id, clock_timestamp() + make_interval(secs => coalesce(i_delay,
                least(i_message.retrydelay * v_queue.queue_backoff ^ least(i_message.attempts - 1, 100),
                      greatest(v_queue.queue_backoff_max, i_message.retrydelay))::double precision)),
        i_message.msgid, i_message.enqueue_time, i_message.priority, i_message.retries, i_message.retrydelay,
        i_message.attempts, i_message.body, i_message.body_xml, i_message.properties, i_message.history);
end
$$;

-- Where pgpro_queue.database_with_managed_retry is set and does not list this database, messages are not tried again. They
-- are not lost for it, as they are in pgpro_queue: they become dead letters at the first failure.
create or replace function howdah_queue.retries_are_managed() returns bool
language sql stable as $$
    select coalesce(nullif(current_setting('pgpro_queue.database_with_managed_retry', true), ''), current_database())
        ~ ('(^|,)\s*' || regexp_replace(current_database(), '(\W)', '\\\1', 'g') || '\s*(,|$)')
$$;

create or replace function howdah_queue.bury(
    i_queue_id int, i_message howdah_queue.message, i_reason text) returns void
language plpgsql as $$
declare
    v_queue record;
begin
    select * into v_queue from pgpro_queue_data.queues where queue_id = i_queue_id;
    if v_queue.queue_dlq is null then
        insert into pgpro_queue_data.dead (queue_id, reason, msgid, enqueue_time, priority, retries, retrydelay, attempts,
            body, body_xml, properties, history)
        select i_queue_id, i_reason, (i_message).*;
        return;
    end if;
    i_message.history := jsonb_build_object('queue', v_queue.queue_name, 'msgid', i_message.msgid,
        'attempts', i_message.attempts, 'reason', i_reason, 'died', clock_timestamp());
    i_message.msgid := nextval(('pgpro_queue_data.msgid_' || v_queue.queue_dlq)::regclass);
    i_message.attempts := 0;
    select queue_retries, queue_retry_delay into i_message.retries, i_message.retrydelay
      from pgpro_queue_data.queues where queue_id = v_queue.queue_dlq;
    execute format('select pgpro_queue_data.put_%s($1)', v_queue.queue_dlq) using i_message;
end
$$;
