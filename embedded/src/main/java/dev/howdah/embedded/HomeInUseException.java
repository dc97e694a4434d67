package dev.howdah.embedded;

/** Another process has this home, or this process has it already; the message names it. */
public final class HomeInUseException extends EmbeddedPostgresException {
    private static final long serialVersionUID = 1L;

    HomeInUseException(String message) {
        super(message);
    }
}
