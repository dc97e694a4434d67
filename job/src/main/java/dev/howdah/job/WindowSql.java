package dev.howdah.job;

/**
 * The claim of a worker without limits: the first jobs of its only line, or of all lines in their common order, which is an
 * index, too. It looks at so many and no further, whatever else is in the way; where that was not enough, it says so, and
 * {@link ClaimSql#CLAIM} looks into each line. Names as in {@link ClaimSql}.
 *
 * <p>It takes those of the jobs that it sees whose ids are in certain blocks, of 64 ids each: two claims of different blocks
 * do not meet, in most pages of the tables neither.
 *
 * <p>Rows are locked and changed where they were seen, by their ctid: while the statement runs nothing else can be there.
 */
final class WindowSql {

    private WindowSql() {}

    /**
     * In the round trip and the transaction of the statement after it. The commit is not waited for: a job whose claim, or
     * whose end, a crash undoes is worked again. The plan does not hang on how few rows there were when it was made: one
     * for an empty table would read all of a full one, again and again. Before PostgreSQL 18 what is forbidden counts as so
     * dear that it would be compiled.
     */
    static final String QUICKLY = """
            select from (
                select set_config('synchronous_commit', 'off', true), set_config('enable_seqscan', 'off', true),
                       set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true),
                       set_config('jit', 'off', true)
                offset 0
            ) as said
             where said is null;
            """;

    private static final String CLAIM = """
            with wanted as materialized (
                select ?::int[] as high, ?::int[] as low, ?::bigint[] as passed, ?::int as window_size, ?::int as most,
                       ?::bigint as part_bits, ?::bigint as part,
                       ?::bigint[] as behind, ?::bigint[] as in_flight, ?::text[] as entrypoints
            ), seen as materialized (
                select q.*
                  from wanted w
                 cross join unnest(w.high, w.low, w.passed) as r (high, low, passed)
                 cross join lateral (
                    select id, priority, entrypoint, execute_after, headers, ctid as place
                      from pgqueuer
                     where %1$s priority <= r.high and priority >= r.low and id > r.passed and status = 'queued'
                     order by %4$s priority desc, id
                 ) as q
                 limit (select window_size from wanted)
            ), candidate as (
                select id, priority, place
                  from seen
                 where execute_after <= now() and %2$s %3$s
                union all
                select q.id, q.priority, q.place
                  from wanted w
                 cross join unnest(w.behind) as b (id)
                 cross join lateral (
                    select id, priority, entrypoint, ctid as place
                      from pgqueuer
                     where id = b.id and status is not distinct from 'queued' and execute_after <= now() and %2$s
                     limit 1
                 ) as q
                 where q.entrypoint = any (w.entrypoints)
            ), due as (
                select q.place
                  from (select id, place
                          from candidate
                         where id not in (select unnest(in_flight) from wanted)
                         order by priority desc, id) as c
                 cross join lateral (
                    select ctid as place
                      from pgqueuer
                     where ctid = c.place and status is not distinct from 'queued' and execute_after <= now()
                       for update skip locked
                 ) as q
                 where (c.id >> 6) & (select part_bits from wanted) = (select part from wanted)
                 limit (select most from wanted)
            ), picked as (
                update pgqueuer q
                   set status = 'picked', queue_manager_id = ?, updated = now(), heartbeat = now()
                 where q.ctid = any (array(select place from due))
                returning q.id, q.entrypoint, q.payload, q.priority, q.attempts, q.created, q.dedupe_key, q.headers
            ), logged as (
                insert into pgqueuer_log (job_id, status, priority, entrypoint)
                select id, 'picked', priority, entrypoint from picked
            )
            select p.id, p.entrypoint, p.payload, p.priority, p.attempts, p.created, p.dedupe_key, p.headers::text,
                   date_part('epoch', now() - p.created) * 1000 as age, s.seen
              from (select count(*) as seen from seen) as s
              left join picked p on true
             order by p.priority desc, p.id""";

    /** For a worker of one entrypoint, an array of one: with it only the index of the lines has the order that is wanted. */
    static final String CLAIM_LINE = QUICKLY
            + CLAIM.formatted("entrypoint = any (w.entrypoints) and", ClaimSql.NOT_EXPIRED_NOW, "", "entrypoint,");

    /** For one of many; those of others are seen, too. */
    static final String CLAIM_LINES = QUICKLY
            + CLAIM.formatted(
                    "", ClaimSql.NOT_EXPIRED_NOW, "and entrypoint in (select unnest(entrypoints) from wanted)", "");

    /**
     * What is due behind the fronts of lines: of their jobs there the first so many, whatever their time, as most of what
     * is behind a front is done and gone. Where that was not all, {@link ClaimSql#BEHIND} goes by when they fell due.
     */
    private static final String BEHIND = QUICKLY + """
            with wanted as materialized (
                select ?::text[] as entrypoint, ?::int[] as priority, ?::bigint[] as passed, ?::int as window_size,
                       ?::text[] as entrypoints
            ), seen as materialized (
                select q.*
                  from wanted w
                 cross join unnest(w.entrypoint, w.priority, w.passed) as f (entrypoint, priority, passed)
                 cross join lateral (
                    select id, entrypoint, execute_after, headers
                      from pgqueuer
                     where %1$s priority = any (array[f.priority]) and id <= f.passed and status = 'queued'
                     order by %3$s priority desc, id
                 ) as q
                 limit (select window_size from wanted)
            ), late as (
                select id
                  from seen
                 where execute_after <= now() and %2$s and entrypoint in (select unnest(entrypoints) from wanted)
            )
            select l.id, s.seen
              from (select count(*) as seen from seen) as s
              left join late l on true""";

    /** For lines of an entrypoint each. */
    static final String BEHIND_LINES =
            BEHIND.formatted("entrypoint = any (array[f.entrypoint]) and", ClaimSql.NOT_EXPIRED_NOW, "entrypoint,");

    /** For the line that all have in common. */
    static final String BEHIND_COMMON = BEHIND.formatted("", ClaimSql.NOT_EXPIRED_NOW, "");
}
