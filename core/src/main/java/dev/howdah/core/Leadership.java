package dev.howdah.core;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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
 * Decides which process does a once-only duty: the one whose connection holds the duty's advisory lock. PostgreSQL frees
 * the lock when that connection ends, however it ends; the others try every half second.
 *
 * <p>The lock belongs to a transaction that stays open and idle, not to the session: a session's lock would silently go
 * to strangers behind a pooler in transaction mode. In READ COMMITTED, between statements, it has neither a snapshot nor
 * an xid, so it keeps nothing from being vacuumed.
 */
final class Leadership implements Duty, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Leadership.class);
    private static final Duration ROUND = Duration.ofMillis(500);
    private static final Duration ANSWER = Duration.ofMillis(1_500);

    /**
     * For this transaction alone, as the session may be shared. The tcp settings make PostgreSQL notice within two
     * seconds that the other machine is gone: keepalives while nothing is on its way, the user timeout while something is.
     */
    private static final String SETTINGS = """
            set transaction isolation level read committed;
            select set_config('idle_in_transaction_session_timeout', '0', true),
                   set_config('statement_timeout', '0', true),
                   set_config('tcp_keepalives_idle', '1', true),
                   set_config('tcp_keepalives_interval', '1', true),
                   set_config('tcp_keepalives_count', '1', true),
                   set_config('tcp_user_timeout', '2000', true)""";

    private static final String NO_TRANSACTION_TIMEOUT = """
            select set_config('transaction_timeout', '0', true)
             where current_setting('server_version_num')::int >= 170000""";

    /** A query's portal would keep its snapshot until the next round; that of a statement without one takes its place. */
    private static final String TRY_LOCKS = """
            select duty
              from unnest(?::text[]) as wanted (duty)
             where pg_try_advisory_xact_lock(hashtextextended('howdah duty ' || duty, 0));
            set local statement_timeout = 0""";

    private final DataSource dataSource;
    private final Map<String, Duty> duties;
    private final Consumer<Duty> elected;
    private final Set<String> held = ConcurrentHashMap.newKeySet();
    private @Nullable KeptConnection connection;

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
            if (connection == null) {
                connection = open();
            }
            for (String won : tryLocks(connection.get())) {
                held.add(won);
                log.info("{} runs here", won);
                elected.accept(duties.get(won));
            }
            return 0;
        } catch (SQLException e) {
            close();
            throw SqlErrors.of(e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private KeptConnection open() throws SQLException {
        KeptConnection opened = KeptConnection.open(dataSource, false, ANSWER);
        try (Statement statement = opened.get().createStatement()) {
            statement.execute(SETTINGS);
            statement.execute(NO_TRANSACTION_TIMEOUT);
            return opened;
        } catch (SQLException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private List<String> tryLocks(Connection open) throws SQLException {
        Array wanted = open.createArrayOf(
                "text",
                duties.keySet().stream().filter(name -> !held.contains(name)).toArray());
        try (PreparedStatement statement = open.prepareStatement(TRY_LOCKS)) {
            statement.setArray(1, wanted);
            statement.execute();
            try (ResultSet rows = statement.getResultSet()) {
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
    public void close() {
        if (!held.isEmpty()) {
            log.info("{} no longer run here", held);
            held.clear();
        }
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }
}
