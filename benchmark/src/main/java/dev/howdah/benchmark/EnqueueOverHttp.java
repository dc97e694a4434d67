package dev.howdah.benchmark;

import dev.howdah.gateway.Gateway;
import dev.howdah.gateway.GatewaySettings;
import io.javalin.Javalin;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/** A job a request, from eight clients that keep their connections, beside the same function called through JDBC. */
final class EnqueueOverHttp implements Workload {

    private static final int CLIENTS = 8;
    private static final String ENTRYPOINT = "howdah_bench";
    private static final String PATH = "/rpc/fn_pgqueuer_enqueue";

    private final int warmUp;
    private final Duration turn;
    private final int rounds;
    private final Duration latency;

    /**
     * @param warmUp how many requests come first. A server runs for long: until the JVM has compiled it, its compiler takes
     *     much of a small machine
     */
    EnqueueOverHttp(int warmUp, Duration turn, int rounds, Duration latency) {
        this.warmUp = warmUp;
        this.turn = turn;
        this.rounds = rounds;
        this.latency = latency;
    }

    @Override
    public String name() {
        return "enqueue over HTTP, " + CLIENTS + " clients";
    }

    /** Does one thing, again and again. */
    @FunctionalInterface
    private interface Client extends AutoCloseable {
        void send() throws Exception;

        @Override
        default void close() throws Exception {}
    }

    /** Makes the client of a thread. */
    @FunctionalInterface
    private interface Clients {
        Client open() throws Exception;
    }

    @Override
    public List<Measurement> measure(Bench bench) throws Exception {
        Gateway gateway = new Gateway(bench.dataSource(), GatewaySettings.defaults());
        Javalin http = Javalin.create(config -> {
                    config.startup.showJavalinBanner = false;
                    config.concurrency.useVirtualThreads = Runtime.version().feature() >= 21;
                    gateway.register(config);
                })
                .start("127.0.0.1", 0);
        try {
            Clients overHttp = () -> overHttp(http.port());
            together(overHttp, (client, number) -> {
                for (int i = 0; i < warmUp / CLIENTS; i++) {
                    client.send();
                }
                return warmUp;
            });
            clear(bench);
            Clients throughJdbc = () -> throughJdbc(bench);
            Measurement rate = Rounds.compare(
                    rounds,
                    name(),
                    () -> rate(bench, overHttp),
                    "the function through JDBC",
                    () -> rate(bench, throughJdbc));
            double half = rate.value() / 2;
            List<Measurement> measurements = new ArrayList<>(List.of(rate));
            measurements.addAll(Measurement.against(
                    latencies(bench, overHttp, half, "half that rate over HTTP"),
                    latencies(bench, throughJdbc, half, "through JDBC")));
            return measurements;
        } finally {
            http.stop();
        }
    }

    private static Client overHttp(int port) throws Exception {
        String payload = Bench.PAYLOAD.replace("\"", "\\\"");
        KeepAliveClient client = new KeepAliveClient(
                port, PATH, "", "{\"entrypoint\": \"" + ENTRYPOINT + "\", \"payload\": \"" + payload + "\"}");
        return new Client() {
            @Override
            public void send() throws Exception {
                client.send();
            }

            @Override
            public void close() throws Exception {
                client.close();
            }
        };
    }

    private static Client throughJdbc(Bench bench) throws Exception {
        Connection connection = bench.dataSource().getConnection();
        PreparedStatement statement = connection.prepareStatement("select fn_pgqueuer_enqueue(?, ?)");
        byte[] payload = Bench.PAYLOAD.getBytes(StandardCharsets.UTF_8);
        return new Client() {
            @Override
            public void send() throws Exception {
                statement.setString(1, ENTRYPOINT);
                statement.setBytes(2, payload);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    row.getLong(1);
                }
            }

            @Override
            public void close() throws Exception {
                statement.close();
                connection.close();
            }
        };
    }

    private double rate(Bench bench, Clients clients) throws Exception {
        long start = System.nanoTime();
        long end = start + turn.toNanos();
        long sent = 0;
        for (long count : together(clients, (client, number) -> {
            long count = 0;
            while (System.nanoTime() < end) {
                client.send();
                count++;
            }
            return count;
        })) {
            sent += count;
        }
        double rate = sent * 1e9 / (System.nanoTime() - start);
        clear(bench);
        return rate;
    }

    /**
     * How long each request took, and how long after it was due its answer came: one that its client sends late, as the
     * one before it was not answered yet, is not slower itself, but whoever wanted it at its time waits longer.
     */
    private List<Measurement> latencies(Bench bench, Clients clients, double rate, String name) throws Exception {
        int each = (int) (rate * latency.toMillis() / 1000 / CLIENTS);
        double gap = 1e9 * CLIENTS / rate;
        long start = System.nanoTime() + 10_000_000;
        double[] took = new double[each * CLIENTS];
        double[] late = new double[each * CLIENTS];
        together(clients, (client, number) -> {
            for (int i = number; i < took.length; i += CLIENTS) {
                long due = start + (long) (gap * i / CLIENTS);
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(Math.max(1, due - System.nanoTime()));
                }
                long sent = System.nanoTime();
                client.send();
                long answered = System.nanoTime();
                took[i] = (answered - sent) / 1e6;
                late[i] = (answered - due) / 1e6;
            }
            return each;
        });
        clear(bench);
        Arrays.sort(took);
        Arrays.sort(late);
        return List.of(
                Measurement.latency(name + ", p50", Latencies.percentile(took, 50)),
                Measurement.latency(name + ", p99", Latencies.percentile(took, 99)),
                Measurement.latency(name + ", p99 after due", Latencies.percentile(late, 99)));
    }

    /** What a thread does with its client. */
    @FunctionalInterface
    private interface Work<T> {
        T with(Client client, int number) throws Exception;
    }

    private static <T> List<T> together(Clients clients, Work<T> work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int number = i;
                futures.add(threads.submit(() -> {
                    try (Client client = clients.open()) {
                        return work.with(client, number);
                    }
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    private static void clear(Bench bench) {
        bench.sql("delete from pgqueuer where entrypoint = '" + ENTRYPOINT + "'");
        bench.sql("delete from pgqueuer_log where entrypoint = '" + ENTRYPOINT + "'");
        bench.sql("delete from pgqueuer_statistics where entrypoint = '" + ENTRYPOINT + "'");
    }
}
