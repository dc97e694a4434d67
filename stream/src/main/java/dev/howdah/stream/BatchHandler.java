package dev.howdah.stream;

/**
 * Handles a batch of events in one transaction. Exactly once for whatever it does on {@link Batch#connection()}: that
 * commits together with the batch's settlement, or not at all. At least once for everything else.
 */
@FunctionalInterface
public interface BatchHandler {

    /** @throws Exception rolls back; the same batch comes again, after a pause that grows from 100 ms to 10 s */
    void handle(Batch batch) throws Exception;
}
