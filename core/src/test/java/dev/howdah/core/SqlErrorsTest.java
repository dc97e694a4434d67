package dev.howdah.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlErrorsTest {

    @ParameterizedTest
    @CsvSource({
        "23505, Duplicate",
        "23P01, Duplicate",
        "23503, InvalidInput",
        "22023, InvalidInput",
        "22P02, InvalidInput",
        "42501, AccessDenied",
        "28P01, AccessDenied",
        "28000, AccessDenied",
        "42P01, NotInstalled",
        "42883, NotInstalled",
        "3F000, NotInstalled",
        "40001, Conflict",
        "40P01, Conflict",
        "55P03, Conflict",
        "08006, Unavailable",
        "53300, Unavailable",
        "57P01, Unavailable",
        "25006, Unavailable",
        "57014, HowdahException",
        "42601, HowdahException",
        "P0001, HowdahException",
        "XX000, HowdahException",
        "2, HowdahException",
        ", HowdahException"
    })
    void everyStateHasItsType(String state, String type) {
        HowdahException mapped = SqlErrors.of(new SQLException("no", state), "mail", 7L);
        assertThat(mapped.getClass().getSimpleName()).isEqualTo(type);
        assertThat(mapped).hasMessage("no").hasCauseInstanceOf(SQLException.class);
        assertThat(mapped.sqlState().orElse(null)).isEqualTo(state);
        assertThat(mapped.queue()).contains("mail");
        assertThat(mapped.messageId()).hasValue(7);
    }

    @ParameterizedTest
    @CsvSource({",Unavailable", "3D000, Unavailable", "28P01, AccessDenied"})
    void aPoolWithNothingToGiveIsUnavailableUnlessItKnowsBetter(String state, String type) {
        HowdahException mapped = SqlErrors.of(new SQLTransientConnectionException("timed out", state));
        assertThat(mapped.getClass().getSimpleName()).isEqualTo(type);
    }

    @Test
    void speaksInTheServersOwnWords() {
        Transactions transactions = Transactions.over(Postgres.dataSource());
        assertThatThrownBy(() -> transactions.statement(
                        connection -> connection.createStatement().execute("select *\n from nowhere")))
                .isInstanceOf(HowdahException.NotInstalled.class)
                .hasMessage("relation \"nowhere\" does not exist");
        assertThat(SqlErrors.message(new SQLException(null, "0A000"))).isEqualTo("SQL error 0A000");
        assertThat(SqlErrors.message(new SQLException("", "0A000"))).isEmpty();
    }

    @Test
    void aPoolThatIsEmptyIsUnavailable() throws SQLException {
        HikariConfig config = new HikariConfig();
        config.setDataSource(Postgres.dataSource());
        config.setMaximumPoolSize(1);
        config.setConnectionTimeout(250);
        try (HikariDataSource pool = new HikariDataSource(config);
                Connection taken = pool.getConnection()) {
            assertThat(taken.isClosed()).isFalse();
            assertThatThrownBy(() -> Transactions.over(pool).statement(connection -> 1))
                    .isInstanceOf(HowdahException.Unavailable.class);
        }
    }
}
