-- Who waits for jobs is told on channel ch_pgqueuer, in the words that PGQueuer's workers know. The payload is the same
-- for all statements of one kind in a transaction, so that PostgreSQL sends it once. Nobody is told of a job that was picked
-- by the statement that sent it: that sets howdah.silent for its transaction.

create or replace function fn_pgqueuer_changed() returns trigger
    language plpgsql
as $$
begin
    -- of updates, only those matter that put a job back in line or hold it: a trigger of its own picks them out
    if tg_op <> 'UPDATE' or tg_level = 'ROW' then
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
