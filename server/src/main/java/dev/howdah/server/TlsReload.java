package dev.howdah.server;

import java.nio.file.Path;
import java.util.Map;
import org.eclipse.jetty.util.Scanner;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes new certificates up within a few seconds of their files' change: connections that come after it have them, those
 * that are open go on. What can't be used (half of a pair is written, say) is logged, and the old ones stay.
 */
final class TlsReload extends AbstractLifeCycle implements Scanner.BulkListener {

    private static final Logger log = LoggerFactory.getLogger(TlsReload.class);
    private static final int SECONDS = 1;

    private final TlsSettings tls;
    private final SslContextFactory factory;
    private final Scanner scanner = new Scanner(null, false); // a link may come to lead to another file

    TlsReload(TlsSettings tls, SslContextFactory factory) {
        this.tls = tls;
        this.factory = factory;
        scanner.addFile(tls.certificates());
        scanner.addFile(tls.key());
        scanner.setScanInterval(SECONDS);
        scanner.addListener(this);
    }

    @Override
    protected void doStart() throws Exception {
        scanner.start();
    }

    @Override
    protected void doStop() throws Exception {
        scanner.stop();
    }

    @Override
    public void pathsChanged(Map<Path, Scanner.Notification> changes) {
        try {
            factory.reload(tls::load);
            log.info("answers HTTPS with the certificates that are in {} now", tls.certificates());
        } catch (Exception e) {
            log.warn("goes on with the certificates as they were: {}", e.getMessage());
        }
    }
}
