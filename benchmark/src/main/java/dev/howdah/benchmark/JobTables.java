package dev.howdah.benchmark;

/** The jobs' tables between two measurements. */
final class JobTables {

    /** The same for each entrypoint, at most a hundred of them: job{0..99}. */
    static final String FILL = """
            insert into pgqueuer (priority, entrypoint, status, payload)
            select 0, 'job' || n %% %d, 'queued', convert_to('%s', 'utf8') from generate_series(1, %d) as n""";

    private JobTables() {}

    static void empty(Bench bench) {
        bench.sql("truncate pgqueuer, pgqueuer_log, pgqueuer_statistics");
    }

    static void fill(Bench bench, int jobs, int entrypoints) {
        bench.sql(FILL.formatted(entrypoints, Bench.PAYLOAD, jobs));
        bench.sql("vacuum analyze pgqueuer");
    }
}
