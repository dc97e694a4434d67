package dev.howdah.core;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A pool that tidies nothing up: whoever comes gets the connection as the one before left it. */
final class OneConnectionPool extends PGSimpleDataSource implements AutoCloseable {

    private static final long serialVersionUID = 1L;

    final transient Connection connection;

    OneConnectionPool(DataSource dataSource) throws SQLException {
        connection = dataSource.getConnection();
    }

    @Override
    public Connection getConnection() {
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        return null;
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
