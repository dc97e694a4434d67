package dev.howdah.job;

import dev.howdah.job.CuttableDataSource.Cut;
import dev.howdah.testkit.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;

/** Any order of what senders, workers, silence and broken connections can do to jobs leaves them as the model has them. */
class JobModelTest {

    private static final TestDatabase DATABASE = TestDatabase.installed();

    @AfterContainer
    static void drop() {
        DATABASE.close();
    }

    /** Does one thing to the jobs, and to the model of them. */
    private record Step(String name, Consumer<JobModel> change) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final Map<String, HandlerOptions> LIMITS = Map.of(
            "b", HandlerOptions.defaults().withLimit(2),
            "c", HandlerOptions.defaults().withRate(3, Duration.ofHours(1)));

    @Property(tries = 40, shrinking = ShrinkingMode.BOUNDED)
    void jobsAreAsTheModelHasThem(@ForAll boolean limited, @ForAll("steps") List<Step> steps) throws SQLException {
        try (CuttableDataSource dataSource = new CuttableDataSource(DATABASE.dataSource(), true)) {
            JobModel model = new JobModel(dataSource, limited ? LIMITS : Map.of());
            for (Step step : steps) {
                step.change.accept(model);
                model.check();
            }
            model.finish();
        }
    }

    /** Rare in random orders: taken over, put back by the other, and claimed again before the first knows. */
    @Example
    void aJobThatCameBackIsNotClaimedBesideItsFirstExecution() throws SQLException {
        try (CuttableDataSource dataSource = new CuttableDataSource(DATABASE.dataSource(), true)) {
            JobModel model = new JobModel(dataSource, Map.of());
            model.send(List.of(NewJob.of("a")), Cut.NONE);
            model.claim(0, 1, Cut.NONE);
            model.silence(0);
            model.takeOver(1, Cut.NONE);
            model.settle(1, 1, ModelEnding.RETRY, Cut.NONE);
            model.claim(0, 1, Cut.NONE);
            model.check();
            model.settle(0, 1, ModelEnding.SUCCESSFUL, Cut.NONE);
            model.check();
            model.claim(0, 1, Cut.NONE);
            model.settle(0, 1, ModelEnding.SUCCESSFUL, Cut.NONE);
            model.check();
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Integer> workers = Arbitraries.integers().between(0, JobModel.WORKERS - 1);
        Arbitrary<Integer> counts = Arbitraries.integers().between(1, 4);
        Arbitrary<Cut> cuts =
                Arbitraries.frequency(Tuple.of(8, Cut.NONE), Tuple.of(1, Cut.BEFORE), Tuple.of(1, Cut.AFTER));
        Arbitrary<ModelEnding> endings = Arbitraries.of(ModelEnding.class);
        Arbitrary<Step> sends = Combinators.combine(
                        newJobs().list().ofMinSize(1).ofMaxSize(4), cuts)
                .as((jobs, cut) -> new Step("send " + jobs + " cut " + cut, model -> model.send(jobs, cut)));
        Arbitrary<Step> claims = Combinators.combine(workers, counts, cuts)
                .as((worker, max, cut) ->
                        new Step(worker + " claims " + max + " cut " + cut, model -> model.claim(worker, max, cut)));
        Arbitrary<Step> settles = Combinators.combine(workers, counts, endings, cuts)
                .as((worker, count, ending, cut) -> new Step(
                        worker + " settles " + count + " as " + ending + " cut " + cut,
                        model -> model.settle(worker, count, ending, cut)));
        Arbitrary<Step> heartbeats = Combinators.combine(workers, cuts)
                .as((worker, cut) ->
                        new Step(worker + " gives a sign cut " + cut, model -> model.heartbeat(worker, cut)));
        Arbitrary<Step> silences =
                workers.map(worker -> new Step(worker + " falls silent", model -> model.silence(worker)));
        Arbitrary<Step> takeOvers = Combinators.combine(workers, cuts)
                .as((worker, cut) -> new Step(worker + " takes over cut " + cut, model -> model.takeOver(worker, cut)));
        Arbitrary<Step> time = Arbitraries.just(new Step("time passes", JobModel::passTime));
        Arbitrary<Integer> places = Arbitraries.integers().between(0, 20);
        Arbitrary<Step> cancels =
                places.map(place -> new Step("the " + place + "th is canceled", model -> model.cancel(place)));
        Arbitrary<Step> requeues =
                places.map(place -> new Step("the " + place + "th held is requeued", model -> model.requeue(place)));
        return Arbitraries.frequencyOf(
                        Tuple.of(4, sends),
                        Tuple.of(6, claims),
                        Tuple.of(6, settles),
                        Tuple.of(2, heartbeats),
                        Tuple.of(3, silences),
                        Tuple.of(3, takeOvers),
                        Tuple.of(1, cancels),
                        Tuple.of(2, requeues),
                        Tuple.of(1, time))
                .list()
                .ofMinSize(10)
                .ofMaxSize(50);
    }

    private static Arbitrary<NewJob> newJobs() {
        Arbitrary<String> keys = Arbitraries.of("k1", "k2", "k3").injectNull(0.6);
        return Combinators.combine(
                        Arbitraries.of(JobModel.ENTRYPOINTS),
                        Arbitraries.integers().between(-1, 1),
                        keys)
                .as((entrypoint, priority, key) -> {
                    NewJob job = NewJob.of(entrypoint).withPriority(priority);
                    return key == null ? job : job.withDedupeKey(key);
                });
    }
}
