-- PGQueuer's tables and indexes, by its names: its workers share them. Tables that an older version of PGQueuer left
-- behind keep their rows and get what they lack. No worker can work meanwhile, which matters if pgqueuer_log has many
-- millions of rows: whoever can't wait makes its indexes beforehand, concurrently and by the names below.

create table if not exists pgqueuer (
    id bigserial primary key,
    priority int not null,
    queue_manager_id uuid,
    created timestamptz not null default now(),
    updated timestamptz not null default now(),
    heartbeat timestamptz not null default now(),
    execute_after timestamptz not null default now(),
    status pgqueuer_status not null,
    entrypoint text not null,
    dedupe_key text,
    payload bytea,
    headers jsonb,
    attempts int not null default 0
);

create table if not exists pgqueuer_log (
    id bigint generated always as identity primary key,
    created timestamptz not null default now(),
    job_id bigint not null,
    status pgqueuer_status not null,
    priority int not null,
    entrypoint text not null,
    traceback jsonb,
    aggregated boolean not null default false
);

create table if not exists pgqueuer_statistics (
    id bigserial primary key,
    created timestamptz not null default date_trunc('sec', now()),
    count bigint not null,
    priority int not null,
    status pgqueuer_status not null,
    entrypoint text not null
);

create table if not exists pgqueuer_schedules (
    id bigserial primary key,
    expression text not null,
    entrypoint text not null,
    heartbeat timestamptz not null default now(),
    created timestamptz not null default now(),
    updated timestamptz not null default now(),
    next_run timestamptz not null default now(),
    last_run timestamptz,
    status pgqueuer_status default 'queued',
    unique (expression, entrypoint)
);

-- columns that came later
alter table pgqueuer
    add column if not exists queue_manager_id uuid,
    add column if not exists heartbeat timestamptz not null default now(),
    add column if not exists execute_after timestamptz not null default now(),
    add column if not exists dedupe_key text,
    add column if not exists headers jsonb,
    add column if not exists attempts int not null default 0;
alter table pgqueuer_log
    add column if not exists created timestamptz not null default now(),
    add column if not exists traceback jsonb,
    add column if not exists aggregated boolean not null default false;

-- right in every time zone, not only where the session's is UTC
alter table pgqueuer_statistics alter column created set default date_trunc('sec', now());

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

-- statistics had a status of a type of their own before PGQueuer 0.19; its workers still write that one
do $$
begin
    if (select atttypid = to_regtype('pgqueuer_statistics_status')
          from pg_catalog.pg_attribute
         where attrelid = 'pgqueuer_statistics'::regclass and attname = 'status')
    then
        alter table pgqueuer_statistics alter column status type pgqueuer_status using status::text::pgqueuer_status;
        create cast (pgqueuer_statistics_status as pgqueuer_status) with inout as assignment;
    end if;
end
$$;

-- They had a row for each waiting time before 0.20, and now have one a second. The upserts of the workers of those days
-- find it too: their conflict target has the waiting time in it, which is therefore always zero.
do $$
declare
    folded bigint := 0;
    waiting_time boolean := exists (
        select from pg_catalog.pg_attribute
         where attrelid = 'pgqueuer_statistics'::regclass and attname = 'time_in_queue' and not attisdropped);
begin
    lock table pgqueuer_statistics in share row exclusive mode;
    begin
        -- a unique index of this shape will do, under whatever name
        execute 'explain insert into pgqueuer_statistics (count, priority, status, entrypoint)
                 values (1, 0, ''queued'', '''')
                 on conflict (priority, date_trunc(''sec'', created at time zone ''UTC''), status, entrypoint)
                 do nothing';
    exception when invalid_column_reference then
        with ranked as (
            select id, sum(count) over bucket as total, row_number() over (bucket order by id) as place
              from pgqueuer_statistics
            window bucket as (partition by priority, date_trunc('sec', created at time zone 'UTC'), status, entrypoint)
        ), kept as (
            update pgqueuer_statistics s set count = r.total from ranked r
             where s.id = r.id and r.place = 1 and s.count <> r.total
        ), dropped as (
            delete from pgqueuer_statistics s using ranked r where s.id = r.id and r.place > 1 returning 1
        )
        select count(*) into folded from dropped;
        if to_regclass('pgqueuer_statistics_unique_count') is not null then
            alter index pgqueuer_statistics_unique_count rename to pgqueuer_statistics_unique_waiting_time;
        end if;
        create unique index pgqueuer_statistics_unique_count on pgqueuer_statistics
            (priority, date_trunc('sec', created at time zone 'UTC'), status, entrypoint);
    end;
    if folded > 0 then
        raise notice 'pgqueuer_statistics: % rows were added to others of the same second; no count is lost', folded;
    end if;

    if waiting_time then
        raise notice 'pgqueuer_statistics.time_in_queue is zero from now on, here and in rows to come';
        update pgqueuer_statistics set time_in_queue = '0' where time_in_queue is distinct from '0';
        alter table pgqueuer_statistics
            alter column time_in_queue set default '0',
            alter column time_in_queue drop not null;
        create or replace function fn_pgqueuer_without_waiting_time() returns trigger
            language plpgsql
        as $f$ begin new.time_in_queue := '0'; return new; end $f$;
        create or replace trigger tg_pgqueuer_without_waiting_time
            before insert on pgqueuer_statistics
            for each row execute function fn_pgqueuer_without_waiting_time();
    end if;
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

create index if not exists pgqueuer_priority_id_id1_idx on pgqueuer (priority, id desc) include (id)
    where status = 'queued';
create index if not exists pgqueuer_updated_id_id1_idx on pgqueuer (updated, id desc) include (id)
    where status = 'picked';
create index if not exists pgqueuer_queue_manager_id_idx on pgqueuer (queue_manager_id)
    where queue_manager_id is not null;
create index if not exists pgqueuer_ep_prio_id_idx on pgqueuer (entrypoint, priority desc, id)
    where status = 'queued';
create index if not exists pgqueuer_ep_ea_idx on pgqueuer (entrypoint, execute_after)
    where status = 'queued';
create unique index if not exists pgqueuer_unique_dedupe_key on pgqueuer (dedupe_key)
    where status in ('queued', 'picked') and dedupe_key is not null;
create index if not exists pgqueuer_log_not_aggregated on pgqueuer_log ((1)) where not aggregated;
create index if not exists pgqueuer_log_created on pgqueuer_log (created);
create index if not exists pgqueuer_log_status on pgqueuer_log (status);
create index if not exists pgqueuer_log_job_id_status on pgqueuer_log (job_id, created desc);

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
