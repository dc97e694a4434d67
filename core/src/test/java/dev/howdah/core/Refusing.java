package dev.howdah.core;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Has no connection to give until it is told to; pools say so with exceptions of either kind. */
final class Refusing extends PGSimpleDataSource {

    private static final long serialVersionUID = 1L;

    private final transient DataSource dataSource;
    volatile boolean refuses = true;
    volatile int refused;

    Refusing(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    @Override
    public Connection getConnection() throws SQLException {
        if (!refuses) {
            return dataSource.getConnection();
        }
        refused = refused + 1;
        if (refused % 2 == 0) {
            throw new IllegalStateException("no pool");
        }
        throw new SQLException("no connection", "08001");
    }
}
