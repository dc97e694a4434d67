/**
 * Transactional queues, as pgpro_queue has them: a message is read in its reader's transaction, and gone when that commits; a
 * rollback brings it back, counted. Exactly once for all that its handler does in that transaction; at least once for the rest.
 */
@NullMarked
package dev.howdah.queue;

import org.jspecify.annotations.NullMarked;
