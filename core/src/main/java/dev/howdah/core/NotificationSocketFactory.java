package dev.howdah.core;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import javax.net.SocketFactory;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Has pgjdbc hand on notifications as they come. After each of them it looks whether another one is there, by a read that
 * waits for a millisecond. So they come a millisecond late, and not at all while the next one comes sooner than that. A socket
 * of this factory answers such a read at once.
 *
 * <p>{@link Wakeups} over a PGSimpleDataSource use it by themselves. For any other data source, such as a pool, add
 * {@code socketFactory=dev.howdah.core.NotificationSocketFactory} to its address.
 */
public final class NotificationSocketFactory extends SocketFactory {

    /** The driver's name for: look, but do not wait. */
    private static final int LOOK_MS = 1;

    /** The same data source with these sockets, if it is the driver's own and has no others. */
    static DataSource in(DataSource dataSource) {
        if (dataSource.getClass() != PGSimpleDataSource.class) {
            return dataSource;
        }
        PGSimpleDataSource copy = new PGSimpleDataSource();
        try {
            copy.initializeFrom((PGSimpleDataSource) dataSource);
        } catch (IOException | ClassNotFoundException e) {
            throw new IllegalStateException("a data source that cannot be copied", e);
        }
        if (copy.getSocketFactory() == null) {
            copy.setSocketFactory(NotificationSocketFactory.class.getName());
        }
        return copy;
    }

    @Override
    public Socket createSocket() {
        return new LookingSocket();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port), null);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return connected(new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port), null);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) throws IOException {
        return connected(new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
    }

    private static Socket connected(InetSocketAddress server, @Nullable InetSocketAddress local) throws IOException {
        Socket socket = new LookingSocket();
        try {
            if (local != null) {
                socket.bind(local);
            }
            socket.connect(server);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static final class LookingSocket extends Socket {
        private volatile boolean isLook;

        @Override
        public void setSoTimeout(int timeout) throws SocketException {
            super.setSoTimeout(timeout);
            isLook = timeout == LOOK_MS;
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return new FilterInputStream(super.getInputStream()) {
                @Override
                public int read() throws IOException {
                    look();
                    return super.read();
                }

                @Override
                public int read(byte[] bytes, int from, int length) throws IOException {
                    look();
                    return super.read(bytes, from, length);
                }

                private void look() throws IOException {
                    if (isLook && available() == 0) {
                        throw new SocketTimeoutException("nothing is there");
                    }
                }
            };
        }
    }
}
