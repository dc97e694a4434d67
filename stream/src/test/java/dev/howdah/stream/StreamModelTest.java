package dev.howdah.stream;

import dev.howdah.testkit.TestDatabase;
import java.util.List;
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
 * Whatever order senders, tickers, consumers, maintenance and crashes come in: nothing is lost, nothing comes twice
 * without a retry or a crash, batches are in order of ids, and retries come back to who asked for them.
 */
class StreamModelTest {

    private static final TestDatabase DATABASE = TestDatabase.installed();

    @AfterContainer
    static void drop() {
        DATABASE.close();
    }

    /** Does one thing to the streams, and to the model of them. */
    private record Step(String name, Consumer<StreamModel> change) {
        @Override
        public String toString() {
            return name;
        }
    }

    @Property(tries = 20, shrinking = ShrinkingMode.BOUNDED)
    void consumersGetWhatTheModelHas(@ForAll("steps") List<Step> steps) {
        try (StreamModel model = new StreamModel(DATABASE)) {
            for (Step step : steps) {
                step.change.accept(model);
            }
            model.finish();
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Integer> queues = Arbitraries.integers().between(0, StreamModel.QUEUES - 1);
        Arbitrary<Integer> subscribers =
                Arbitraries.integers().between(0, StreamModel.QUEUES * StreamModel.CONSUMERS - 1);
        Arbitrary<Integer> counts = Arbitraries.integers().between(1, 9);
        Arbitrary<Step> sends = Combinators.combine(queues, counts)
                .as((queue, count) -> new Step("send " + count + " to " + queue, m -> m.send(queue, count)));
        Arbitrary<Step> savepoints = Combinators.combine(queues, counts)
                .as((queue, count) -> new Step(
                        "send " + count + " to " + queue + " in a savepoint", m -> m.sendWithSavepoint(queue, count)));
        Arbitrary<Step> begins = Combinators.combine(queues, counts)
                .as((queue, count) -> new Step("begin to send to " + queue, m -> m.beginSend(queue, count)));
        Arbitrary<Step> ends = Combinators.combine(
                        Arbitraries.of(true, false), Arbitraries.of("commit", "rollback", "crash"))
                .as((oldest, how) -> new Step(how + (oldest ? " oldest" : " youngest"), m -> m.endSend(oldest, how)));
        Arbitrary<Step> ticks = Arbitraries.just(new Step("tick", StreamModel::tick));
        Arbitrary<Step> nexts = subscribers.map(number -> new Step(number + " next_batch", m -> m.nextBatch(number)));
        Arbitrary<Step> receives = Combinators.combine(subscribers, counts)
                .as((number, max) -> new Step(number + " receives " + max, m -> m.receive(number, max)));
        Arbitrary<Step> retries = Combinators.combine(subscribers, counts, Arbitraries.of(true, false))
                .as((number, which, nack) ->
                        new Step(number + (nack ? " nacks " : " retries ") + which, m -> m.retry(number, which, nack)));
        Arbitrary<Step> acks = subscribers.map(number -> new Step(number + " acks", m -> m.acknowledge(number)));
        Arbitrary<Step> crashes = subscribers.map(number -> new Step(number + " crashes", m -> m.crashInBatch(number)));
        Arbitrary<Step> maintenance = Arbitraries.of(
                        "howdah_stream.rotate({queue})",
                        "howdah_stream.compact(0)",
                        "pgque.maint()",
                        "pgque.force_tick({queue})",
                        "pgque.ticker()")
                .map(what -> new Step(what, m -> m.maintain(what)));
        return Arbitraries.frequencyOf(
                        Tuple.of(4, sends),
                        Tuple.of(1, savepoints),
                        Tuple.of(2, begins),
                        Tuple.of(2, ends),
                        Tuple.of(4, ticks),
                        Tuple.of(3, nexts),
                        Tuple.of(5, receives),
                        Tuple.of(4, retries),
                        Tuple.of(6, acks),
                        Tuple.of(1, crashes),
                        Tuple.of(4, maintenance),
                        Tuple.of(2, Arbitraries.just(new Step("retries are due", StreamModel::moveRetries))),
                        Tuple.of(1, Arbitraries.just(new Step("hold or let go", StreamModel::holdSnapshot))))
                .list()
                .ofMinSize(15)
                .ofMaxSize(80);
    }
}
