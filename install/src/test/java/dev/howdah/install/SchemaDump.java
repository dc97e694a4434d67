package dev.howdah.install;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a database's catalogue says, and its history without what is another each time: who, when, how long. */
final class SchemaDump {

    private SchemaDump() {}

    static List<String> of(TestBase database) {
        List<String> dump = new ArrayList<>(database.column(sql()));
        if (!database.value("select to_regclass('howdah.history') is null").equals("t")) {
            dump.addAll(database.column("""
                    select format('history %s %s %s %s %s %s %s', installed_rank, version, description, type, script,
                                  checksum, success)
                      from howdah.history
                     order by installed_rank"""));
        }
        return dump;
    }

    private static String sql() {
        try (InputStream in = SchemaDump.class.getResourceAsStream("/schema-dump.sql")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
