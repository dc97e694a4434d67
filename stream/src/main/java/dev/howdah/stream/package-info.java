/**
 * Event streams, as PgQ and PgQue have them: a log in PostgreSQL that any number of consumers read in batches, each at
 * its own pace. At least once; exactly once where a handler works in its batch's transaction.
 */
@NullMarked
package dev.howdah.stream;

import org.jspecify.annotations.NullMarked;
