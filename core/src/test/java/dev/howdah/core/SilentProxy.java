package dev.howdah.core;

import dev.howdah.embedded.PostgresAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A way to PostgreSQL that can fall silent: connections stay open, and nothing comes through any more. */
final class SilentProxy implements AutoCloseable {

    private final PostgresAddress target;
    private final ServerSocket server;
    private final List<Link> links = new CopyOnWriteArrayList<>();
    private volatile boolean silent;

    SilentProxy(PostgresAddress target) throws IOException {
        this.target = target;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Threads.start("proxy", this::accept);
    }

    PostgresAddress address() {
        return new PostgresAddress(
                target.host(), server.getLocalPort(), target.database(), target.user(), target.password());
    }

    /** For the connections that there are. */
    void silenceThese() {
        links.forEach(link -> link.silent = true);
    }

    /** For those that there are, and all that come. */
    void silenceAll() {
        silent = true;
        silenceThese();
    }

    int connections() {
        return links.size();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Link link : links) {
            link.client.close();
            link.postgres.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                links.add(new Link(client, new Socket(target.host(), target.port()), silent));
            }
        } catch (IOException closed) {
            // the end of it
        }
    }

    private static final class Link {
        private final Socket client;
        private final Socket postgres;
        private volatile boolean silent;

        Link(Socket client, Socket postgres, boolean silent) {
            this.client = client;
            this.postgres = postgres;
            this.silent = silent;
            Threads.start("proxy-there", () -> pump(client, postgres));
            Threads.start("proxy-back", () -> pump(postgres, client));
        }

        private void pump(Socket from, Socket to) {
            try (from;
                    to) {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                byte[] buffer = new byte[8192];
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    if (!silent) {
                        out.write(buffer, 0, n);
                    }
                }
            } catch (IOException ended) {
                if (!from.isClosed() && !to.isClosed()) {
                    throw new UncheckedIOException(ended);
                }
            }
        }
    }
}
