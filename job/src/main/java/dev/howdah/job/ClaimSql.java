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

    /** Not over yet, by {@code %s}; jobs without a time to expire, nearly all, have no headers to look into. */
    private static final String NOT_EXPIRED = """
            (headers is null or (headers -> 'howdah_expires_at' between '0'::jsonb and %s) is not true)""";

    private static final String NOW = "to_jsonb(extract(epoch from now()))";

    static final String NOT_EXPIRED_NOW = NOT_EXPIRED.formatted(NOW);

    /**
     * The due jobs of a range of a line. Its entrypoint is an array of one and its priorities are a range even where they
     * are one, so that no other index than the lines' has the order that is wanted, whatever was in the table when it was
     * analyzed.
     */
    private static final String LINE = """
            select id, priority
              from pgqueuer
             where entrypoint = any (array[r.entrypoint]) and priority <= r.high and priority >= r.low and id > r.passed
               and status = 'queued' and execute_after + interval '0' <= now() and %s
             order by entrypoint, priority desc, id""".formatted(NOT_EXPIRED.formatted("r.now"));

    /**
     * The first due jobs of the lines, without locking them, and the known ones that are behind a front. Where there are many
     * ranges of lines, their heads are compared first: what is wanted is in those with the best heads. {@code cuts} marks
     * a last one of a look that may have ended too early.
     *
     * <p>The arguments come through a table of their own, where the planner does not see how long they are: else it would
     * plan the statement anew each time, which takes longer than to run it.
     *
     * @param commits what is to be evaluated once, about the commit
     */
    private static String candidates(String commits) {
        return """
            with wanted as materialized (
                select ?::text[] as entrypoint, ?::int[] as high, ?::int[] as low, ?::bigint[] as passed, ?::int[] as share,
                       ?::int as heads, ?::int as most, ?::bigint[] as behind,
                       ?::text[] as entrypoints, %1$s
            ), range as materialized (
                select r.*, %2$s as now, cardinality(w.entrypoint) > heads as are_many
                  from wanted w
                 cross join unnest(w.entrypoint, high, low, passed, share) as r (entrypoint, high, low, passed, share)
            ), best as materialized (
                select r.*, row_number() over (order by head.priority desc, head.id) as place
                  from range r
                 cross join lateral (%3$s limit 1) as head
                 where are_many
                 order by place
                 limit (select heads from wanted)
            ), candidate as materialized (
                select line.id, line.priority, r.entrypoint,
                       line.nth = r.share and r.share < most or line.nth = 1 and r.place = heads as cuts
                  from wanted
                 cross join (select *, 0 as place from range where not are_many union all select * from best) as r
                 cross join lateral (select *, row_number() over () as nth from (%3$s limit r.share) as first) as line
                union all
                select q.id, q.priority, q.entrypoint, false
                  from wanted w
                 cross join unnest(behind) as b (id)
                 cross join lateral (
                    select id, priority, entrypoint
                      from pgqueuer
                     where id = b.id and status is not distinct from 'queued' and execute_after <= now() and %4$s
                     limit 1
                 ) as q
                 where q.entrypoint = any (w.entrypoints)
            )""".formatted(commits, NOW, LINE, NOT_EXPIRED_NOW);
    }

    private static final String CANDIDATES = candidates("null as commits");

    /** Whose commit is not waited for. */
    private static final String CANDIDATES_SOON =
            candidates("set_config('synchronous_commit', 'off', true) as commits");

    /** How a statement goes on that has found the ids of {@code due} jobs: makes them this worker's and returns them. */
    private static final String PICK = """
            , picked as (
                update pgqueuer q
                   set status = 'picked', queue_manager_id = ?, updated = now(), heartbeat = now()
                 where q.id = any (array(select id from due))
                returning q.id, q.entrypoint, q.payload, q.priority, q.attempts, q.created, q.dedupe_key, q.headers
            ), logged as (
                insert into pgqueuer_log (job_id, status, priority, entrypoint)
                select id, 'picked', priority, entrypoint from picked
            )""";

    private static final String ANSWER = """

            select id, entrypoint, payload, priority, attempts, created, dedupe_key, headers::text,
                   date_part('epoch', now() - created) * 1000 as age
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
     * The claim where {@link WindowSql} sees too little: looks into each line. As there, takes what is due, higher priority
     * first, then lower id; passes over what another worker is taking, and what is still in flight at this one, whose
     * outcome would else be taken for that of the new execution. The commit does not wait for the disk: a job whose claim a
     * crash undoes is one that nobody has begun, or is begun again.
     */
    static final String CLAIM = CANDIDATES_SOON + LOCK.formatted(IN_ORDER) + PICK + ANSWER;

    /**
     * The same where entrypoints have limits: of each no more than its limits leave free. Whoever claims jobs of a limited
     * entrypoint holds its lock from before the statement that counts until its commit, so no two can count the same room.
     * Both statements go in one round trip and are one transaction; the second sees what was committed before it began.
     * The commit waits for the disk: a claim that a crash undoes would make room for another while its handler is at work.
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
            with wanted as materialized (
                select ?::text[] as entrypoint, ?::int[] as priority, ?::bigint[] as passed, ?::interval as since,
                       ?::int as most
            )
            select late.id
              from wanted w
             cross join unnest(w.entrypoint, w.priority, w.passed) as f (entrypoint, priority, passed)
             cross join lateral (
                select id
                  from pgqueuer
                 where status = 'queued' and entrypoint = f.entrypoint
                   and execute_after >= coalesce(now() - w.since, '-infinity') and execute_after <= now()
                   and priority + 0 = f.priority and id + 0 <= f.passed and %s
                 order by execute_after
                 limit w.most
             ) as late""".formatted(NOT_EXPIRED_NOW);

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
