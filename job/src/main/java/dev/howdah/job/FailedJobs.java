package dev.howdah.job;

import static dev.howdah.job.JobDatabase.longs;

import java.util.Collection;
import java.util.List;

/** The jobs that are held because they failed. They stay until somebody puts them back in line or deletes them. */
public final class FailedJobs {

    private final JobDatabase database;

    FailedJobs(JobDatabase database) {
        this.database = database;
    }

    /** The newest first, at most so many. */
    public List<JobInfo> list(int max) {
        return database.rows(HouseSql.FAILED, Jobs::info, max);
    }

    /**
     * Puts jobs back in line, due at once, with their attempts at zero; workers notice at once. Ids of jobs that are not
     * held are left alone. Errors: {@link dev.howdah.core.HowdahException.Duplicate} if a dedupe key was taken since.
     *
     * @return the ids of those that were
     */
    public List<Long> requeue(Collection<Long> ids) {
        return database.rows(HouseSql.REQUEUE_FAILED, row -> row.getLong(1), longs(ids));
    }

    /** Removes jobs for good; their log remains. @return the ids of those that were held */
    public List<Long> delete(Collection<Long> ids) {
        return database.rows(HouseSql.DELETE_FAILED, row -> row.getLong(1), longs(ids));
    }
}
