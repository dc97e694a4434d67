package dev.howdah.core;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which process does a once-only duty: the one whose {@link IdleTransaction} holds the duty's advisory lock; the
 * others try every half second.
 */
final class Leadership implements Duty {

    private static final Logger log = LoggerFactory.getLogger(Leadership.class);
    private static final Duration ROUND = Duration.ofMillis(500);

    private static final String TRY_LOCKS = """
            select duty
              from unnest(?::text[]) as wanted (duty)
             where pg_try_advisory_xact_lock(hashtextextended('howdah duty ' || duty, 0))""";

    private final DataSource dataSource;
    private final Map<String, Duty> duties;
    private final Consumer<Duty> elected;
    private final Set<String> held = ConcurrentHashMap.newKeySet();
    private @Nullable IdleTransaction transaction;

    Leadership(DataSource dataSource, List<Duty> duties, Consumer<Duty> elected) {
        this.dataSource = dataSource;
        this.duties = duties.stream().collect(Collectors.toMap(Duty::name, Function.identity()));
        this.elected = elected;
    }

    @Override
    public String name() {
        return "leadership";
    }

    @Override
    public Duration idle() {
        return ROUND;
    }

    boolean leads(Duty duty) {
        return held.contains(duty.name());
    }

    /** Asks for the locks not held; the question also shows that the connection, and so each lock held, still lives. */
    @Override
    public int doWork() {
        try {
            if (transaction == null) {
                transaction = IdleTransaction.open(dataSource);
            }
            for (String won : transaction.call(this::tryLocks)) {
                held.add(won);
                log.info("{} runs here", won);
                elected.accept(duties.get(won));
            }
            return 0;
        } catch (RuntimeException e) {
            release();
            throw e;
        }
    }

    private List<String> tryLocks(Connection open) throws SQLException {
        Array wanted = open.createArrayOf(
                "text",
                duties.keySet().stream().filter(name -> !held.contains(name)).toArray());
        try (PreparedStatement statement = open.prepareStatement(TRY_LOCKS)) {
            statement.setArray(1, wanted);
            try (ResultSet rows = statement.executeQuery()) {
                List<String> won = new ArrayList<>();
                while (rows.next()) {
                    won.add(rows.getString(1));
                }
                return won;
            }
        }
    }

    /** Gives up every lock; the next round starts afresh. Called, as rounds are, on the thread of its loop. */
    @Override
    public void release() {
        if (!held.isEmpty()) {
            log.info("{} no longer run here", held);
            held.clear();
        }
        if (transaction != null) {
            transaction.close();
            transaction = null;
        }
    }
}
