-- The statistics have one row for each second, priority, status and entrypoint, in the columns of today.

-- right in every time zone, not only where the session's is UTC
alter table pgqueuer_statistics alter column created set default date_trunc('sec', now());

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
-- find it too: their conflict target has the waiting time in it, which is therefore always zero. What was measured until
-- now is kept as it was, beside it.
do $$
declare
    folded bigint := 0;
    waiting_time boolean := exists (
        select from pg_catalog.pg_attribute
         where attrelid = 'pgqueuer_statistics'::regclass and attname = 'time_in_queue' and not attisdropped);
begin
    lock table pgqueuer_statistics in share row exclusive mode;
    if waiting_time and exists (select from pgqueuer_statistics) then
        create table pgqueuer_statistics_waiting_times as table pgqueuer_statistics;
        raise notice 'pgqueuer_statistics_waiting_times has the rows of pgqueuer_statistics as they were';
    end if;
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
