-- PGQueuer's tables and indexes, by its names: its workers share them. Tables that PGQueuer made keep their rows and get
-- what they lack. No worker can work meanwhile, which matters if pgqueuer_log has many
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
