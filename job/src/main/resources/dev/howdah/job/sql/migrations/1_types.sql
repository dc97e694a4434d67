-- A job's states, in a migration of its own: a label that was added can't be used before it is committed.
do $$
begin
    if to_regtype('pgqueuer_status') is null then
        create type pgqueuer_status as enum
            ('queued', 'picked', 'successful', 'exception', 'canceled', 'deleted', 'failed');
    end if;
end
$$;

-- labels that older versions of PGQueuer did not have
alter type pgqueuer_status add value if not exists 'successful';
alter type pgqueuer_status add value if not exists 'exception';
alter type pgqueuer_status add value if not exists 'canceled';
alter type pgqueuer_status add value if not exists 'deleted';
alter type pgqueuer_status add value if not exists 'failed';
