package dev.howdah.server;

/** Something else listens on the HTTP port. */
public final class PortTakenException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int port;

    PortTakenException(int port, Throwable cause) {
        super("HTTP port " + port + " is taken", cause);
        this.port = port;
    }

    public int port() {
        return port;
    }
}
