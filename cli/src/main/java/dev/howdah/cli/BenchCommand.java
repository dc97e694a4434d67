package dev.howdah.cli;

import dev.howdah.benchmark.Benchmark;
import dev.howdah.benchmark.GatewayBenchmark;
import dev.howdah.benchmark.JobBenchmark;
import dev.howdah.benchmark.Measurement;
import dev.howdah.benchmark.QueueBenchmark;
import dev.howdah.benchmark.StreamBenchmark;
import dev.howdah.embedded.EmbeddedPostgres;
import dev.howdah.install.Installer;
import dev.howdah.server.DatabaseUrl;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.ObjectMapper;

@Command(
        name = "bench",
        description = {
            "Measures how fast a wing is, or the gateway.",
            "Each workload beside a baseline in the same run: compare the ratios, not the rates. On a PostgreSQL of its own, "
                    + "or on a database that is named, in streams and queues that it removes and job tables that it empties; "
                    + "have nothing else going on there."
        },
        footer = {"", "Example: howdah bench stream --quick"})
final class BenchCommand implements Callable<Integer> {

    private static final String ROW = "%-60s %12s   %-25s %12s %6s%n";

    /** What there is to measure. */
    enum Wing {
        stream(StreamBenchmark.whole(), StreamBenchmark.quick()),
        queue(QueueBenchmark.whole(), QueueBenchmark.quick()),
        job(JobBenchmark.whole(), JobBenchmark.quick()),
        gateway(GatewayBenchmark.whole(), GatewayBenchmark.quick());

        private final Benchmark whole;
        private final Benchmark quick;

        Wing(Benchmark whole, Benchmark quick) {
            this.whole = whole;
            this.quick = quick;
        }
    }

    @Parameters(paramLabel = "WING", description = "Which wing: ${COMPLETION-CANDIDATES}.")
    private Wing wing = Wing.stream;

    @Option(names = "--quick", description = "A minute instead of a quarter of an hour, and rougher.")
    private boolean quick;

    @Option(names = "--only", paramLabel = "TEXT", description = "Only the workloads that have this in their name.")
    private String only = "";

    @Option(names = "--json", description = "Print the measurements as one line of JSON.")
    private boolean json;

    @Option(names = "--db", paramLabel = "URL", description = "A database with Howdah in it (default: one of its own).")
    private Optional<String> url = Optional.empty();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        try (Lifetime lifetime = Lifetime.begin()) {
            DatabaseUrl database = url.map(DatabaseUrl::parse).orElseGet(() -> own(lifetime));
            List<Measurement> measurements = new ArrayList<>();
            if (!json) {
                out().printf(ROW, "workload", "", "baseline", "", "ratio");
            }
            (quick ? wing.quick : wing.whole)
                    .run(
                            database.dataSource("howdah bench"),
                            name -> name.contains(only),
                            this::progress,
                            json ? measurements::add : this::print);
            if (json) {
                out().println(new ObjectMapper().writeValueAsString(asMaps(measurements)));
            }
            return ExitCode.OK;
        }
    }

    /** One that is thrown away, yet keeps what is committed through a crash, as PostgreSQL does by itself. */
    private static DatabaseUrl own(Lifetime lifetime) {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder();
        List.of("fsync", "synchronous_commit", "full_page_writes").forEach(name -> builder.setting(name, "on"));
        EmbeddedPostgres postgres = lifetime.add(builder.start());
        DatabaseUrl database = DatabaseUrl.parse(postgres.address().url());
        Installer.forWingsOnClassPath().install(database.dataSource("howdah install"));
        return database;
    }

    private void progress(String workload) {
        spec.commandLine().getErr().println(workload + " ...");
        spec.commandLine().getErr().flush();
    }

    private void print(Measurement m) {
        String baseline = m.baseline().isEmpty() ? "" : value(m.baselineValue(), m.unit());
        String ratio = m.baseline().isEmpty() ? "" : "%.2f".formatted(m.ratio());
        out().printf(ROW, m.workload(), value(m.value(), m.unit()), m.baseline(), baseline, ratio);
        out().flush();
    }

    private static String value(double value, String unit) {
        return unit.equals("ms") ? "%.2f ms".formatted(value) : "%,.0f %s".formatted(value, unit);
    }

    private static List<Map<String, Object>> asMaps(List<Measurement> measurements) {
        List<Map<String, Object>> maps = new ArrayList<>();
        for (Measurement m : measurements) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("workload", m.workload());
            map.put("value", m.value());
            map.put("unit", m.unit());
            if (!m.baseline().isEmpty()) {
                map.put("baseline", m.baseline());
                map.put("baselineValue", m.baselineValue());
                map.put("ratio", m.ratio());
            }
            maps.add(map);
        }
        return maps;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
