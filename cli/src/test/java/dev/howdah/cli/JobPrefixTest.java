package dev.howdah.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.testkit.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Jobs by other names, as PGQUEUER_PREFIX has them: installed, sent, worked and removed. */
class JobPrefixTest {

    @AutoClose
    final TestDatabase database = TestDatabase.empty();

    @Test
    void everythingHasThePrefix() {
        assertThat(prefixed("install").out()).contains("Howdah is installed");
        assertThat(database.column("""
                        select relname from pg_class where relnamespace = 'public'::regnamespace and relname like '%pgqueuer%'
                        union all
                        select proname from pg_proc where pronamespace = 'public'::regnamespace and proname like '%pgqueuer%'
                        union all
                        select typname from pg_type where typname like '%pgqueuer_status' and typtype = 'e'""")).isNotEmpty().allMatch(name -> name.startsWith("x_"));
        assertThat(database.value("select x_fn_pgqueuer_enqueue('a', 'by SQL')"))
                .isEqualTo("1");
        assertThat(prefixed("job", "enqueue", "a", "by command").out()).isEqualTo("2");
        assertThat(prefixed("work", "a", "--until-empty", "--quiet", "--", "cat")
                        .out())
                .contains("by SQL", "by command");
        assertThat(database.value("select count(*) from x_pgqueuer_log where status = 'successful'"))
                .isEqualTo("2");

        HowdahRun without = HowdahRun.of("install", "--db", database.address().url());
        assertThat(without.err()).contains("the prefix, that they were installed with");
        assertThat(without.exitCode()).isNotEqualTo(ExitCode.OK);
    }

    private HowdahProcess prefixed(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        int end = all.contains("--") ? all.indexOf("--") : all.size();
        all.addAll(end, List.of("--db", database.address().url()));
        HowdahProcess run = HowdahProcess.start(Map.of("PGQUEUER_PREFIX", "x_"), all.toArray(String[]::new));
        assertThat(run.awaitEnd()).as(run.err()).isEqualTo(ExitCode.OK);
        return run;
    }
}
