-- Readings in transactions that are prepared. ROLLBACK PREPARED gives the message back without counting, so somebody has
-- to know, of a transaction that was rolled back, that it had been prepared. PREPARE TRANSACTION fires deferred constraint
-- triggers, as COMMIT does and ROLLBACK does not; what the trigger writes into a sequence no rollback undoes. There is
-- room for the last 32: one that 32 others came after, before anybody looked, counts as a failed reading. None of this
-- happens where max_prepared_transactions is 0, as it is by default.

create or replace function howdah_queue.note_reading() returns void
language sql as $$
    insert into howdah_queue.reading default values
$$;

-- Every subtransaction that has read left a row of its own, as it is that one's id that its messages are marked with. The
-- trigger has itself fired again, behind all deferred constraints that wait: should one of them fail, this is a rollback,
-- and nothing was remembered.
create or replace function howdah_queue.remember_prepared() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_near bigint := howdah_queue.near_xid();
    v_nr bigint := pg_sequence_last_value('howdah_queue.prepared_nr'::regclass);
    v_xid bigint;
begin
    if not new.last then
        insert into howdah_queue.reading (last)
        select true
         where not exists (
            select from howdah_queue.reading r
             where r.last and howdah_queue.mark_status(r.xmin, v_near) = 'in progress');
        return null;
    end if;
    for v_xid in select distinct howdah_queue.mark_xid(r.xmin, v_near) from howdah_queue.reading r
                  where howdah_queue.mark_status(r.xmin, v_near) = 'in progress'
    loop
        v_nr := nextval('howdah_queue.prepared_nr');
        perform setval(('howdah_queue.prepared_' || v_nr % 32)::regclass, v_xid);
    end loop;
    delete from howdah_queue.reading r where howdah_queue.mark_status(r.xmin, v_near) = 'in progress';
    return null;
end
$$;

do $$
begin
    if not exists (select from pg_trigger where tgrelid = 'howdah_queue.reading'::regclass and tgname = 'remember') then
        create constraint trigger remember after insert on howdah_queue.reading
            deferrable initially deferred for each row execute function howdah_queue.remember_prepared();
    end if;
end
$$;

create or replace function howdah_queue.was_prepared(i_xid bigint) returns bool
language plpgsql as $$
begin
    return exists (
        select from generate_series(0, 31) nr
         where pg_sequence_last_value(('howdah_queue.prepared_' || nr)::regclass) = i_xid);
end
$$;
