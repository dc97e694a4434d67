package dev.howdah.gateway;

import dev.howdah.core.HowdahException;
import dev.howdah.core.Transactions;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The catalogue as it is now: functions are installed, replaced and dropped while the server runs. It is read again when
 * it is a second old and a request comes, and at once when somebody says {@code NOTIFY pgrst}.
 */
final class RpcCatalogue {

    private static final long FRESH = TimeUnit.SECONDS.toNanos(1);

    private final Transactions transactions;
    private final CatalogueReader reader;
    private final ReentrantLock reading = new ReentrantLock();
    private volatile @Nullable Entry entry;

    /** @param read when, by {@code System.nanoTime()} before the database was asked */
    private record Entry(Catalogue catalogue, long read) {
        boolean isFresh() {
            return System.nanoTime() - read < FRESH;
        }
    }

    RpcCatalogue(Transactions transactions, Exposure exposure) {
        this.transactions = transactions;
        this.reader = new CatalogueReader(exposure);
    }

    /** Not older than a second, unless another thread is just reading it, or the database can't be asked. */
    Catalogue current() {
        Entry known = entry;
        if (known != null && known.isFresh()) {
            return known.catalogue;
        }
        if (known == null) {
            reading.lock();
        } else if (!reading.tryLock()) {
            return known.catalogue;
        }
        try {
            Entry meanwhile = entry;
            return meanwhile != null && meanwhile != known ? meanwhile.catalogue : read();
        } catch (HowdahException.Unavailable e) {
            if (known == null) {
                throw e;
            }
            return known.catalogue; // the call itself will say so
        } finally {
            reading.unlock();
        }
    }

    /** A newer one than {@code known}, if that is not just as new as one may ask for. */
    Catalogue rereadIfOlderThan(Catalogue known) {
        Entry latest = entry;
        if (latest != null && latest.catalogue == known && !latest.isFresh()) {
            return reread();
        }
        return latest == null ? known : latest.catalogue;
    }

    /** @throws HowdahException if there is no answer to be had from the database, or was none within the last second */
    void check() {
        Entry latest = entry;
        if (latest == null || !latest.isFresh()) {
            reread();
        }
    }

    /** Asks the database now. @throws HowdahException if it does not answer */
    Catalogue reread() {
        reading.lock();
        try {
            return read();
        } finally {
            reading.unlock();
        }
    }

    /** Has the database asked before the next request is answered. */
    void forget() {
        Entry known = entry;
        if (known != null) {
            entry = new Entry(known.catalogue, System.nanoTime() - FRESH);
        }
    }

    private Catalogue read() {
        long asked = System.nanoTime();
        Catalogue catalogue = transactions.statement(reader);
        entry = new Entry(catalogue, asked);
        return catalogue;
    }
}
