package dev.howdah.job;

import java.util.Optional;

/** A worker, as those see it that send jobs in the same process. */
interface LocalWorker {

    /** Jobs were sent, and are committed. */
    void sent();

    /** Keeps a handler for a job that is being sent, if one is free for it and no other job waits for it. */
    Optional<Handoff> handoff(NewJob job);
}
