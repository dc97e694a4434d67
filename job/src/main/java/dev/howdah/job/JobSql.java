package dev.howdah.job;

import java.time.Duration;

/**
 * Every statement that the wing's Java sends. Names are unqualified, as PGQueuer's are: the connection's search_path says
 * which schema's jobs they mean. Each statement that moves a job writes its row in pgqueuer_log as well.
 *
 * <p>The tables turn over faster than they are analyzed, so no plan may hang on statistics: rows are found by their primary
 * key ({@code id = any (array(…))}, lateral), and what would lure the planner to an index full of dead entries is written so
 * that no index fits ({@code is not distinct from}).
 */
final class JobSql {

    /** As far as a delay may reach; beyond some hundred thousand years PostgreSQL refuses to calculate. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private JobSql() {}

    static String interval(Duration duration) {
        return (duration.compareTo(LONGEST) < 0 ? duration : LONGEST).toString();
    }

    static final String ENQUEUE = "select fn_pgqueuer_enqueue(?, ?, ?, ?::interval, ?, ?::jsonb)";

    /** Ids are drawn after the sort, so that ascending ids are the order of the input. */
    static final String ENQUEUE_MANY = """
            with sent as (
                insert into pgqueuer (entrypoint, payload, priority, execute_after, dedupe_key, headers, status)
                select entrypoint, payload, priority, now() + fn_pgqueuer_checked_delay(delay::interval), dedupe_key,
                       fn_pgqueuer_checked_headers(headers::jsonb), 'queued'
                  from unnest(?::text[], ?::bytea[], ?::int[], ?::text[], ?::text[], ?::text[])
                       with ordinality as j (entrypoint, payload, priority, delay, dedupe_key, headers, place)
                 order by place
                returning id, priority, entrypoint
            ), logged as (
                insert into pgqueuer_log (job_id, status, priority, entrypoint)
                select id, 'queued', priority, entrypoint from sent order by id
            )
            select id from sent order by id""";

    /** How a statement goes on that has found the ids of {@code due} jobs: makes them this worker's and returns them. */
    private static final String PICK = """
            , picked as (
                update pgqueuer q
                   set status = 'picked', queue_manager_id = ?, updated = now(), heartbeat = now()
                 where q.id = any (array(select id from due))
                returning q.*
            ), logged as (
                insert into pgqueuer_log (job_id, status, priority, entrypoint)
                select id, 'picked', priority, entrypoint from picked
            )
            select id, entrypoint, payload, priority, attempts, created, dedupe_key, headers::text
              from picked
             order by priority desc, id""";

    /**
     * Takes what is due, higher priority first, then lower id; passes over what another worker is taking, and what is
     * still in flight at this one, whose outcome would else be taken for that of the new execution.
     *
     * <p>Each entrypoint's line is read in the order of its index; the idle sum keeps the planner from fetching the whole
     * line by due time and sorting it, which it prefers on a table that it has no statistics of.
     */
    static final String CLAIM = """
            with due as (
                select line.id
                  from unnest(?::text[]) as wanted (entrypoint)
                 cross join lateral (
                    select id, priority
                      from pgqueuer
                     where status = 'queued' and entrypoint = wanted.entrypoint
                       and execute_after + interval '0' <= now() and id <> all (?)
                     order by priority desc, id
                     limit ?
                       for update skip locked
                 ) as line
                 order by line.priority desc, line.id
                 limit ?
            )""" + PICK;

    /**
     * Takes over what a worker picked and then went silent about; this worker, too, whose claim may have been written
     * though its answer was lost. A heartbeat is never older than its row's {@code updated}, which has the index.
     */
    static final String TAKE_OVER = """
            with due as (
                select id
                  from pgqueuer
                 where status = 'picked' and entrypoint = any (?)
                   and updated < now() - ?::interval and heartbeat < now() - ?::interval
                   and id <> all (?)
                 order by updated
                 limit ?
                   for update skip locked
            )""" + PICK;

    /** Milliseconds until the next job is due; negative if it is, null if there is none. */
    static final String NEXT_DUE = """
            select extract(epoch from min(execute_after) - clock_timestamp()) * 1000
              from pgqueuer
             where status = 'queued' and entrypoint = any (?)""";

    /** Locks in the order of ids, as settling does, so that the two never wait for each other. */
    static final String HEARTBEAT = """
            with mine as (
                select id
                  from pgqueuer
                 where id = any (?) and queue_manager_id is not distinct from ? and status = 'picked'
                 order by id
                   for update
            )
            update pgqueuer q
               set heartbeat = now()
             where q.id = any (array(select id from mine))
            returning q.id""";

    /** Writes outcomes, of those jobs alone that this worker still owns, and says which these were. */
    static final String SETTLE = """
            with outcome as (
                select *
                  from unnest(?::bigint[], ?::text[], ?::int[], ?::text[], ?::text[], ?::text[], ?::text[])
                       as o (id, status, counted, delay, error_type, error_message, stack)
                 order by id
            ), mine as materialized (
                select q.*, o.status::pgqueuer_status as status, o.counted, o.delay::interval as delay,
                       o.error_type, o.error_message, o.stack
                  from outcome o
                 cross join lateral (
                    select id, priority, entrypoint, attempts, queue_manager_id
                      from pgqueuer
                     where id = o.id and queue_manager_id is not distinct from ? and status = 'picked'
                       for update
                 ) as q
            ), finished as (
                delete from pgqueuer q
                 where q.id = any (array(select id from mine where status in ('successful', 'exception')))
            ), held as (
                update pgqueuer q
                   set status = 'failed', queue_manager_id = null, updated = now()
                 where q.id = any (array(select id from mine where status = 'failed'))
            ), requeued as (
                update pgqueuer q
                   set status = 'queued', queue_manager_id = null, updated = now(),
                       attempts = q.attempts + m.counted, execute_after = now() + m.delay
                  from mine m
                 where q.id = m.id and q.id = any (array(select id from mine where status = 'queued'))
            ), logged as (
                insert into pgqueuer_log (job_id, status, priority, entrypoint, traceback)
                select id, status, priority, entrypoint,
                       case when error_type is not null then jsonb_build_object(
                           'job_id', id,
                           'timestamp', now(),
                           'exception_type', error_type,
                           'exception_message', error_message,
                           'traceback', stack,
                           'additional_context', jsonb_build_object(
                               'entrypoint', entrypoint,
                               'queue_manager_id', queue_manager_id,
                               'attempt', attempts + counted,
                               'retry_delay', delay))
                       end
                  from mine
            )
            select id from mine""";

    /** Counts log rows into their second; safe beside PGQueuer's own roll-up, because a row is flagged only once. */
    static final String ROLL_UP = """
            with taken as (
                select id from pgqueuer_log where not aggregated limit 10000 for update skip locked
            ), counted as (
                update pgqueuer_log l
                   set aggregated = true
                  from taken t
                 where l.id = t.id
                returning l.created, l.priority, l.status, l.entrypoint
            ), rolled_up as (
                insert into pgqueuer_statistics as s (created, count, priority, status, entrypoint)
                select date_trunc('sec', created), count(*), priority, status, entrypoint
                  from counted
                 group by 1, 3, 4, 5
                on conflict (priority, date_trunc('sec', created at time zone 'UTC'), status, entrypoint)
                do update set count = s.count + excluded.count
            )
            select count(*) from counted""";
}
