package dev.howdah.embedded;

import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Settings in the words of postgresql.conf. */
final class Settings {
    /** For data that nobody will want back after a crash. */
    static final Map<String, String> DISPOSABLE =
            Map.of("fsync", "off", "synchronous_commit", "off", "full_page_writes", "off");

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.]*");

    private Settings() {}

    static void check(String name, String value) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not the name of a setting: " + name);
        }
        if (value.contains("\n") || value.contains("\r")) {
            throw new IllegalArgumentException("the value of " + name + " has more than one line");
        }
    }

    static String file(Map<String, String> settings) {
        return settings.entrySet().stream()
                .map(setting -> setting.getKey() + " = " + quote(setting.getValue()) + "\n")
                .sorted()
                .collect(Collectors.joining("", "# written anew at each start of Howdah\n", ""));
    }

    private static String quote(String value) {
        return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'";
    }
}
