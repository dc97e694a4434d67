package dev.howdah.job;

/** The statements that look at jobs and keep house; names as in {@link JobSql}. */
final class HouseSql {

    private HouseSql() {}

    static final String IS_INSTALLED = "select to_regclass('pgqueuer') is not null";

    /** The last log row of each of these jobs that says it ended. A job's rows are in the order of their ids. */
    static final String ENDS = """
            select l.job_id, l.status, l.traceback::text
              from unnest(?::bigint[]) as awaited (id)
             cross join lateral (
                select job_id, status, traceback
                  from pgqueuer_log
                 where job_id = awaited.id
                 order by id desc
                 limit 1
             ) as l
             where l.status not in ('queued', 'picked')""";

    /** The event is PGQueuer's; a notification has room for some hundreds of ids. */
    static final String CANCEL = """
            with doomed as (
                select id
                  from pgqueuer
                 where id = any (array(select * from unnest(?::bigint[]))) and status in ('queued', 'picked')
                 order by id
                   for update
            ), gone as (
                delete from pgqueuer where id = any (array(select id from doomed)) returning id, priority, entrypoint
            ), logged as (
                insert into pgqueuer_log (job_id, status, priority, entrypoint)
                select id, 'canceled', priority, entrypoint from gone
            ), told as (
                select pg_notify('ch_pgqueuer', json_build_object(
                           'channel', 'ch_pgqueuer',
                           'ids', array_agg(id),
                           'sent_at', now(),
                           'type', 'cancellation_event')::text)
                  from (select id, (row_number() over (order by id) - 1) / 300 as part from gone) as parts
                 group by part
            )
            select id from gone where (select count(*) from told) > 0 order by id""";

    private static final String JOB = """
            select q.id, q.entrypoint, q.payload, q.priority, q.attempts, q.created, q.dedupe_key, q.headers::text,
                   q.status, q.queue_manager_id, q.execute_after, q.updated,
                   (select traceback ->> 'exception_message'
                      from pgqueuer_log
                     where job_id = q.id and traceback is not null
                     order by id desc
                     limit 1) as last_error
              from pgqueuer q
            """;

    static final String LIST = """
            with asked as (
                select ?::text[] as entrypoints, ?::text[] as statuses, ?::int as most
            )
            """ + JOB + """
             cross join asked a
             where (cardinality(a.entrypoints) = 0 or q.entrypoint = any (a.entrypoints))
               and (cardinality(a.statuses) = 0 or q.status::text = any (a.statuses))
             order by q.id
             limit (select most from asked)""";

    static final String FIND = JOB + " where q.id = ?";

    static final String FAILED = JOB + " where q.status = 'failed' order by q.updated desc, q.id desc limit ?";

    static final String HISTORY = """
            select created, status, traceback::text from pgqueuer_log where job_id = ? order by id""";

    static final String COUNTS = """
            select entrypoint, status, count(*) from pgqueuer group by 1, 2 order by 1, 2""";

    static final String LOGGED = """
            select entrypoint, status, sum(count)
              from (select entrypoint, status, count from pgqueuer_statistics where created > now() - ?::interval
                    union all
                    select entrypoint, status, 1
                      from pgqueuer_log
                     where not aggregated and created > now() - ?::interval) as logged
             group by 1, 2
             order by 1, 2""";

    static final String REQUEUE_FAILED = """
            with held as (
                select id
                  from pgqueuer
                 where id = any (array(select * from unnest(?::bigint[]))) and status is not distinct from 'failed'
                 order by id
                   for update
            ), requeued as (
                update pgqueuer q
                   set status = 'queued', execute_after = now(), updated = now(), attempts = 0, queue_manager_id = null
                 where q.id = any (array(select id from held))
                returning q.id, q.priority, q.entrypoint
            ), logged as (
                insert into pgqueuer_log (job_id, status, priority, entrypoint)
                select id, 'queued', priority, entrypoint from requeued
            )
            select id from requeued order by id""";

    static final String DELETE_FAILED = """
            with gone as (
                delete from pgqueuer
                 where id = any (array(select * from unnest(?::bigint[]))) and status is not distinct from 'failed'
                returning id, priority, entrypoint
            ), logged as (
                insert into pgqueuer_log (job_id, status, priority, entrypoint)
                select id, 'deleted', priority, entrypoint from gone
            )
            select id from gone order by id""";

    /** How many rows the statements for house-keeping do at most. */
    static final int PORTION = 1_000;

    /** Rolling up goes on beside the jobs as they come: each portion is over before one of these would notice. */
    static final int ROLL_UP_PORTION = 250;

    /** Removes jobs that nobody began in time. */
    static final String EXPIRE = """
            with expired as (
                select id
                  from pgqueuer
                 where status = 'queued' and headers -> 'howdah_expires_at' is not null
                   and headers -> 'howdah_expires_at'
                       between '0'::jsonb and to_jsonb(extract(epoch from now()))
                 order by headers -> 'howdah_expires_at'
                 limit %d
                   for update skip locked
            ), gone as (
                delete from pgqueuer where id = any (array(select id from expired)) returning id, priority, entrypoint
            ), logged as (
                insert into pgqueuer_log (job_id, status, priority, entrypoint, traceback)
                select id, 'deleted', priority, entrypoint, jsonb_build_object(
                           'job_id', id,
                           'timestamp', now(),
                           'exception_type', 'Expired',
                           'exception_message', 'nobody had begun it when it expired')
                  from gone
            )
            select count(*) from gone""".formatted(PORTION);

    static final String FORGET_RATES = """
            with over as (
                select ctid from pgqueuer_rates where expires < now() limit %d
            ), gone as (
                delete from pgqueuer_rates where ctid = any (array(select ctid from over)) returning 1
            )
            select count(*) from gone""".formatted(PORTION);

    static final String PRUNE_LOG = """
            with old as (
                select id
                  from pgqueuer_log l
                 where created < now() - ?::interval and aggregated
                   and not exists (select from pgqueuer q where q.id = l.job_id)
                 order by created
                 limit %d
            ), gone as (
                delete from pgqueuer_log where id = any (array(select id from old)) returning 1
            )
            select count(*) from gone""".formatted(PORTION);

    static final String NOW = "select now()";

    private static final String SCHEDULE = """
            select s.id, s.expression, s.entrypoint, s.next_run, s.last_run, j.zone, j.payload, j.priority,
                   j.headers::text, now() as now
              from pgqueuer_schedules s
              join pgqueuer_schedule_jobs j on j.expression = s.expression and j.entrypoint = s.entrypoint
            """;

    static final String SCHEDULES = SCHEDULE + " order by s.entrypoint, s.expression";

    static final String DUE_SCHEDULES =
            SCHEDULE + " where s.next_run <= now() order by s.next_run limit 100 for update of s skip locked";

    /** Milliseconds until the next one is due, a large number if there is none. */
    static final String NEXT_SCHEDULE = """
            select coalesce(extract(epoch from min(s.next_run) - clock_timestamp()) * 1000, 1e9)
              from pgqueuer_schedules s
              join pgqueuer_schedule_jobs j on j.expression = s.expression and j.entrypoint = s.entrypoint""";

    /** What is there keeps its next time, unless it was PGQueuer's or its zone changes. */
    static final String PUT_SCHEDULE = """
            with given as (
                select ?::text as expression, ?::text as entrypoint, ?::timestamptz as next_run, ?::text as zone,
                       ?::bytea as payload, ?::int as priority, ?::jsonb as headers
            ), timed as (
                insert into pgqueuer_schedules as s (expression, entrypoint, next_run)
                select expression, entrypoint, next_run from given
                on conflict (expression, entrypoint) do update
                   set next_run = case when (select j.zone from pgqueuer_schedule_jobs j
                                              where j.expression = s.expression and j.entrypoint = s.entrypoint)
                                            = (select zone from given)
                                       then s.next_run else excluded.next_run end,
                       updated = now()
                returning s.id, s.expression, s.entrypoint
            ), described as (
                insert into pgqueuer_schedule_jobs (expression, entrypoint, zone, payload, priority, headers)
                select t.expression, t.entrypoint, zone, payload, priority, headers from given, timed t
                on conflict (expression, entrypoint) do update
                   set zone = excluded.zone, payload = excluded.payload, priority = excluded.priority,
                       headers = excluded.headers
            )
            select id from timed""";

    static final String DELETE_SCHEDULE = """
            delete from pgqueuer_schedules s
             using pgqueuer_schedule_jobs j
             where s.expression = ? and s.entrypoint = ? and j.expression = s.expression and j.entrypoint = s.entrypoint
            returning s.id""";

    static final String FIRED = """
            update pgqueuer_schedules
               set next_run = ?, last_run = now(), heartbeat = now(), updated = now()
             where id = ?
            returning id""";

    static final String PUT_OFF_SCHEDULE = """
            update pgqueuer_schedules
               set next_run = now() + interval '1 minute', updated = now()
             where id = ?
            returning id""";

    /** Counts log rows into their second; safe beside PGQueuer's own roll-up, because a row is flagged only once. */
    static final String ROLL_UP = """
            with taken as (
                select id from pgqueuer_log where not aggregated limit %d for update skip locked
            ), counted as (
                update pgqueuer_log l
                   set aggregated = true
                 where l.id = any (array(select id from taken))
                returning l.created, l.priority, l.status, l.entrypoint
            ), rolled_up as (
                insert into pgqueuer_statistics as s (created, count, priority, status, entrypoint)
                select date_trunc('sec', created), count(*), priority, status, entrypoint
                  from counted
                 group by 1, 3, 4, 5
                on conflict (priority, date_trunc('sec', created at time zone 'UTC'), status, entrypoint)
                do update set count = s.count + excluded.count
            )
            select count(*) from counted""".formatted(ROLL_UP_PORTION);
}
