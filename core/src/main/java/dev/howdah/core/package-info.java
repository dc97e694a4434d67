/**
 * What every wing shares: transactions, wake-ups, duties and the loop that runs them, outcomes, errors, payloads.
 * Depends on the PostgreSQL driver and SLF4J alone.
 */
@NullMarked
package dev.howdah.core;

import org.jspecify.annotations.NullMarked;
