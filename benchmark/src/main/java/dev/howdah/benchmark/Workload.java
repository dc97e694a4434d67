package dev.howdah.benchmark;

import java.util.List;

/** Something that is measured. */
interface Workload {

    String name();

    List<Measurement> measure(Bench bench) throws Exception;
}
