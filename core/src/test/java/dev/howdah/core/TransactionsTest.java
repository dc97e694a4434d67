package dev.howdah.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransactionsTest {

    @AutoClose
    private final OneConnectionPool pool = new OneConnectionPool(Postgres.dataSource());

    private final Transactions transactions = Transactions.over(pool);

    TransactionsTest() throws SQLException {}

    @BeforeAll
    static void create() {
        Transactions.over(Postgres.dataSource()).statement(connection -> execute(connection, "create table t (n int)"));
    }

    @BeforeEach
    @AfterEach
    void empty() {
        Transactions.over(Postgres.dataSource()).statement(connection -> execute(connection, "truncate t"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void commitsWhatReturns(boolean autoCommit) throws SQLException {
        pool.connection.setAutoCommit(autoCommit);
        assertThat(transactions.<Integer>call(connection -> {
                    insert(connection, 1);
                    assertThat(rows()).isEmpty();
                    return 5;
                }))
                .isEqualTo(5);
        assertThat(rows()).containsExactly("1");
        assertThat(pool.connection.getAutoCommit()).isEqualTo(autoCommit);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rollsBackWhatThrows(boolean autoCommit) throws SQLException {
        pool.connection.setAutoCommit(autoCommit);
        for (Throwable failure : List.of(new IllegalStateException(), new AssertionError(), new Exception())) {
            assertThatThrownBy(() -> transactions.call(connection -> {
                        insert(connection, 1);
                        throw TransactionsTest.<RuntimeException>unchecked(failure);
                    }))
                    .isSameAs(failure);
        }
        assertThatThrownBy(() -> transactions.call(connection -> {
                    insert(connection, 1);
                    return execute(connection, "insert into t values ('x')");
                }))
                .isInstanceOf(HowdahException.InvalidInput.class);
        assertThat(rows()).isEmpty();
        assertThat(pool.connection.getAutoCommit()).isEqualTo(autoCommit);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aScriptIsOneTransaction(boolean autoCommit) throws SQLException {
        pool.connection.setAutoCommit(autoCommit);
        transactions.script(
                connection -> execute(connection, "begin; insert into t values (1); insert into t values (2); commit"));
        assertThat(rows()).containsExactly("1", "2");
        assertThatThrownBy(() -> transactions.script(
                        connection -> execute(connection, "begin; insert into t values (3); select 1/0; commit")))
                .isInstanceOf(HowdahException.InvalidInput.class)
                .hasMessage("division by zero");
        IllegalStateException failure = new IllegalStateException();
        assertThatThrownBy(() -> transactions.script(connection -> {
                    execute(connection, "begin; insert into t values (4)");
                    throw failure;
                }))
                .isSameAs(failure);
        transactions.statement(connection -> insert(connection, 5));
        assertThat(rows()).containsExactly("1", "2", "5");
        assertThat(pool.connection.getAutoCommit()).isEqualTo(autoCommit);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStatementIsItsOwnTransaction(boolean autoCommit) throws SQLException {
        pool.connection.setAutoCommit(autoCommit);
        transactions.statement(connection -> {
            insert(connection, 1);
            assertThat(rows()).containsExactly("1");
            return null;
        });
        assertThatThrownBy(() -> transactions.statement(connection -> execute(connection, "select 1/0")))
                .isInstanceOf(HowdahException.InvalidInput.class)
                .hasMessage("division by zero");
        assertThat(pool.connection.getAutoCommit()).isEqualTo(autoCommit);
    }

    @Test
    void joinedLeavesTheTransactionOpen() throws SQLException {
        Connection mine = pool.connection;
        mine.setAutoCommit(false);
        Transactions.joined(mine, connection -> insert(connection, 1));
        assertThat(rows()).isEmpty();
        mine.rollback();
        Transactions.joined(mine, connection -> insert(connection, 2));
        mine.commit();
        assertThat(rows()).containsExactly("2");
        assertThatThrownBy(() -> Transactions.joined(mine, connection -> execute(connection, "select nothing()")))
                .isInstanceOf(HowdahException.NotInstalled.class);
    }

    @Test
    void aConnectionThatDiesIsNotGivenBackAndItsErrorIsTheOneThatIsSeen() {
        HikariConfig config = new HikariConfig();
        config.setDataSource(Postgres.dataSource("dies"));
        config.setMaximumPoolSize(1);
        try (HikariDataSource hikari = new HikariDataSource(config)) {
            Transactions pooled = Transactions.over(hikari);
            SqlCall<Object> dies = connection -> {
                insert(connection, 1);
                Postgres.terminate("dies");
                return insert(connection, 2);
            };
            List<ThrowingCallable> ways = List.of(
                    () -> pooled.call(dies),
                    () -> pooled.statement(dies),
                    () -> pooled.script(connection -> {
                        execute(connection, "begin");
                        return dies.on(connection);
                    }));
            for (ThrowingCallable way : ways) {
                assertThatThrownBy(way)
                        .isInstanceOf(HowdahException.Unavailable.class)
                        .hasMessageContaining("terminating connection");
                assertThat(Postgres.column(hikari, "select 1")).containsExactly("1");
            }
            assertThat(rows()).containsExactly("1");
        }
    }

    private static boolean insert(Connection connection, int n) throws SQLException {
        return execute(connection, "insert into t values (" + n + ")");
    }

    private static boolean execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.execute(sql);
        }
    }

    private static List<String> rows() {
        return Postgres.column(Postgres.dataSource(), "select n from t order by n");
    }

    /** As languages without checked exceptions throw. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E unchecked(Throwable failure) throws E {
        throw (E) failure;
    }
}
