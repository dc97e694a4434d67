package dev.howdah.job;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the tables, types, functions and the channel are called, as PGQueuer lets its users say: a prefix before every
 * name, a schema, or another name for a single thing. Whoever shares jobs has to agree. Names are of lower-case letters,
 * digits and underscores.
 */
public final class JobNames {

    private static final String PREFIX_VARIABLE = "PGQUEUER_PREFIX";
    private static final Pattern PLAIN = Pattern.compile("[a-z_][a-z0-9_]*");
    private static final Pattern OURS = Pattern.compile("\\b(?:fn_|tg_|ch_)?pgqueuer(?:_[a-z0-9_]+)?\\b");
    /** The longest that a prefix may be, so that no name is longer than PostgreSQL's 63 bytes. */
    private static final int LONGEST_PREFIX = 25;

    private final String schema;
    private final String prefix;
    private final Map<String, String> renamed;

    private JobNames(String schema, String prefix, Map<String, String> renamed) {
        this.schema = schema;
        this.prefix = prefix;
        this.renamed = Map.copyOf(renamed);
    }

    /** PGQueuer's own, in the schema that the connection's search_path names. */
    public static JobNames standard() {
        return new JobNames("", "", Map.of());
    }

    /** With the prefix that the environment variable PGQUEUER_PREFIX says, as PGQueuer's own workers have it. */
    public static JobNames fromEnvironment() {
        return Optional.ofNullable(System.getenv(PREFIX_VARIABLE))
                .filter(prefix -> !prefix.isEmpty())
                .map(standard()::withPrefix)
                .orElse(standard());
    }

    /** In this schema, whatever the search_path says. */
    public JobNames inSchema(String name) {
        return new JobNames(plain("schema", name), prefix, renamed);
    }

    /** With {@code value} before every name that is not {@linkplain #with given otherwise}. */
    public JobNames withPrefix(String value) {
        if (plain("prefix", value).length() > LONGEST_PREFIX) {
            throw new IllegalArgumentException("a prefix has at most " + LONGEST_PREFIX + " characters, got " + value);
        }
        return new JobNames(schema, value, renamed);
    }

    /** With another name for one thing: {@code with("pgqueuer_log", "job_log")}. */
    public JobNames with(String standardName, String name) {
        if (!OURS.matcher(standardName).matches()) {
            throw new IllegalArgumentException(standardName + " is none of PGQueuer's names, such as pgqueuer_log");
        }
        Map<String, String> more = new LinkedHashMap<>(renamed);
        more.put(standardName, plain("name", name));
        return new JobNames(schema, prefix, more);
    }

    /** The channel of its notifications; channels belong to a database, not to a schema. */
    String channel() {
        return renamed("ch_pgqueuer");
    }

    /**
     * The one place where names are put into SQL: every statement is written with PGQueuer's standard names, and each of
     * these is replaced here. What comes in is plain, so nothing needs quoting.
     */
    String in(String sql) {
        String qualifier = schema.isEmpty() ? "" : schema + ".";
        return OURS.matcher(sql)
                .replaceAll(name -> Matcher.quoteReplacement(
                        name.group().startsWith("ch_") ? renamed(name.group()) : qualifier + renamed(name.group())));
    }

    private String renamed(String standardName) {
        return renamed.getOrDefault(standardName, prefix + standardName);
    }

    private static String plain(String what, String value) {
        if (!PLAIN.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "a " + what + " is of lower-case letters, digits and underscores, got \"" + value + "\"");
        }
        return value;
    }
}
