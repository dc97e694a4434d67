-- What PGQueuer has not. Its workers neither see nor need any of it.

-- how many jobs of an entrypoint with a rate were begun, by claim; of no use any more from expires on
create table pgqueuer_rates (
    entrypoint text not null,
    claimed timestamptz not null default now(),
    jobs bigint not null,
    expires timestamptz not null
);
create index pgqueuer_rates_claimed on pgqueuer_rates (entrypoint, claimed);

-- what expires, by when: a header that is a number
create index pgqueuer_expires_at on pgqueuer ((headers -> 'howdah_expires_at'))
    where status = 'queued' and headers -> 'howdah_expires_at' is not null;

-- the schedules whose fires are jobs; rows of pgqueuer_schedules without one are of PGQueuer's own schedulers
create table pgqueuer_schedule_jobs (
    expression text not null,
    entrypoint text not null,
    zone text not null default 'UTC',
    payload bytea,
    priority int not null default 0,
    headers jsonb,
    primary key (expression, entrypoint),
    foreign key (expression, entrypoint) references pgqueuer_schedules (expression, entrypoint) on delete cascade
);
