package dev.howdah.queue;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A worker's connection as a handler has it, while it handles its message: what would end the transaction, and with it
 * the reading of other messages, is refused; closing it does nothing.
 */
final class MessageConnection implements InvocationHandler {

    private static final Set<String> REFUSED = Set.of("commit", "abort", "setAutoCommit", "setTransactionIsolation");
    private static final String INVALID_TRANSACTION_TERMINATION = "2D000";

    private final Connection connection;
    private final BooleanSupplier isHandled;

    private MessageConnection(Connection connection, BooleanSupplier isHandled) {
        this.connection = connection;
        this.isHandled = isHandled;
    }

    static Connection of(Connection connection, BooleanSupplier isHandled) {
        return (Connection) Proxy.newProxyInstance(
                MessageConnection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new MessageConnection(connection, isHandled));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        String name = method.getName();
        if (name.equals("close")) {
            return null;
        } else if (REFUSED.contains(name) || name.equals("rollback") && !isToSavepoint(arguments)) {
            throw new SQLException(
                    "a message's transaction is its worker's to end, not its handler's",
                    INVALID_TRANSACTION_TERMINATION);
        } else if (isHandled.getAsBoolean() && method.getDeclaringClass() != Object.class) {
            throw new SQLException("the message is handled, its connection is no longer its handler's", "08003");
        }
        try {
            return method.invoke(connection, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static boolean isToSavepoint(Object @Nullable [] arguments) {
        return arguments != null && arguments.length == 1 && arguments[0] instanceof Savepoint;
    }
}
