package dev.howdah.job;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/** Connections that are cut when a certain statement is sent: before PostgreSQL sees it, or before its answer is seen. */
final class CuttableDataSource extends PGSimpleDataSource implements AutoCloseable {

    private static final long serialVersionUID = 1L;

    enum Cut {
        NONE,
        BEFORE,
        AFTER
    }

    private final transient DataSource dataSource;
    private final boolean kept;
    private transient @Nullable Connection connection;
    final transient AtomicInteger refusals = new AtomicInteger();
    private Cut next = Cut.NONE;
    private String statement = "";

    /** @param kept whether all use one connection, one after the other, until it is cut */
    CuttableDataSource(DataSource dataSource, boolean kept) {
        this.dataSource = dataSource;
        this.kept = kept;
    }

    /** Cuts once, at the next {@code sql}; at any if that is empty. */
    synchronized void cut(Cut cut, String sql) {
        next = cut;
        statement = sql;
    }

    /** Whether it has come to it. */
    synchronized boolean hasCut() {
        return next == Cut.NONE;
    }

    private synchronized Cut take(String sql) {
        Cut cut = statement.isEmpty() || statement.equals(sql) ? next : Cut.NONE;
        next = cut == Cut.NONE ? next : Cut.NONE;
        return cut;
    }

    @Override
    public synchronized Connection getConnection() throws SQLException {
        if (!kept) {
            return proxy(connected());
        }
        if (connection == null || connection.isClosed()) {
            connection = connected();
        }
        return proxy(connection);
    }

    private Connection connected() throws SQLException {
        try {
            return dataSource.getConnection();
        } catch (SQLException e) {
            refusals.incrementAndGet();
            throw e;
        }
    }

    private Connection proxy(Connection real) {
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (kept && method.getName().equals("close")) {
                        return null;
                    }
                    try {
                        Object result = method.invoke(real, arguments);
                        return result instanceof PreparedStatement prepared
                                ? proxy(real, prepared, (String) arguments[0])
                                : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private Object proxy(Connection connection, PreparedStatement real, String sql) {
        return Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {PreparedStatement.class}, (proxy, method, arguments) -> {
                    Cut cut = method.getName().startsWith("execute") ? take(sql) : Cut.NONE;
                    try {
                        if (cut == Cut.BEFORE) {
                            connection.abort(Runnable::run);
                        }
                        Object result = method.invoke(real, arguments);
                        if (cut == Cut.AFTER) {
                            connection.abort(Runnable::run);
                            throw new SQLException("cut", "08006");
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Override
    public synchronized void close() throws SQLException {
        if (connection != null) {
            connection.close();
        }
    }
}
