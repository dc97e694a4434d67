package dev.howdah.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Which ports of the loopback address are free at the moment. */
final class Ports {
    static final String HOST = "127.0.0.1";

    private static final int NEIGHBOURS = 100;

    private Ports() {}

    static int anyFree() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new EmbeddedPostgresException("no free port on " + HOST + ": " + e.getMessage(), e);
        }
    }

    static PortTakenException taken(int port) {
        for (int next = port + 1; next <= Math.min(port + NEIGHBOURS, 65535); next++) {
            if (isFree(next)) {
                return new PortTakenException(port, next);
            }
        }
        return new PortTakenException(port, anyFree());
    }

    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            // as PostgreSQL does it: connections of a server that just stopped do not count
            socket.setReuseAddress(!Platform.HERE.isWindows());
            socket.bind(new InetSocketAddress(HOST, port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
