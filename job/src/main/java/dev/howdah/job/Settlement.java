package dev.howdah.job;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is to be written about a job.
 *
 * @param status its log row's status: {@code successful} and {@code exception} end it, {@code failed} holds it,
 *     {@code queued} puts it back
 * @param counted 1 if this was an attempt, 0 if it never really began
 * @param delay until it is due again, if it is put back
 */
record Settlement(
        long jobId,
        String status,
        int counted,
        Duration delay,
        @Nullable String errorType,
        @Nullable String errorMessage,
        @Nullable String stack) {

    private static final String SUCCESSFUL = "successful";
    private static final int LONGEST_STACK = 16_000;

    static Settlement successful(Job job) {
        return new Settlement(job.id(), SUCCESSFUL, 1, Duration.ZERO, null, null, null);
    }

    static Settlement retry(Job job, Duration delay) {
        return new Settlement(job.id(), "queued", 1, delay, "Retry", "the handler asked for a retry", null);
    }

    static Settlement retry(Job job, Duration delay, Throwable error) {
        return failure(job, "queued", 1, delay, error);
    }

    /** Back in line as if it had never been picked. */
    static Settlement released(Job job) {
        return released(job, Duration.ZERO);
    }

    static Settlement released(Job job, Duration delay) {
        return new Settlement(job.id(), "queued", 0, delay, null, null, null);
    }

    static Settlement exception(Job job, Throwable error) {
        return failure(job, "exception", 1, Duration.ZERO, error);
    }

    static Settlement held(Job job, Throwable error) {
        return failure(job, "failed", 1, Duration.ZERO, error);
    }

    static Settlement deadLetter(Job job, String reason) {
        return new Settlement(job.id(), "failed", 1, Duration.ZERO, "DeadLetter", storable(reason), null);
    }

    boolean isSuccess() {
        return status.equals(SUCCESSFUL);
    }

    private static Settlement failure(Job job, String status, int counted, Duration delay, Throwable error) {
        String text = told(() -> {
            StringWriter stack = new StringWriter();
            error.printStackTrace(new PrintWriter(stack));
            return stack.toString();
        });
        return new Settlement(
                job.id(),
                status,
                counted,
                delay,
                error.getClass().getName(),
                storable(told(() -> String.valueOf(error.getMessage()))),
                storable(text.length() > LONGEST_STACK ? text.substring(0, LONGEST_STACK) + "..." : text));
    }

    /** What an exception says of itself, by code that may throw in its turn. */
    private static String told(Supplier<String> words) {
        try {
            return words.get();
        } catch (RuntimeException | Error e) {
            return "(not to be had: " + e.getClass().getName() + ")";
        }
    }

    /** PostgreSQL's text takes neither NUL nor half a surrogate pair. */
    private static String storable(String text) {
        byte[] utf8 = text.replace('\0', '\ufffd').getBytes(StandardCharsets.UTF_8);
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
