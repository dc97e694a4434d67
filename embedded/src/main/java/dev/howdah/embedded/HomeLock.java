package dev.howdah.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps a home to one process. The system releases it when the process dies, however it dies. */
final class HomeLock implements AutoCloseable {
    /**
     * The homes this process holds. They must be known without a look at the file: POSIX gives a lock up as soon as its
     * process closes any other channel on the same file.
     */
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    /** Beyond the text, which Windows would otherwise not let others read. */
    private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

    private final Home home;
    private final FileChannel channel;

    private HomeLock(Home home, FileChannel channel) {
        this.home = home;
        this.channel = channel;
    }

    /** @throws HomeInUseException when another process has it */
    static HomeLock take(Home home) {
        try {
            return tryTake(home, StandardOpenOption.WRITE, StandardOpenOption.CREATE)
                    .orElseThrow(() -> new HomeInUseException(home.folder() + " is in use by " + holder(home)));
        } catch (IOException e) {
            throw new EmbeddedPostgresException("cannot write to " + home.folder() + ": " + Errors.describe(e), e);
        }
    }

    /** Empty when another process holds it, or when the home is no more. */
    static Optional<HomeLock> takeExisting(Home home) throws IOException {
        try {
            return tryTake(home, StandardOpenOption.WRITE);
        } catch (NoSuchFileException beingDeleted) {
            return Optional.empty();
        }
    }

    private static Optional<HomeLock> tryTake(Home home, OpenOption... options) throws IOException {
        if (!HELD_HERE.add(home.folder())) {
            return Optional.empty();
        }
        boolean taken = false;
        FileChannel channel = null;
        try {
            channel = FileChannel.open(home.lock(), options);
            FileLock lock = channel.tryLock(LOCKED_BYTE, 1, false);
            if (lock == null) {
                return Optional.empty();
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(UTF_8)), 0);
            taken = true;
            return Optional.of(new HomeLock(home, channel));
        } finally {
            if (!taken) {
                HELD_HERE.remove(home.folder());
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    private static String holder(Home home) {
        if (HELD_HERE.contains(home.folder())) {
            return "this process, " + ProcessHandle.current().pid();
        }
        try {
            String pid = Files.readString(home.lock()).strip();
            return pid.isEmpty() ? "another process" : "process " + pid;
        } catch (IOException e) {
            return "another process";
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new EmbeddedPostgresException("cannot release " + home.lock() + ": " + Errors.describe(e), e);
        } finally {
            HELD_HERE.remove(home.folder());
        }
    }
}
