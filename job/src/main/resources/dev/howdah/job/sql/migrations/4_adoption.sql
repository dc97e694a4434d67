-- What else tables that PGQueuer made need, so that its workers and Howdah's go on side by side.

-- ids and their sequences were int4 before PGQueuer 1.1.1
do $$
declare
    narrow record;
begin
    for narrow in
        select a.attrelid::regclass as tab, pg_get_serial_sequence(a.attrelid::regclass::text, 'id') as seq
          from pg_catalog.pg_attribute a
         where a.attrelid in ('pgqueuer'::regclass, 'pgqueuer_statistics'::regclass, 'pgqueuer_schedules'::regclass)
           and a.attname = 'id'
           and a.atttypid = 'int4'::regtype
         order by a.attrelid::regclass::text
    loop
        execute format('alter table %s alter column id type bigint', narrow.tab);
        if narrow.seq is not null then
            execute format('alter sequence %s as bigint', narrow.seq);
        end if;
        raise notice '% had int ids, they are bigint now', narrow.tab;
    end loop;
end
$$;

-- Since PGQueuer 1.4 a picked job can have a slot, unique by entrypoint. Put back in line it has none: who picks it
-- next may know nothing of slots.
do $$
begin
    if exists (select from pg_catalog.pg_attribute
                where attrelid = 'pgqueuer'::regclass and attname = 'slot' and not attisdropped)
    then
        create or replace function fn_pgqueuer_without_slot() returns trigger
            language plpgsql
        as $f$ begin new.slot := null; return new; end $f$;
        create or replace trigger tg_pgqueuer_without_slot
            before update of status on pgqueuer
            for each row when (new.status = 'queued' and new.slot is not null)
            execute function fn_pgqueuer_without_slot();
    end if;
end
$$;

-- what a person should know of the tables that were here before
do $$
declare
    unlogged name;
begin
    for unlogged in
        select relname
          from pg_catalog.pg_class
         where relpersistence = 'u'
           and oid in ('pgqueuer'::regclass, 'pgqueuer_log'::regclass, 'pgqueuer_statistics'::regclass,
                       'pgqueuer_schedules'::regclass)
         order by relname
    loop
        raise notice '% is unlogged, as it was: a crash empties it; "alter table % set logged" makes it durable',
            unlogged, unlogged;
    end loop;
    if exists (select
                 from pg_catalog.pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as acl
                where p.oid = to_regprocedure('fn_pgqueuer_enqueue(text,bytea,int,interval,text,jsonb)')
                  and acl.grantee = 0)
    then
        raise notice 'everybody could execute fn_pgqueuer_enqueue; now only those can to whom it is granted';
    end if;
end
$$;
