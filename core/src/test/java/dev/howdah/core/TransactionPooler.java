package dev.howdah.core;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** As a pooler in transaction mode is seen from outside: after each statement the session is somebody else's. */
final class TransactionPooler extends PGSimpleDataSource implements AutoCloseable {

    private static final long serialVersionUID = 1L;

    final AtomicInteger statements = new AtomicInteger();
    private final transient Connection connection;

    TransactionPooler(DataSource dataSource) throws SQLException {
        connection = dataSource.getConnection();
    }

    @Override
    public Connection getConnection() {
        return proxy(Connection.class, connection);
    }

    private <T> T proxy(Class<T> type, T real) {
        return type.cast(Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    try {
                        Object result = method.invoke(real, arguments);
                        if (result instanceof Statement statement) {
                            return proxy(Statement.class, statement);
                        }
                        if (real instanceof Statement && method.getName().equals("close")) {
                            forget();
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    private void forget() throws SQLException {
        statements.incrementAndGet();
        try (Statement statement = connection.createStatement()) {
            statement.execute("discard all");
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
