package dev.howdah.job;

import dev.howdah.core.Outcome;
import java.util.List;
import java.util.Map;

/** Handles several jobs of one entrypoint together. Called at least once for each of them, as {@link JobHandler} is. */
@FunctionalInterface
public interface BatchJobHandler {

    /**
     * @param jobs one or more, as many as were due and the batch size allows
     * @return outcomes by the job's id; a job that is absent is done, so an empty map says that all are
     * @throws Exception has all of them failed, each as {@link JobHandler#handle} has one
     */
    Map<Long, Outcome> handle(List<Job> jobs) throws Exception;
}
