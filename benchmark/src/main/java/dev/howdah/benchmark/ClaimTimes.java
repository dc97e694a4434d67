package dev.howdah.benchmark;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Stops the time of every claim that goes through its connections: the statement alone, from the client's side. */
final class ClaimTimes {

    /** When a claim began, and what it took. */
    private record Claim(long began, double millis) {}

    private final Queue<Claim> claims = new ConcurrentLinkedQueue<>();
    private final DataSource dataSource;

    ClaimTimes(DataSource real) {
        dataSource = proxy(DataSource.class, (proxy, method, arguments) -> {
            Object result = call(real, method, arguments);
            return result instanceof Connection connection ? timed(connection) : result;
        });
    }

    DataSource dataSource() {
        return dataSource;
    }

    /** The mean of those that began between two times of {@link System#nanoTime}. */
    double mean(long from, long to) {
        return claims.stream()
                .filter(claim -> claim.began - from >= 0 && claim.began - to < 0)
                .mapToDouble(Claim::millis)
                .average()
                .orElseThrow(() -> new IllegalStateException("nothing was claimed"));
    }

    private Connection timed(Connection real) {
        return proxy(Connection.class, (proxy, method, arguments) -> {
            Object result = call(real, method, arguments);
            return result instanceof PreparedStatement statement && isClaim(String.valueOf(arguments[0]))
                    ? timed(statement)
                    : result;
        });
    }

    private static boolean isClaim(String sql) {
        return sql.contains("candidate as") && sql.contains("set status = 'picked'");
    }

    private PreparedStatement timed(PreparedStatement real) {
        return proxy(PreparedStatement.class, (proxy, method, arguments) -> {
            if (!method.getName().startsWith("execute")) {
                return call(real, method, arguments);
            }
            long began = System.nanoTime();
            Object result = call(real, method, arguments);
            claims.add(new Claim(began, (System.nanoTime() - began) / 1e6));
            return result;
        });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(ClaimTimes.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static @Nullable Object call(Object real, java.lang.reflect.Method method, Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(real, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
