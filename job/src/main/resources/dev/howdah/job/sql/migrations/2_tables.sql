-- PGQueuer's tables and indexes, by its names: its workers share them. Tables that an older version of PGQueuer left
-- behind keep their rows and get what they lack.

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
    loop
        execute format('alter table %s alter column id type bigint', narrow.tab);
        if narrow.seq is not null then
            execute format('alter sequence %s as bigint', narrow.seq);
        end if;
        raise notice '% had int ids, they are bigint now', narrow.tab;
    end loop;
end
$$;

-- statistics of PGQueuer before 0.19: a type of their own, and a row for each waiting time
do $$
declare
    folded bigint;
begin
    if exists (select
                 from pg_catalog.pg_attribute
                where attrelid = 'pgqueuer_statistics'::regclass and attname = 'time_in_queue' and not attisdropped)
    then
        drop index if exists pgqueuer_statistics_unique_count;
        alter table pgqueuer_statistics alter column time_in_queue drop not null;
    end if;
    if to_regtype('pgqueuer_statistics_status') is not null then
        drop index if exists pgqueuer_statistics_unique_count;
        alter table pgqueuer_statistics
            alter column status type pgqueuer_status using status::text::pgqueuer_status;
    end if;
    -- the conflict target of the roll-up works where some unique index has its shape, under whatever name
    begin
        execute 'explain insert into pgqueuer_statistics (count, priority, status, entrypoint)
                 values (1, 0, ''queued'', '''')
                 on conflict (priority, date_trunc(''sec'', created at time zone ''UTC''), status, entrypoint)
                 do nothing';
    exception when invalid_column_reference then
        with bucket as (
            select min(id) as id, sum(count) as total, array_agg(id) as ids
              from pgqueuer_statistics
             group by priority, date_trunc('sec', created at time zone 'UTC'), status, entrypoint
            having count(*) > 1
        ), kept as (
            update pgqueuer_statistics s set count = b.total from bucket b where s.id = b.id
        ), dropped as (
            delete from pgqueuer_statistics s using bucket b where s.id = any (b.ids) and s.id <> b.id returning 1
        )
        select count(*) into folded from dropped;
        if folded > 0 then
            raise notice 'pgqueuer_statistics: % rows were added to others of the same second; no count is lost', folded;
        end if;
        create unique index pgqueuer_statistics_unique_count on pgqueuer_statistics
            (priority, date_trunc('sec', created at time zone 'UTC'), status, entrypoint);
    end;
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

do $$
begin
    if (select relpersistence = 'u' from pg_catalog.pg_class where oid = 'pgqueuer_log'::regclass) then
        raise notice 'pgqueuer_log is unlogged, as PGQueuer left it: a crash empties it; '
                     '"alter table pgqueuer_log set logged" makes it durable';
    end if;
end
$$;
