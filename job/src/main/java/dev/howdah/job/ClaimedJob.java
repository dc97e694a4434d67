package dev.howdah.job;

import java.time.Duration;

/**
 * A job as a claim gives it.
 *
 * @param age how long ago it was sent, by the database's clock
 */
record ClaimedJob(Job job, Duration age) {}
