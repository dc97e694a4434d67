package dev.howdah.install;

import dev.howdah.core.HowdahException;
import java.sql.SQLException;
import java.util.List;

/** This database can't take Howdah as it stands; nothing was changed. */
public final class InstallException extends HowdahException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> statements;

    InstallException(String message) {
        this(message, List.of());
    }

    InstallException(String message, List<String> statements) {
        super(message);
        this.statements = List.copyOf(statements);
    }

    /** A wing's preflight has refused, in its own words. */
    InstallException(String message, SQLException refusal) {
        super(message, refusal);
        this.statements = List.of();
    }

    /** What somebody with more rights has to run first; empty where that would not help. */
    public List<String> statements() {
        return statements;
    }
}
