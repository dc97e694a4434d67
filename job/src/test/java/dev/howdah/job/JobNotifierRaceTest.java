package dev.howdah.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.core.Transactions;
import dev.howdah.testkit.TestSession;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.postgresql.PGNotification;

/** Senders and the notifier at once, in any order. */
class JobNotifierRaceTest extends JobWorkerBase {

    private static final Duration ASLEEP = Duration.ofMillis(250);

    @AutoClose
    private final ToldListener listener = new ToldListener(database);

    @AutoClose
    private final CuttableDataSource kept = new CuttableDataSource(database.dataSource(), true);

    private final JobNotifier notifier =
            new JobNotifier(new JobDatabase(Transactions.over(kept), JobNames.standard()), database.dataSource());

    /** Three send at once while it wakes, tells and sleeps: each is told of when it has committed, by itself or by others. */
    @Test
    void nobodyIsForgottenWhateverTheNotifierDoes() throws Exception {
        Random random = new Random(4711);
        ExecutorService threads = Executors.newFixedThreadPool(3);
        List<TestSession> sessions =
                Stream.generate(() -> new TestSession(database)).limit(3).toList();
        try {
            for (int burst = 0; burst < 30; burst++) {
                if (random.nextInt(4) > 0) {
                    notifier.wake();
                }
                List<Future<String>> sending = new ArrayList<>();
                for (TestSession sender : sessions) {
                    boolean commits = random.nextInt(4) > 0;
                    sending.add(threads.submit(() -> sent(sender, commits)));
                }
                while (!sending.stream().allMatch(Future::isDone)) {
                    switch (random.nextInt(20)) {
                        case 0 -> wakeIfAsleep();
                        case 1, 2, 3, 4 -> notifier.sleep();
                        default -> notifier.doWork();
                    }
                }
                notifier.sleep();
                while (!notifier.idle().equals(ASLEEP)) {
                    notifier.doWork();
                }
                List<PGNotification> heard = listener.heard();
                for (Future<String> transaction : sending) {
                    if (!transaction.get().isEmpty()) {
                        assertThat(isTold(heard, transaction.get()))
                                .as("burst %s, transaction of %s", burst, transaction.get())
                                .isTrue();
                    }
                }
            }
        } finally {
            threads.shutdownNow();
            sessions.forEach(TestSession::close);
        }
    }

    private void wakeIfAsleep() {
        if (!notifier.isAwake()) {
            notifier.wake();
        }
    }

    /** Marks where among all that is told it was committed, and gives the transaction's time, if it was. */
    private static String sent(TestSession sender, boolean commits) {
        sender.run("begin");
        String time = sender.value("select to_json(now()) #>> '{}'");
        sender.run("select fn_pgqueuer_enqueue('a'), pg_sleep(random() * 0.02)").run("notify mark, '" + time + "'");
        sender.run(commits ? "commit" : "rollback");
        return commits ? time : "";
    }

    private static boolean isTold(List<PGNotification> heard, String transaction) {
        boolean committed = false;
        for (PGNotification notification : heard) {
            String payload = notification.getParameter();
            if (notification.getName().equals(ToldListener.MARKS)) {
                committed |= payload.equals(transaction);
            } else if (committed || payload.contains(transaction)) {
                return true;
            }
        }
        return false;
    }
}
