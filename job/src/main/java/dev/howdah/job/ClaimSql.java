package dev.howdah.job;

/**
 * The statements by which a worker finds jobs and keeps them. Names are PGQueuer's standard ones; {@link JobNames} puts in
 * others. Each statement that moves a job writes its row in pgqueuer_log as well.
 *
 * <p>The tables turn over faster than they are analyzed, so no plan may hang on statistics: rows are found by their primary
 * key ({@code id = any (array(…))}, lateral), and what would lure the planner to another index is written so that this
 * index does not fit ({@code is not distinct from}, idle sums).
 */
final class ClaimSql {

    private ClaimSql() {}

    /** Not over yet; jobs without a time to expire, nearly all, have no headers to look into. */
    private static final String NOT_EXPIRED = """
            (headers -> 'howdah_expires_at'
                between '0'::jsonb and to_jsonb(extract(epoch from now()))) is not true""";

    private static final String DUE = "status = 'queued' and execute_after + interval '0' <= now() and " + NOT_EXPIRED;

    /**
     * The first due jobs of each entrypoint's line, without locking them: behind the front of each priority that has one,
     * from the beginning in the gaps between those, and the known ones that are behind a front. {@code cuts} marks the last
     * one of a look that may have ended too early.
     *
     * <p>The arguments come through a table of their own, where the planner does not see how long they are: else it would
     * plan the statement anew each time, which takes longer than to run it.
     */
    private static final String CANDIDATES = """
            with wanted as materialized (
                select ?::text[] as f_entrypoint, ?::int[] as f_priority, ?::bigint[] as f_passed, ?::int[] as f_most,
                       ?::text[] as g_entrypoint, ?::int[] as g_high, ?::int[] as g_low, ?::int[] as g_most,
                       ?::int as most, ?::bigint[] as behind, ?::text[] as entrypoints
            ), candidate as materialized (
                select line.id, line.priority, f.entrypoint, line.nth = f.most and f.most < w.most as cuts
                  from wanted w
                 cross join unnest(f_entrypoint, f_priority, f_passed, f_most) as f (entrypoint, priority, passed, most)
                 cross join lateral (
                    select id, priority, row_number() over () as nth
                      from (select id, priority
                              from pgqueuer
                             where entrypoint = f.entrypoint and priority = f.priority and id > f.passed and %1$s
                             order by id
                             limit f.most) as first
                 ) as line
                union all
                select line.id, line.priority, g.entrypoint, line.nth = g.most and g.most < w.most
                  from wanted w
                 cross join unnest(g_entrypoint, g_high, g_low, g_most) as g (entrypoint, high, low, most)
                 cross join lateral (
                    select id, priority, row_number() over () as nth
                      from (select id, priority
                              from pgqueuer
                             where entrypoint = g.entrypoint and priority <= g.high and priority >= g.low and %1$s
                             order by priority desc, id
                             limit g.most) as first
                 ) as line
                union all
                select q.id, q.priority, q.entrypoint, false
                  from wanted w
                 cross join unnest(w.behind) as b (id)
                 cross join lateral (
                    select id, priority, entrypoint
                      from pgqueuer
                     where id = b.id and status is not distinct from 'queued' and execute_after <= now() and %2$s
                     limit 1
                 ) as q
                 where q.entrypoint = any (w.entrypoints)
            )""".formatted(DUE, NOT_EXPIRED);

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
            )""";

    private static final String ANSWER = """

            select id, entrypoint, payload, priority, attempts, created, dedupe_key, headers::text,
                   extract(epoch from now() - created) * 1000 as age
              from picked
             order by priority desc, id""";

    /** Locks the candidates in their order, passing over what another worker is taking, until it has enough. */
    private static final String LOCK = """
            , in_flight as materialized (
                select ?::bigint[] as ids
            ), due as (
                select q.id
                  from (%s) as c
                 cross join lateral (
                    select id
                      from pgqueuer
                     where id = c.id and status is not distinct from 'queued' and execute_after <= now()
                       for update skip locked
                 ) as q
                 limit (select most from wanted)
            )""";

    /** What comes after the last one of a look that ended too early might not be next. */
    private static final String IN_ORDER = """
            select id, priority
              from candidate
             where coalesce((priority, -id) >= (select priority, -id from candidate where cuts
                                                 order by priority desc, id limit 1), true)
               and id not in (select unnest(f.ids) from in_flight f)
             order by priority desc, id""";

    /**
     * Takes what is due, higher priority first, then lower id; passes over what another worker is taking, and what is
     * still in flight at this one, whose outcome would else be taken for that of the new execution.
     */
    static final String CLAIM = CANDIDATES + LOCK.formatted(IN_ORDER) + PICK + ANSWER;

    /**
     * The same where entrypoints have limits: of each no more than its limits leave free. Whoever claims jobs of a limited
     * entrypoint holds its lock from before the statement that counts until its commit, so no two can count the same room.
     * Both statements go in one round trip and are one transaction; the second sees what was committed before it began.
     */
    static final String CLAIM_LIMITED = """
            select from (
                select pg_advisory_xact_lock(hash)
                  from (select hashtextextended('howdah job limit ' || entrypoint, 0) as hash
                          from unnest(?::text[]) as l (entrypoint)
                         order by hash
                        offset 0) as ordered
            ) as locked
             where locked is null;
            """ + CANDIDATES + """
            , limits as materialized (
                select ?::text[] as entrypoint, ?::int[] as most, ?::int[] as rate, ?::text[] as period
            ), limited as (
                select l.*
                  from limits s
                 cross join unnest(s.entrypoint, s.most, s.rate, s.period) as l (entrypoint, most, rate, period)
            ), free as (
                select l.entrypoint,
                       least(l.most - (select count(*)
                                         from pgqueuer
                                        where status = 'picked' and entrypoint = l.entrypoint
                                          and updated >= case when now() >= ?::timestamptz
                                                              then ?::timestamptz else '-infinity' end),
                             l.rate - (select coalesce(sum(r.jobs), 0)
                                         from pgqueuer_rates r
                                        where l.rate is not null and r.entrypoint = l.entrypoint
                                          and r.claimed > now() - l.period::interval
                                          and r.claimed < now() + l.period::interval)) as jobs
                  from limited l
            )""" + LOCK.formatted("""
            select id, priority
              from (select c.*, row_number() over (partition by c.entrypoint order by c.priority desc, c.id) as place
                      from (select distinct on (id) *
                              from candidate
                             where id not in (select unnest(f.ids) from in_flight f)
                             order by id) as c) as c
              left join free f using (entrypoint)
             where coalesce((priority, -id) >= (select priority, -id from candidate where cuts
                                                 order by priority desc, id limit 1), true)
               and (f.entrypoint is null or place <= f.jobs)
             order by priority desc, id""") + PICK + """
            , counted as (
                insert into pgqueuer_rates (entrypoint, jobs, expires)
                select p.entrypoint, count(*), now() + l.period::interval
                  from picked p
                  join limited l on l.entrypoint = p.entrypoint and l.rate is not null
                 group by p.entrypoint, l.period
            )""" + ANSWER;

    /** A time that no job of these entrypoints was picked before, and now. */
    static final String OLDEST_PICKED = """
            select (coalesce(min(updated), now()) - interval '1 minute')::text, now()::text
              from pgqueuer
             where status = 'picked' and entrypoint = any (?)""";

    /**
     * Jobs behind the front of their line that are due since not longer than a time, or at all: what was delayed, put back,
     * or committed later than others that were sent after it. Read in the order of falling due.
     */
    static final String BEHIND = """
            select late.id
              from unnest(?::text[], ?::int[], ?::bigint[]) as f (entrypoint, priority, passed)
             cross join lateral (
                select id
                  from pgqueuer
                 where status = 'queued' and entrypoint = f.entrypoint
                   and execute_after >= coalesce(now() - ?::interval, '-infinity') and execute_after <= now()
                   and priority + 0 = f.priority and id + 0 <= f.passed and %s
                 order by execute_after
                 limit ?
             ) as late""".formatted(NOT_EXPIRED);

    /** Whether a job is due, though none could be had, and the milliseconds until another one falls due, null if none does. */
    static final String NEXT_DUE = CANDIDATES + """

            select exists (select from candidate),
                   (select extract(epoch from min(next.execute_after) - clock_timestamp()) * 1000
                      from wanted w
                     cross join unnest(w.entrypoints) as e (entrypoint)
                     cross join lateral (
                        select execute_after
                          from pgqueuer
                         where status = 'queued' and entrypoint = e.entrypoint and execute_after > now()
                         order by execute_after
                         limit 1
                     ) as next)""";

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
            )""" + PICK + ANSWER;

    /** Passes over what is being settled; a job that is missing in the answer is to be looked at. */
    static final String HEARTBEAT = """
            with mine as (
                select id
                  from pgqueuer
                 where id = any (?) and queue_manager_id is not distinct from ? and status = 'picked'
                   for update skip locked
            )
            update pgqueuer q
               set heartbeat = now()
             where q.id = any (array(select id from mine))
            returning q.id""";

    /** Which of these jobs are this worker's. */
    static final String MINE = """
            select id
              from pgqueuer
             where id = any (?) and queue_manager_id is not distinct from ? and status = 'picked'""";
}
