package dev.howdah.install;

import java.util.List;

/**
 * What an installation did.
 *
 * @param schema where what has no schema of its own went, e.g. {@code public}
 * @param applied the scripts that ran, by wing and name; empty if everything was up to date
 * @param notices what a person should know, e.g. that tables were adopted
 */
public record InstallReport(String schema, List<String> applied, List<String> notices) {

    public InstallReport {
        applied = List.copyOf(applied);
        notices = List.copyOf(notices);
    }
}
