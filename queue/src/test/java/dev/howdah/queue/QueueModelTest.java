package dev.howdah.queue;

import dev.howdah.testkit.TestDatabase;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Whatever readers do, at whatever depth of savepoints, prepared or crashed: nothing is lost, nobody gets what another one
 * reads, and each failed reading is counted exactly once.
 */
class QueueModelTest {

    private static final TestDatabase DATABASE = TestDatabase.installed();
    private static final AtomicInteger QUEUES = new AtomicInteger();

    @AfterContainer
    static void drop() {
        DATABASE.close();
    }

    /** Does one thing to the queue, and to the model of it. */
    private record Step(String name, Consumer<QueueModel> change) {
        @Override
        public String toString() {
            return name;
        }
    }

    @Property(tries = 25, shrinking = ShrinkingMode.BOUNDED)
    void readersGetWhatTheModelHas(@ForAll("steps") List<Step> steps) {
        try (QueueModel model = new QueueModel(DATABASE, "q" + QUEUES.incrementAndGet())) {
            steps.forEach(step -> step.change.accept(model));
            model.finish();
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Integer> readers = Arbitraries.integers().between(0, QueueModel.READERS - 1);
        Arbitrary<Integer> counts = Arbitraries.integers().between(1, 4);
        Arbitrary<Step> sends = Combinators.combine(
                        counts, Arbitraries.integers().between(0, 2))
                .as((count, priority) -> new Step("send " + count + " of " + priority, m -> m.send(count, priority)));
        Arbitrary<Step> reads = Combinators.combine(readers, counts)
                .as((reader, max) -> new Step(reader + " reads " + max, m -> m.read(reader, max)));
        Arbitrary<Step> savepoints =
                readers.map(reader -> new Step(reader + " sets a savepoint", m -> m.savepoint(reader)));
        Arbitrary<Step> returns = Combinators.combine(readers, counts)
                .as((reader, depth) ->
                        new Step(reader + " returns by " + depth, m -> m.rollbackToSavepoint(reader, depth)));
        Arbitrary<Step> releases = readers.map(reader -> new Step(reader + " releases", m -> m.release(reader)));
        Arbitrary<Step> ends = Combinators.combine(
                        readers, Arbitraries.of("commit", "commit", "rollback", "rollback", "crash", "prepare"))
                .as((reader, how) -> new Step(reader + " " + how, m -> m.end(reader, how)));
        Arbitrary<Step> prepared = Arbitraries.of(true, false)
                .map(commit -> new Step((commit ? "commit" : "rollback") + " prepared", m -> m.endPrepared(commit)));
        Arbitrary<Step> keeps = Arbitraries.of(true, false).map(full -> new Step("keep " + full, m -> m.keep(full)));
        return Arbitraries.frequencyOf(
                        Tuple.of(4, sends),
                        Tuple.of(8, reads),
                        Tuple.of(2, savepoints),
                        Tuple.of(2, returns),
                        Tuple.of(1, releases),
                        Tuple.of(6, ends),
                        Tuple.of(2, prepared),
                        Tuple.of(3, keeps),
                        Tuple.of(1, Arbitraries.just(new Step("rotate", QueueModel::rotate))))
                .list()
                .ofMinSize(15)
                .ofMaxSize(80);
    }
}
