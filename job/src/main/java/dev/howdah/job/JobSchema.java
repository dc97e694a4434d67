package dev.howdah.job;

import dev.howdah.core.SqlScript;
import dev.howdah.core.WingSql;
import java.util.List;

/** The wing's SQL, in the order in which it is run; by the names that PGQUEUER_PREFIX says, as PGQueuer's own installation. */
public final class JobSchema implements WingSql {

    private final JobNames names = JobNames.fromEnvironment();

    @Override
    public String name() {
        return "job";
    }

    @Override
    public int number() {
        return 3;
    }

    @Override
    public SqlScript preflight() {
        return read("preflight");
    }

    @Override
    public List<SqlScript> migrations() {
        return List.of(
                read("migrations/1_types"),
                read("migrations/2_tables"),
                read("migrations/3_statistics"),
                read("migrations/4_adoption"),
                read("migrations/5_additions"));
    }

    @Override
    public List<SqlScript> functions() {
        return List.of(
                read("functions/changes"), read("functions/enqueue"), read("functions/enqueue_batch"), read("grants"));
    }

    @Override
    public SqlScript uninstall() {
        return read("uninstall");
    }

    private SqlScript read(String path) {
        SqlScript script = SqlScript.read(JobSchema.class, path);
        return new SqlScript(script.name(), names.in(script.text()));
    }
}
