-- Who waits for jobs is told on channel ch_pgqueuer, in the words that PGQueuer's workers know. The payload is the same
-- for all statements of one kind in a transaction, so that PostgreSQL sends it once. Nobody is told of a job that was picked
-- by the statement that sent it: that sets howdah.silent for its transaction.
--
-- A NOTIFY takes a lock that PostgreSQL has but once, and keeps it until the commit is on disk. Where senders wait for each
-- other because of it, one notifier tells in place of them all. They know by advisory locks, whose object is the channel:
--     1752131961   had by the notifier while it is awake
--     1752131962   shared, until its transaction ends, by a sender that has left the telling to it
-- The notifier goes on telling until nobody shares the second one. So a sender that saw it awake, then shared that lock,
-- and saw it awake again will be told of; all others notify by themselves. Deletes always do, they are made in batches.
-- Only functions of pg_catalog are called: whoever inserts may have any search_path.

create or replace function fn_pgqueuer_changed() returns trigger
    language plpgsql
as $$
declare
    is_left_to_notifier bool := tg_op = 'INSERT';
begin
    -- the first lock is only tried: kept, it would keep a notifier from waking
    for look in 1..2 loop
        is_left_to_notifier := is_left_to_notifier
            and case when pg_try_advisory_lock_shared(1752131961, hashtext('ch_pgqueuer'))
                     then not pg_advisory_unlock_shared(1752131961, hashtext('ch_pgqueuer'))
                     else true end
            and pg_try_advisory_xact_lock_shared(1752131962, hashtext('ch_pgqueuer'));
    end loop;
    -- of updates, only those matter that put a job back in line or hold it: a trigger of its own picks them out
    if not is_left_to_notifier and (tg_op <> 'UPDATE' or tg_level = 'ROW') then
        perform pg_notify('ch_pgqueuer', json_build_object(
            'channel', 'ch_pgqueuer',
            'operation', lower(tg_op),
            'sent_at', now(),
            'table', tg_table_name,
            'type', 'table_changed_event')::text);
    end if;
    return null;
end
$$;

create or replace trigger tg_pgqueuer_changed
    after insert or update or delete or truncate on pgqueuer
    for each statement when (current_setting('howdah.silent', true) is distinct from 'on')
    execute function fn_pgqueuer_changed();

-- a job that was put back in line is news to whoever sleeps, one that is held to whoever waits for its end
create or replace trigger tg_pgqueuer_requeued
    after update of status on pgqueuer
    for each row when (new.status in ('queued', 'failed') and old.status <> new.status)
    execute function fn_pgqueuer_changed();
