package dev.howdah.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.testkit.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** That each workload of the jobs comes to its end, in small; what it measures then means nothing. */
class JobBenchmarkTest {

    private static final Duration SHORT = Duration.ofMillis(100);

    @AutoClose
    private final TestDatabase database = TestDatabase.installed();

    @Test
    void measuresEverythingAndLeavesNothingIfThereWereNoJobs() throws Exception {
        List<Measurement> measured = new ArrayList<>();
        database.value("select fn_pgqueuer_enqueue('a')");
        assertThatThrownBy(() -> measure(measured)).hasMessageContaining("there are jobs in this database");
        assertThat(database.value("select count(*) from pgqueuer")).isEqualTo("1");

        database.run("delete from pgqueuer");
        measure(measured);
        assertThat(measured).hasSize(17).allMatch(measurement -> measurement.value() > 0);
        assertThat(database.value("select count(*) from pgqueuer")).isEqualTo("0");
    }

    private void measure(List<Measurement> measured) throws Exception {
        JobBenchmark.of(200, 1, SHORT, SHORT, SHORT.multipliedBy(3), 500)
                .run(database.dataSource(), name -> true, name -> {}, measured::add);
    }
}
