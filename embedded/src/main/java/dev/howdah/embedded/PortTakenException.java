package dev.howdah.embedded;

/** Something else listens on the port that was asked for. */
public final class PortTakenException extends EmbeddedPostgresException {
    private static final long serialVersionUID = 1L;

    private final int port;
    private final int freePort;

    PortTakenException(int port, int freePort) {
        super("port " + port + " is taken; " + freePort + " is free");
        this.port = port;
        this.freePort = freePort;
    }

    /** The port that was asked for. */
    public int port() {
        return port;
    }

    /** A port that was free a moment ago: the nearest one above, where there is one. */
    public int freePort() {
        return freePort;
    }
}
