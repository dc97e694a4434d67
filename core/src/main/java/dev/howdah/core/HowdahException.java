package dev.howdah.core;

import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong, as a type: each subclass is one thing that a caller can do something about. Made from SQLSTATEs by
 * {@link SqlErrors} alone. Carries, where known, the queue, stream or entrypoint and the message that it is about.
 */
public class HowdahException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String sqlState;
    private final @Nullable String queue;
    private final @Nullable Long messageId;

    public HowdahException(String message) {
        this(message, null, null, null, null);
    }

    public HowdahException(String message, Throwable cause) {
        this(message, cause, null, null, null);
    }

    protected HowdahException(
            String message,
            @Nullable Throwable cause,
            @Nullable String sqlState,
            @Nullable String queue,
            @Nullable Long messageId) {
        super(message, cause);
        this.sqlState = sqlState;
        this.queue = queue;
        this.messageId = messageId;
    }

    /** PostgreSQL's five-character code, where PostgreSQL said it. */
    public Optional<String> sqlState() {
        return Optional.ofNullable(sqlState);
    }

    /** The queue, stream or entrypoint that the error is about. */
    public Optional<String> queue() {
        return Optional.ofNullable(queue);
    }

    /** The message that the error is about. */
    public OptionalLong messageId() {
        return messageId == null ? OptionalLong.empty() : OptionalLong.of(messageId);
    }

    /** A value that was refused (SQLSTATE classes 22 and 23, 428C9 and what the wings raise): mend the call. */
    public static final class InvalidInput extends HowdahException {
        private static final long serialVersionUID = 1L;

        public InvalidInput(String message) {
            super(message);
        }

        InvalidInput(Details details) {
            super(details);
        }
    }

    /** There is one already (23505, 23P01): the message with this key was sent before. */
    public static final class Duplicate extends HowdahException {
        private static final long serialVersionUID = 1L;

        Duplicate(Details details) {
            super(details);
        }
    }

    /** The role may not do this (42501, 28xxx): grant it, or connect as another. */
    public static final class AccessDenied extends HowdahException {
        private static final long serialVersionUID = 1L;

        AccessDenied(Details details) {
            super(details);
        }
    }

    /** A table, function or schema is missing (42P01, 42883, 3F000): run {@code howdah install}. */
    public static final class NotInstalled extends HowdahException {
        private static final long serialVersionUID = 1L;

        NotInstalled(Details details) {
            super(details);
        }
    }

    /** Two transactions were in each other's way (class 40, 55P03): the same call may well succeed when repeated. */
    public static final class Conflict extends HowdahException {
        private static final long serialVersionUID = 1L;

        Conflict(Details details) {
            super(details);
        }
    }

    /**
     * PostgreSQL could not be reached, went away, has no room or takes no writes (classes 08, 53, 57P; 25006). If that happened during a
     * commit, nobody knows whether it took place: repeat what is idempotent, or look.
     */
    public static final class Unavailable extends HowdahException {
        private static final long serialVersionUID = 1L;

        Unavailable(Details details) {
            super(details);
        }
    }

    private HowdahException(Details details) {
        this(details.message(), details.cause(), details.sqlState(), details.queue(), details.messageId());
    }

    record Details(
            String message,
            Throwable cause,
            @Nullable String sqlState,
            @Nullable String queue,
            @Nullable Long messageId) {}

    /** An error that no subclass is for. */
    static HowdahException other(Details details) {
        return new HowdahException(details);
    }
}
