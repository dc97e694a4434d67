package dev.howdah.embedded;

/** PostgreSQL could not be unpacked, started or stopped. The message is one line, fit to be shown to a person. */
public class EmbeddedPostgresException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EmbeddedPostgresException(String message) {
        super(message);
    }

    EmbeddedPostgresException(String message, Throwable cause) {
        super(message, cause);
    }
}
