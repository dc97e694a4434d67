package dev.howdah.queue;

import dev.howdah.core.SqlScript;
import dev.howdah.core.WingSql;
import java.util.List;

/** The wing's SQL, in the order in which it is run. */
public final class QueueSchema implements WingSql {

    private static final List<String> FUNCTIONS = List.of(
            "functions/catalogue",
            "functions/lines",
            "functions/readings",
            "functions/prepared",
            "functions/send_functions",
            "functions/take_functions",
            "functions/take_id_functions",
            "functions/keep_functions",
            "functions/dispatch",
            "functions/installation",
            "functions/queues",
            "functions/access",
            "functions/send",
            "functions/read",
            "functions/exchanges",
            "functions/publish",
            "functions/callbacks",
            "functions/settle",
            "functions/dead_letters",
            "functions/views",
            "functions/keeper",
            "grants");

    @Override
    public String name() {
        return "queue";
    }

    @Override
    public int number() {
        return 2;
    }

    @Override
    public SqlScript preflight() {
        return read("preflight");
    }

    @Override
    public List<SqlScript> migrations() {
        return List.of(read("migrations/1_schemas"));
    }

    @Override
    public List<SqlScript> functions() {
        return FUNCTIONS.stream().map(QueueSchema::read).toList();
    }

    @Override
    public SqlScript uninstall() {
        return read("uninstall");
    }

    private static SqlScript read(String path) {
        return SqlScript.read(QueueSchema.class, path);
    }
}
