/**
 * Background jobs by entrypoint, on PGQueuer's tables: its workers and these share one queue. At least once: a job whose
 * worker dies is given to another when its heartbeat is older than the timeout.
 */
@NullMarked
package dev.howdah.job;

import org.jspecify.annotations.NullMarked;
