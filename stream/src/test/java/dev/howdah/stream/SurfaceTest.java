package dev.howdah.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.testkit.TestDatabase;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What is installed, against what clients of PgQue and PgQ know, to the letter. */
class SurfaceTest {

    /** What runs with its definer's rights where the list says the caller's, and why. */
    private static final Map<String, String> DEFINER_ON_PURPOSE =
            Map.of("pgq.get_queue_info(", "everyone may ask, and nobody but readers may read the tables behind it");

    @AutoClose
    static final TestDatabase database = TestDatabase.installed();

    @Test
    void everyFunctionOfBothLanguagesIsThereAsItsClientsKnowIt() {
        Map<String, String> installed = KnownSurface.byCall(database.column(KnownSurface.INSTALLED));
        Map<String, String> differing = new LinkedHashMap<>();
        KnownSurface.byCall(KnownSurface.lines("functions.txt", line -> !line.startsWith("!")))
                .forEach((call, line) -> {
                    String found = installed.get(call);
                    if (!line.equals(found) && !(found != null && onPurpose(line, found))) {
                        differing.put(line, found == null ? "is missing" : found);
                    }
                });
        assertThat(differing).isEmpty();
    }

    @Test
    void whatIsMissingIsKnown() {
        Set<String> installed =
                KnownSurface.byCall(database.column(KnownSurface.INSTALLED)).keySet();

        assertThat(KnownSurface.byCall(KnownSurface.lines("functions.txt", line -> line.startsWith("!")))
                        .keySet())
                .as("marked as missing, and there: take the mark away")
                .doesNotContainAnyElementsOf(installed);
    }

    @Test
    void nothingIsThereThatNoListKnows() {
        Set<String> listed = KnownSurface.byCall(KnownSurface.lines("functions.txt", line -> true))
                .keySet();

        assertThat(KnownSurface.byCall(database.column(KnownSurface.INSTALLED)).keySet())
                .as("a function beyond the lists wants a line of its own, with +")
                .isSubsetOf(listed);
    }

    @Test
    void everyTableHasTheColumnsThatItsReadersSelect() {
        Map<String, String> installed = byName(database.column(INSTALLED_TABLES));
        Map<String, String> ours = byName(KnownSurface.lines("tables.txt", line -> line.startsWith("+")));
        Map<String, String> expected = new TreeMap<>();
        byName(KnownSurface.lines("tables.txt", line -> !line.startsWith("+"))).forEach((name, columns) -> {
            String all = ours.containsKey(name) ? columns + ", " + ours.get(name) : columns;
            boolean isView = database.value("select relkind = 'v' from pg_class where oid = to_regclass('%s')"
                            .formatted(name.replace("type ", "")))
                    .equals("t");
            expected.put(name, isView ? all.replace("*", "") : all);
        });
        assertThat(new TreeMap<>(installed)).isEqualTo(expected);
    }

    private static boolean onPurpose(String line, String found) {
        return DEFINER_ON_PURPOSE.keySet().stream().anyMatch(line::startsWith)
                && line.replace("| invoker |", "| definer |").equals(found);
    }

    private static final String INSTALLED_TABLES = """
            select format('%s%s.%s: %s', case c.relkind when 'c' then 'type ' else '' end, n.nspname, c.relname,
                       (select string_agg(format('%s %s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                                                 case when a.attnotnull then '*' else '' end), ', ' order by a.attnum)
                          from pg_attribute a
                         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped))
              from pg_class c
              join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = 'pgque' and c.relkind in ('r', 'v', 'c', 'p', 'm', 'f')""";

    private static Map<String, String> byName(List<String> lines) {
        return lines.stream().collect(Collectors.toMap(line -> line.split(": ", 2)[0], line -> line.split(": ", 2)[1]));
    }
}
