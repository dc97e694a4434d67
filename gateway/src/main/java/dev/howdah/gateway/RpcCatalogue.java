package dev.howdah.gateway;

import dev.howdah.core.HowdahException;
import dev.howdah.core.Transactions;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The catalogue as it is now: functions are installed, replaced and dropped while the server runs. When it is a second old
 * and a request comes, the database is asked whether any of them is another; the whole is read again if so, when it is half a
 * minute old (tables that functions give rows of may have changed), and at once when somebody says {@code NOTIFY pgrst}.
 */
final class RpcCatalogue {

    private static final long FRESH = TimeUnit.SECONDS.toNanos(1);
    private static final long WHOLE = TimeUnit.SECONDS.toNanos(30);

    private final Transactions transactions;
    private final CatalogueReader reader;
    private final ReentrantLock reading = new ReentrantLock();
    private volatile @Nullable Entry entry;

    /**
     * @param read when, by {@code System.nanoTime()} before the database was asked
     * @param checked when it was last seen that it still holds
     */
    private record Entry(Catalogue catalogue, String version, long read, long checked) {
        boolean isFresh() {
            return System.nanoTime() - checked < FRESH;
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
            return meanwhile != null && meanwhile != known ? meanwhile.catalogue : check(known);
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
            long old = System.nanoTime() - WHOLE;
            entry = new Entry(known.catalogue, known.version, old, old);
        }
    }

    private Catalogue check(@Nullable Entry known) {
        long asked = System.nanoTime();
        if (known == null || asked - known.read >= WHOLE) {
            return read();
        }
        if (!transactions.statement(reader::version).equals(known.version)) {
            return read();
        }
        entry = new Entry(known.catalogue, known.version, known.read, asked);
        return known.catalogue;
    }

    /** The version first: what changes in between is seen the next time. */
    private Catalogue read() {
        long asked = System.nanoTime();
        String version = transactions.statement(reader::version);
        Catalogue catalogue = transactions.statement(reader);
        entry = new Entry(catalogue, version, asked, asked);
        return catalogue;
    }
}
