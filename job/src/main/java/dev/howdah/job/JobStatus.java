package dev.howdah.job;

import java.util.Locale;

/** What a job is, or what its log says became of it. */
public enum JobStatus {
    /** Waits for a worker, or for its time. */
    QUEUED,
    /** A worker has it. */
    PICKED,
    /** Its handler is done. */
    SUCCESSFUL,
    /** It failed, and its retries are exhausted. */
    EXCEPTION,
    /** Somebody canceled it. */
    CANCELED,
    /** It was removed without being worked: it had expired, or somebody deleted it. */
    DELETED,
    /** It failed and is held for a person to look at. */
    FAILED;

    /** Whether a job is through with it, as long as nobody puts it back in line. */
    public boolean isEnd() {
        return this != QUEUED && this != PICKED;
    }

    static JobStatus of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }

    /** As the tables have it. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
