package dev.howdah.core;

import dev.howdah.embedded.PostgresAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Another process with a once-only duty, for being killed. */
final class ChildJvm implements AutoCloseable {

    private final Process process;

    private ChildJvm(Process process) {
        this.process = process;
    }

    static ChildJvm onDuty(String duty, String name) throws IOException {
        PostgresAddress address = Postgres.address();
        return new ChildJvm(new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-cp",
                        classPath(),
                        ChildJvm.class.getName(),
                        address.host(),
                        Integer.toString(address.port()),
                        address.database(),
                        address.user(),
                        address.password(),
                        duty,
                        name)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /** SIGKILL, where there are signals. */
    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the child process does not end");
        }
    }

    public static void main(String[] args) throws IOException {
        PostgresAddress address = new PostgresAddress(args[0], Integer.parseInt(args[1]), args[2], args[3], args[4]);
        DutyLoop loop = DutyLoop.builder()
                .duty(TestDuty.onceOnly(args[5]))
                .leadershipOver(Postgres.dataSource(address, args[6]))
                .backoff(new Backoff(Duration.ofMillis(50), Duration.ofSeconds(1)))
                .start();
        try (loop) {
            while (System.in.read() >= 0) {
                // until it is killed, or who started it is gone
            }
        }
    }
}
