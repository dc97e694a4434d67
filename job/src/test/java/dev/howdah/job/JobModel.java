package dev.howdah.job;

import static java.util.Comparator.comparing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.core.HowdahException;
import dev.howdah.core.Transactions;
import dev.howdah.job.CuttableDataSource.Cut;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the tables should hold after each step, kept in the simplest way, beside three workers and a sender. */
final class JobModel {

    static final List<String> ENTRYPOINTS = List.of("a", "b", "c");
    static final int WORKERS = 3;

    private final CuttableDataSource dataSource;
    private final Transactions transactions;
    private final JobDatabase database;
    private final JobSender sender;
    private final Map<String, HandlerOptions> options;
    /** How many jobs of an entrypoint were begun in the period of its rate. */
    private final Map<String, Integer> begun = new HashMap<>();

    private final TreeMap<Long, ModelJob> rows = new TreeMap<>();
    private final List<ModelWorker> workers = new ArrayList<>();

    /** @param options the limits and rates that the workers know of; a rate's period ends when time passes */
    JobModel(CuttableDataSource dataSource, Map<String, HandlerOptions> options) {
        this.dataSource = dataSource;
        this.options = options;
        transactions = Transactions.over(dataSource);
        database = new JobDatabase(transactions, JobNames.standard());
        sender = new JobSender(database);
        for (int number = 0; number < WORKERS; number++) {
            workers.add(new ModelWorker(database, number, options));
        }
        run("truncate pgqueuer, pgqueuer_log, pgqueuer_rates");
    }

    void send(List<NewJob> jobs, Cut cut) {
        Set<String> taken = rows.values().stream()
                .filter(ModelJob::isTaken)
                .map(row -> String.valueOf(row.sent.dedupeKey()))
                .collect(Collectors.toCollection(HashSet::new));
        boolean duplicate = jobs.stream()
                .filter(job -> job.dedupeKey() != null)
                .anyMatch(job -> !taken.add(String.valueOf(job.dedupeKey())));
        if (duplicate) {
            assertThatThrownBy(() -> sendNow(jobs)).isInstanceOf(HowdahException.Duplicate.class);
            return;
        }
        List<Long> ids = calling(cut, () -> sendNow(jobs));
        if (cut == Cut.BEFORE) {
            return;
        }
        if (ids == null) {
            ids =
                    column("select id from pgqueuer where id > " + (rows.isEmpty() ? 0 : rows.lastKey())
                                    + " order by id")
                            .stream()
                            .map(Long::valueOf)
                            .toList();
        }
        assertThat(ids).hasSameSizeAs(jobs).isSorted();
        for (int i = 0; i < jobs.size(); i++) {
            rows.put(ids.get(i), new ModelJob(ids.get(i), jobs.get(i)));
        }
    }

    private List<Long> sendNow(List<NewJob> jobs) {
        return jobs.size() == 1 ? List.of(sender.send(jobs.get(0))) : sender.sendAll(jobs);
    }

    void claim(int number, int max, Cut cut) {
        ModelWorker worker = workers.get(number);
        Map<String, Integer> taken = new HashMap<>();
        List<ModelJob> expected = inOrder(row ->
                        row.status.equals("queued") && row.due && !worker.ids().contains(row.id))
                .filter(row -> taken.merge(row.sent.entrypoint(), 1, Integer::sum) <= free(row.sent.entrypoint()))
                .limit(max)
                .toList();
        worker.behind.lookAtAll(); // which finds what was put back behind the front
        String statement = options.isEmpty() ? WindowSql.CLAIM_LINES : ClaimSql.CLAIM_LIMITED; // not the look before it
        List<Job> claimed = calling(cut, statement, () -> worker.claim(max));
        if (cut != Cut.BEFORE) {
            picked(worker, expected, claimed);
            expected.forEach(row -> begun.merge(row.sent.entrypoint(), 1, Integer::sum));
        }
    }

    /** How many jobs of an entrypoint its limits leave. */
    private long free(String entrypoint) {
        HandlerOptions of = options.getOrDefault(entrypoint, HandlerOptions.defaults());
        long atWork = rows.values().stream()
                .filter(row ->
                        row.status.equals("picked") && row.sent.entrypoint().equals(entrypoint))
                .count();
        long free = of.limit() == null ? Integer.MAX_VALUE : of.limit() - atWork;
        return of.rate() == null ? free : Math.min(free, of.rate().jobs() - begun.getOrDefault(entrypoint, 0));
    }

    void takeOver(int number, Cut cut) {
        ModelWorker worker = workers.get(number);
        List<ModelJob> expected = inOrder(row -> row.status.equals("picked")
                        && row.silent
                        && !worker.ids().contains(row.id))
                .toList();
        List<Job> taken = calling(cut, () -> worker.takeOver());
        if (cut != Cut.BEFORE) {
            picked(worker, expected, taken);
        }
    }

    private Stream<ModelJob> inOrder(Predicate<ModelJob> which) {
        return rows.values().stream()
                .filter(which)
                .sorted(comparing((ModelJob row) -> -row.sent.priority()).thenComparing(row -> row.id));
    }

    /** @param jobs null if the answer was lost: the jobs are this worker's, and it does not know */
    private static void picked(ModelWorker worker, List<ModelJob> expected, @Nullable List<Job> jobs) {
        for (ModelJob row : expected) {
            row.status = "picked";
            row.owner = worker.number;
            row.silent = false;
            row.log.add("picked");
        }
        if (jobs != null) {
            assertThat(jobs.stream().map(job -> job.id() + " " + job.attempts() + " " + job.dedupeKey()))
                    .containsExactlyElementsOf(expected.stream()
                            .map(row -> row.id + " " + row.attempts + " " + row.sent.dedupeKey())
                            .toList());
            worker.inFlight.addAll(jobs);
        }
    }

    /** Settles up to {@code count} of what the worker has in flight, in one go; again if the connection was cut. */
    void settle(int number, int count, ModelEnding ending, Cut cut) {
        ModelWorker worker = workers.get(number);
        List<Job> ended = List.copyOf(worker.inFlight.subList(0, Math.min(count, worker.inFlight.size())));
        if (ended.isEmpty()) {
            return;
        }
        List<Job> settled = new ArrayList<>();
        ended.forEach(job -> worker.settler.add(ending.of(job), () -> settled.add(job)));
        if (cut != Cut.NONE) {
            calling(cut, worker.settler::doWork);
            assertThat(settled).isEmpty();
        }
        assertThat(worker.settler.doWork()).isEqualTo(ended.size());
        assertThat(settled).isEqualTo(ended);
        worker.inFlight.removeAll(ended);
        for (Job job : ended) {
            ModelJob row = rows.get(job.id());
            if (row != null && row.status.equals("picked") && row.owner == number) {
                Settlement written = ending.of(job);
                row.status = written.status();
                row.owner = -1;
                row.silent = false;
                row.log.add(written.status());
                if (row.isThere() && row.isTaken()) {
                    row.attempts += written.counted();
                    row.due = written.delay().isZero();
                }
            }
        }
    }

    /** Cancels one of the jobs that wait or are at work, whosever it is. */
    void cancel(int place) {
        List<ModelJob> taken = rows.values().stream().filter(ModelJob::isTaken).toList();
        if (!taken.isEmpty()) {
            ModelJob row = taken.get(place % taken.size());
            assertThat(database.rows(HouseSql.CANCEL, found -> found.getLong(1), JobDatabase.longs(List.of(row.id))))
                    .containsExactly(row.id);
            row.status = "canceled";
            row.owner = -1;
            row.silent = false;
            row.log.add("canceled");
        }
    }

    /** Puts one of the held jobs back in line, if its key is free. */
    void requeue(int place) {
        List<ModelJob> held = rows.values().stream()
                .filter(row -> row.status.equals("failed"))
                .toList();
        if (held.isEmpty()) {
            return;
        }
        ModelJob row = held.get(place % held.size());
        FailedJobs failed = new FailedJobs(database);
        boolean isKeyTaken = row.sent.dedupeKey() != null
                && rows.values().stream()
                        .anyMatch(other -> other.isTaken()
                                && String.valueOf(row.sent.dedupeKey()).equals(other.sent.dedupeKey()));
        if (isKeyTaken) {
            assertThatThrownBy(() -> failed.requeue(List.of(row.id))).isInstanceOf(HowdahException.Duplicate.class);
            return;
        }
        assertThat(failed.requeue(List.of(row.id))).containsExactly(row.id);
        row.status = "queued";
        row.attempts = 0;
        row.due = true;
        row.log.add("queued");
    }

    void heartbeat(int number, Cut cut) {
        ModelWorker worker = workers.get(number);
        Set<Long> own = calling(cut, () -> worker.heartbeat());
        Set<Long> expected = rows.values().stream()
                .filter(row -> row.owner == number && worker.ids().contains(row.id))
                .map(row -> row.id)
                .collect(Collectors.toSet());
        if (own != null) {
            assertThat(own).isEqualTo(expected);
        }
        if (cut != Cut.BEFORE) {
            expected.forEach(id -> rows.get(id).silent = false);
        }
    }

    /** As if nothing had been heard of a worker for long. */
    void silence(int number) {
        run("""
                update pgqueuer set updated = now() - interval '1 hour', heartbeat = now() - interval '1 hour'
                 where status = 'picked' and queue_manager_id = '%s'""".formatted(workers.get(number).id));
        rows.values().stream().filter(row -> row.owner == number).forEach(row -> row.silent = true);
    }

    /** As if all delays and all periods of rates were over. */
    void passTime() {
        run("update pgqueuer set execute_after = now() where status = 'queued'");
        run("update pgqueuer_rates set claimed = claimed - interval '1 day'");
        rows.values().forEach(row -> row.due = true);
        begun.clear();
    }

    void check() {
        assertThat(column("""
                        select concat_ws(' ', id, status, queue_manager_id, attempts, dedupe_key) from pgqueuer
                         order by id"""))
                .isEqualTo(rows.values().stream()
                        .filter(ModelJob::isThere)
                        .map(row -> Stream.of(
                                        row.id,
                                        row.status,
                                        row.owner < 0 ? "" : workers.get(row.owner).id,
                                        row.attempts,
                                        row.sent.dedupeKey() == null ? "" : row.sent.dedupeKey())
                                .map(Object::toString)
                                .filter(text -> !text.isEmpty())
                                .collect(Collectors.joining(" ")))
                        .toList());
        assertThat(column("""
                        select job_id || ' ' || string_agg(status::text, ' ' order by id) from pgqueuer_log
                         group by job_id order by job_id"""))
                .isEqualTo(rows.values().stream()
                        .map(row -> row.id + " " + String.join(" ", row.log))
                        .toList());
    }

    /** Whatever has happened, a worker that goes on can bring every job to its end, and no other one's outcome counts. */
    void finish() {
        workers.forEach(worker -> silence(worker.number));
        passTime();
        ModelWorker last = new ModelWorker(database, 0, Map.of());
        workers.add(last);
        List<Job> all = new ArrayList<>(last.takeOver());
        all.addAll(last.claim(1_000)); // without a front nothing is behind it
        assertThat(all.stream().map(Job::id))
                .containsExactlyInAnyOrderElementsOf(rows.values().stream()
                        .filter(ModelJob::isTaken)
                        .map(row -> row.id)
                        .toList());
        for (int number = 0; number < WORKERS; number++) {
            workers.get(number).inFlight.forEach(job -> rows.get(job.id()).owner = -1);
            settle(number, 1_000, ModelEnding.SUCCESSFUL, Cut.NONE);
        }
        assertThat(column("select id from pgqueuer where status = 'picked'")).hasSameSizeAs(all);
        all.forEach(job -> last.settler.add(Settlement.successful(job), () -> {}));
        assertThat(last.settler.doWork()).isEqualTo(all.size());
        assertThat(column("select id from pgqueuer where status <> 'failed'")).isEmpty();
    }

    /** The answer, or null if it was lost with the connection. */
    private <T> @Nullable T calling(Cut cut, Callable<T> call) {
        return calling(cut, "", call);
    }

    /** The same, cut at this statement. */
    private <T> @Nullable T calling(Cut cut, String statement, Callable<T> call) {
        dataSource.cut(cut, statement);
        try {
            T answer = call.call();
            assertThat(cut).isEqualTo(Cut.NONE);
            return answer;
        } catch (HowdahException.Unavailable e) {
            assertThat(cut).isNotEqualTo(Cut.NONE);
            return null;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void run(String sql) {
        transactions.statement(connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.execute(sql);
            }
        });
    }

    private List<String> column(String sql) {
        return transactions.statement(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet found = statement.executeQuery(sql)) {
                List<String> values = new ArrayList<>();
                while (found.next()) {
                    values.add(found.getString(1));
                }
                return values;
            }
        });
    }
}
