package dev.howdah.benchmark;

import java.util.List;

/** A workload of the jobs, on their tables, which are emptied for it and after it. */
record JobsOnEmptyTables(Workload workload) implements Workload {

    @Override
    public String name() {
        return workload.name();
    }

    @Override
    public List<Measurement> measure(Bench bench) throws Exception {
        if (bench.value("select exists (select from pgqueuer)").equals("t")) {
            throw new IllegalStateException("there are jobs in this database, and measuring would remove them");
        }
        JobTables.empty(bench);
        try {
            return workload.measure(bench);
        } finally {
            JobTables.empty(bench);
        }
    }
}
