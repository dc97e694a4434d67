package dev.howdah.gateway;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The keys in a file, as they are now: who needs one looks, once a second, whether the file is another. */
final class KeyFile implements JWKSource<SecurityContext> {

    private static final Logger log = LoggerFactory.getLogger(KeyFile.class);
    private static final long FRESH = TimeUnit.SECONDS.toNanos(1);

    private final Path file;
    private volatile Entry entry;

    /**
     * @param version tells one state of the file from another; null if it can't change, because it is a pipe
     * @param looked when, by {@code System.nanoTime()}
     */
    private record Entry(JWKSet keys, @Nullable String version, long looked) {}

    /** @throws IllegalArgumentException if it can't be used now */
    KeyFile(Path file) {
        this.file = file;
        try {
            String version = version();
            entry = new Entry(read(), version, System.nanoTime());
        } catch (IOException e) {
            throw new IllegalArgumentException("can't read the secret in " + file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public List<JWK> get(JWKSelector selector, @Nullable SecurityContext context) {
        Entry known = entry;
        if (known.version != null && System.nanoTime() - known.looked >= FRESH) {
            known = looked(known);
            entry = known;
        }
        return selector.select(known.keys);
    }

    private Entry looked(Entry known) {
        long now = System.nanoTime();
        String version = known.version;
        try {
            version = version();
            if (known.version.equals(version)) {
                return new Entry(known.keys, version, now);
            }
            JWKSet keys = read();
            log.info("takes the keys for tokens that are in {} now", file);
            return new Entry(keys, version, now);
        } catch (IOException | IllegalArgumentException e) {
            if (!known.version.equals(version)) {
                log.warn("goes on with the keys for tokens as they were: {}", e.getMessage());
            }
            return new Entry(known.keys, version == null ? known.version : version, now);
        }
    }

    private @Nullable String version() throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return attributes.isRegularFile()
                ? attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey()
                : null;
    }

    private JWKSet read() throws IOException {
        return TokenKeys.set(Files.readString(file));
    }
}
