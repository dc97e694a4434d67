package dev.howdah.job;

import java.util.ArrayList;
import java.util.List;

/** A job as the tables should have it. */
final class ModelJob {

    final long id;
    final NewJob sent;
    String status = "queued";
    int owner = -1;
    int attempts;
    boolean due = true;
    boolean silent;
    final List<String> log = new ArrayList<>(List.of("queued"));

    ModelJob(long id, NewJob sent) {
        this.id = id;
        this.sent = sent;
    }

    boolean isTaken() {
        return status.equals("queued") || status.equals("picked");
    }

    boolean isThere() {
        return isTaken() || status.equals("failed");
    }
}
