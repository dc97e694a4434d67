package dev.howdah.benchmark;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** How long messages took, and when they came; their bodies say when they were sent. */
final class Latencies {

    private static final Duration LONGEST_WARM_UP = Duration.ofSeconds(8);

    static final int WARM_UP_RATE = 1_000;

    private static final Pattern SENT = Pattern.compile("\"sent\": ?(\\d+)");

    private final long[] handled;
    private final double[] millis;
    private final AtomicInteger count = new AtomicInteger();
    private final CountDownLatch left;

    Latencies(int expected) {
        handled = new long[expected];
        millis = new double[expected];
        left = new CountDownLatch(expected);
    }

    /** Until the JVM has compiled what a day's messages go through, at {@link #WARM_UP_RATE}; less if little is measured. */
    static Duration warmUp(Duration measured) {
        return Collections.min(List.of(measured.multipliedBy(2), LONGEST_WARM_UP));
    }

    /** 200 bytes of JSON, sent now. */
    static String body() {
        String start = "{\"order\": 4711, \"sent\": " + System.nanoTime() + ", \"note\": \"";
        return start + "x".repeat(200 - start.length() - 2) + "\"}";
    }

    /** It is handled now. */
    void add(String body) {
        long now = System.nanoTime();
        Matcher sent = SENT.matcher(body);
        if (!sent.find()) {
            throw new IllegalArgumentException("not a body of this measurement: " + body);
        }
        int place = count.getAndIncrement();
        handled[place] = now;
        millis[place] = (now - Long.parseLong(sent.group(1))) / 1e6;
        left.countDown();
    }

    void awaitAll() throws InterruptedException {
        if (!left.await(1, TimeUnit.MINUTES)) {
            throw new IllegalStateException(left.getCount() + " messages did not come");
        }
    }

    /** Of those that came in this time, by {@link System#nanoTime}; the shortest first. */
    double[] between(long from, long to) {
        double[] found = IntStream.range(0, count.get())
                .filter(i -> handled[i] >= from && handled[i] < to)
                .mapToDouble(i -> millis[i])
                .toArray();
        Arrays.sort(found);
        return found;
    }

    /** Of all of them. */
    List<Measurement> measurements(String name) {
        double[] all = between(Long.MIN_VALUE, Long.MAX_VALUE);
        return List.of(
                Measurement.latency(name + ", p50", percentile(all, 50)),
                Measurement.latency(name + ", p95", percentile(all, 95)),
                Measurement.latency(name + ", p99", percentile(all, 99)));
    }

    static double percentile(double[] sorted, int percent) {
        return sorted.length == 0
                ? Double.NaN
                : sorted[Math.min(sorted.length - 1, (int) ((long) sorted.length * percent / 100))];
    }
}
