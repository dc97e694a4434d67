package dev.howdah.job;

/**
 * The statements that send, settle and keep house; {@link ClaimSql} has those that find jobs. Names are PGQueuer's standard
 * ones, unqualified; {@link JobNames} puts in others. Each statement that moves a job writes its row in pgqueuer_log as well.
 */
final class JobSql {

    private JobSql() {}

    /** A job's headers with its time to expire, if it has one. */
    private static final String HEADERS = """
            case when expires is null then headers::jsonb
                 else coalesce(nullif(headers::jsonb, 'null'), '{}')
                      || jsonb_build_object('howdah_expires_at', extract(epoch from now() + expires::interval))
            end""";

    private static final String SENT = """
            with sent as (
                insert into pgqueuer (
                    entrypoint, payload, priority, execute_after, dedupe_key, headers, status, queue_manager_id)
                select entrypoint, payload, priority,
                       case when run_at is null then now() + delay else greatest(run_at, now()) end, dedupe_key, %s,
                       %s
                  from (values (?::text, ?::bytea, ?::int, ?::interval, ?::timestamptz, ?::text, ?::text, ?::text))
                       as j (entrypoint, payload, priority, delay, run_at, dedupe_key, headers, expires)
                returning id, created, priority, entrypoint, headers
            ), logged as (
                insert into pgqueuer_log (job_id, status, priority, entrypoint)
                select id, 'queued', priority, entrypoint from sent
                returning job_id, priority, entrypoint
            )%s
            select id, created, headers::text from sent""";

    static final String SEND = SENT.formatted(HEADERS, "'queued', null", "");

    /** It is picked from the beginning, and nobody is told that there is something to claim. */
    static final String SEND_PICKED = SENT.formatted(
            HEADERS, "'picked', (select ?::uuid where set_config('howdah.silent', 'on', true) is not null)", """
            , picked as (
                insert into pgqueuer_log (job_id, status, priority, entrypoint)
                select job_id, 'picked', priority, entrypoint from logged
            )""");

    /** Ids are drawn after the sort, so that ascending ids are the order of the input. */
    private static final String DRAWN = """
            with drawn as materialized (
                select nextval((select pg_get_serial_sequence('pgqueuer', 'id'))) as id, j.*
                  from (select *
                          from unnest(?::text[], ?::bytea[], ?::int[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
                               with ordinality
                               as j (entrypoint, payload, priority, delay, run_at, dedupe_key, headers, expires, place)
                         order by place) as j
            ), sent as (
                insert into pgqueuer (id, entrypoint, payload, priority, execute_after, dedupe_key, headers, status)
                select id, entrypoint, payload, priority,
                       case when run_at is null then now() + delay::interval
                            else greatest(run_at::timestamptz, now()) end,
                       dedupe_key, %s, 'queued'
                  from drawn
                 order by place
                %s
                returning id, priority, entrypoint
            ), logged as (
                insert into pgqueuer_log (job_id, status, priority, entrypoint)
                select id, 'queued', priority, entrypoint from sent order by id
            )""";

    static final String SEND_MANY = DRAWN.formatted(HEADERS, "") + """

            select id from sent order by id""";

    static final String SEND_ABSENT = DRAWN.formatted(
                    HEADERS,
                    "on conflict (dedupe_key) where status in ('queued', 'picked') and dedupe_key is not null do nothing")
            + """

            select sent.id from drawn left join sent using (id) order by place""";

    static final String DRAW_IDS = """
            select array (select nextval(seq) from generate_series(1, ?) order by 1), now()
              from pg_get_serial_sequence('pgqueuer', 'id') as seq""";

    static final String COPY_JOBS = """
            copy pgqueuer (id, entrypoint, payload, priority, execute_after, dedupe_key, headers, status) from stdin""";

    static final String COPY_LOG = "copy pgqueuer_log (job_id, status, priority, entrypoint) from stdin";

    /**
     * Ends jobs that succeeded, of those alone that this worker still owns, and says which these were. The commit does not
     * wait for the disk: a job whose end a crash undoes is worked again, as one is whose end came too late.
     */
    static final String FINISH = WindowSql.QUICKLY + """
            with done as materialized (
                select ?::bigint[] as ids
            ), finished as (
                delete from pgqueuer q
                 where q.id = any (array(select unnest(ids) from done))
                   and q.queue_manager_id is not distinct from ? and q.status is not distinct from 'picked'
                returning q.id, q.priority, q.entrypoint
            ), logged as (
                insert into pgqueuer_log (job_id, status, priority, entrypoint)
                select id, 'successful', priority, entrypoint from finished
            )
            select id from finished""";

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
}
