package dev.howdah.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;

class NotificationSocketFactoryTest {

    private static final String FACTORY = NotificationSocketFactory.class.getName();

    @Test
    void looksWithoutWaitingAndWaitsOtherwise() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket socket =
                        new NotificationSocketFactory().createSocket(server.getInetAddress(), server.getLocalPort());
                Socket other = server.accept()) {
            InputStream in = socket.getInputStream();
            socket.setSoTimeout(1);
            assertThatThrownBy(in::read)
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("nothing is there");
            assertThatThrownBy(() -> in.read(new byte[8])).hasMessage("nothing is there");

            socket.setSoTimeout(2);
            assertThatThrownBy(in::read).hasMessage("Read timed out");

            socket.setSoTimeout(0);
            other.getOutputStream().write(new byte[] {7, 8});
            assertThat(in.read()).isEqualTo(7);
            socket.setSoTimeout(1);
            assertThat(in.read()).isEqualTo(8);
        }
    }

    @Test
    void handsOnNotificationsWhileOthersKeepComing() throws Exception {
        AtomicBoolean isOver = new AtomicBoolean();
        try (Connection listener =
                        NotificationSocketFactory.in(Postgres.dataSource()).getConnection();
                Statement listen = listener.createStatement()) {
            listen.execute("listen often");
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
                while (!isOver.get()) {
                    Postgres.run("do $$ begin for i in 1 .. 100 loop notify often; commit; end loop; end $$");
                }
            });
            try {
                assertThat(listener.unwrap(PGConnection.class).getNotifications(10_000))
                        .isNotEmpty();
                assertThat(sending).isNotDone();
            } finally {
                isOver.set(true);
                sending.join();
            }
        }
    }

    @Test
    void isForTheDriversOwnDataSourceAndLeavesItsOwnerAsItWas() throws Exception {
        PGSimpleDataSource simple = (PGSimpleDataSource) Postgres.dataSource("sockets");
        PGSimpleDataSource copy = (PGSimpleDataSource) NotificationSocketFactory.in(simple);
        assertThat(copy.getSocketFactory()).isEqualTo(FACTORY);
        assertThat(copy.getApplicationName()).isEqualTo("sockets");
        assertThat(copy.getPassword()).isEqualTo(simple.getPassword());
        assertThat(simple.getSocketFactory()).isNull();
        try (Connection connection = copy.getConnection()) {
            assertThat(connection.isValid(5)).isTrue();
        }

        simple.setSocketFactory("of.somebody.Else");
        assertThat(((PGSimpleDataSource) NotificationSocketFactory.in(simple)).getSocketFactory())
                .isEqualTo("of.somebody.Else");
        try (HikariDataSource pool = new HikariDataSource()) {
            assertThat(NotificationSocketFactory.in(pool)).isSameAs(pool);
        }
    }
}
