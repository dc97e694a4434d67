package dev.howdah.core;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Work on a connection that somebody else opens, commits and closes. */
@FunctionalInterface
public interface SqlCall<T extends @Nullable Object> {

    T on(Connection connection) throws SQLException;
}
