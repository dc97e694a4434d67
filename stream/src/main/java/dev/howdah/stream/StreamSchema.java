package dev.howdah.stream;

import dev.howdah.core.SqlScript;
import dev.howdah.core.WingSql;
import java.util.List;
import java.util.stream.Stream;

/** The wing's SQL, in the order in which it is run. */
public final class StreamSchema implements WingSql {

    private static final List<String> FUNCTIONS = List.of(
            "functions/event_tables",
            "functions/wakeups",
            "functions/windows",
            "functions/queue_functions",
            "functions/ticks",
            "functions/positions",
            "functions/batch_limits",
            "functions/batches",
            "functions/batch_events",
            "functions/queues",
            "functions/events",
            "functions/send",
            "functions/views",
            "functions/consumers",
            "functions/receive",
            "functions/workers",
            "functions/shared_workers",
            "functions/members",
            "functions/cooperative",
            "functions/slots",
            "functions/retries",
            "functions/dead_letters",
            "functions/ticker",
            "functions/rotation",
            "functions/compaction",
            "functions/maintenance",
            "functions/idempotent",
            "functions/info",
            "functions/sequences",
            "functions/scheduler",
            "functions/installation",
            "functions/status",
            "functions/capture_formats",
            "functions/captured_tables",
            "functions/capture_arguments",
            "functions/capture",
            "functions/triggers",
            "pgq/triggers");

    private static final List<String> PGQ = List.of(
            "pgq/tables",
            "pgq/queues",
            "pgq/events",
            "pgq/batches",
            "pgq/consumers",
            "pgq/retries",
            "pgq/failed_events",
            "pgq/ticker",
            "pgq/maintenance",
            "pgq/info",
            "pgq/names");

    @Override
    public String name() {
        return "stream";
    }

    @Override
    public int number() {
        return 1;
    }

    @Override
    public List<String> roles() {
        return List.of("pgque_reader", "pgque_writer", "pgque_admin", "pgq_reader", "pgq_writer", "pgq_admin");
    }

    @Override
    public SqlScript preflight() {
        return read("preflight");
    }

    @Override
    public List<SqlScript> migrations() {
        return Stream.of(
                        "migrations/1_schemas",
                        "migrations/2_tables",
                        "migrations/3_engine",
                        "migrations/4_windows",
                        "migrations/5_large_windows",
                        "migrations/6_deliveries")
                .map(StreamSchema::read)
                .toList();
    }

    @Override
    public List<SqlScript> functions() {
        return Stream.of(FUNCTIONS, PGQ, List.of("grants"))
                .flatMap(List::stream)
                .map(StreamSchema::read)
                .toList();
    }

    @Override
    public SqlScript uninstall() {
        return read("uninstall");
    }

    private static SqlScript read(String path) {
        return SqlScript.read(StreamSchema.class, path);
    }
}
