package dev.howdah.queue;

import dev.howdah.core.Pace;
import dev.howdah.core.Signal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Of a worker's lanes, one looks for messages while there are none; who finds some hands the looking on. It looks at a
 * pace, and when it has been quiet for a second it sleeps, so that writers notify.
 */
final class Lookout {

    /** How often to look, at least, where somebody else has the queue's lock and may be woken in our stead. */
    private static final Duration BESIDE_A_SLEEPER = Duration.ofMillis(250);

    private final Duration poll;
    private final Pace pace;
    private final Sleep sleep;
    private final Deque<Signal> resting = new ArrayDeque<>();
    private @Nullable Signal looking;
    private long nextLook = System.nanoTime();
    private long looks;
    private long lastInVain;
    private int busy;
    private boolean stopped;

    Lookout(Duration poll, Sleep sleep) {
        this.poll = poll;
        this.pace = new Pace(poll);
        this.sleep = sleep;
    }

    Duration poll() {
        return poll;
    }

    boolean isQuiet() {
        return pace.isQuiet();
    }

    /** Whether the lane with this signal is the one that looks; else it is told when it is. */
    synchronized boolean isLooking(Signal lane) {
        if (looking == null) {
            looking = lane;
        }
        resting.remove(lane);
        if (looking != lane) {
            resting.add(lane);
        }
        return looking == lane;
    }

    /** How long until the next look; zero: now. */
    synchronized Duration untilNextLook() {
        return Duration.ofNanos(Math.max(0, nextLook - System.nanoTime()));
    }

    /** Before a look: falls asleep if it is time to. */
    void look(int queue) {
        synchronized (this) {
            looks++;
        }
        if (pace.isQuiet() && !sleep.goesOn()) {
            sleep.fall(List.of(queue));
        }
    }

    /** Somebody else looks from now on, at once if there may be more. */
    void found(Signal lane, boolean more) {
        pace.found();
        sleep.end();
        synchronized (this) {
            busy++;
            nextLook = System.nanoTime() + (more ? 0 : Pace.SHORTEST.toNanos());
            if (looking == lane) {
                handOn();
            } else if (more && looking != null) {
                looking.raise();
            }
        }
    }

    synchronized void handled() {
        busy--;
        notifyAll();
    }

    synchronized void foundNothing() {
        lastInVain = looks;
        Duration pause = pace.pause();
        if (pace.isQuiet()) {
            pause = sleep.isDeep() || poll.compareTo(BESIDE_A_SLEEPER) < 0 ? poll : BESIDE_A_SLEEPER;
        }
        nextLook = System.nanoTime() + pause.toNanos();
        notifyAll();
    }

    /** There may be something. */
    synchronized void wake() {
        nextLook = System.nanoTime();
        if (looking != null) {
            looking.raise();
        }
    }

    /** The lane can't look, for now or for good. */
    synchronized void leave(Signal lane) {
        resting.remove(lane);
        if (looking == lane) {
            handOn();
        }
    }

    private void handOn() {
        looking = resting.poll();
        if (looking != null) {
            looking.raise();
        }
    }

    /** Waits until a look that begins after this call has found nothing, and nothing is being handled; or the end. */
    synchronized void awaitNothing() throws InterruptedException {
        long before = looks;
        wake();
        while ((lastInVain <= before || busy > 0) && !stopped) {
            wait();
        }
    }

    synchronized void stop() {
        stopped = true;
        notifyAll();
    }

    void close() {
        sleep.end();
    }
}
