package dev.howdah.queue;

/** Every statement that the wing's Java sends, apart from those that a queue's own functions are named in. */
final class QueueSql {

    private QueueSql() {}

    static final String KEEP = "call howdah_queue.keep(?)";
}
