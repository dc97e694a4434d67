package dev.howdah.job;

/** How many jobs of an entrypoint there are with a status, in the table or, over a time, in the log. */
public record JobCount(String entrypoint, JobStatus status, long count) {}
