package dev.howdah.core;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** Says what the threads of a JVM are like: their names, whether they are virtual, and that they can be interrupted. */
final class PerTaskProcess {

    static final String PLATFORM = "t-1 platform, t-2 platform, interrupted, cut off";
    static final String VIRTUAL = "t-1 virtual, t-2 virtual, interrupted, cut off";

    private PerTaskProcess() {}

    public static void main(String[] arguments) throws Exception {
        System.out.println(report());
    }

    static String report() throws Exception {
        ExecutorService threads = Threads.perTask("t");
        CountDownLatch both = new CountDownLatch(2);
        Callable<String> task = () -> {
            both.countDown();
            both.await();
            return Thread.currentThread().getName() + (isVirtual() ? " virtual" : " platform");
        };
        Future<String> first = threads.submit(task);
        Future<String> second = threads.submit(task);
        String names = first.get() + ", " + second.get();
        CountDownLatch waits = new CountDownLatch(1);
        Future<String> waiting = threads.submit(() -> {
            waits.countDown();
            try {
                new CountDownLatch(1).await();
                return "";
            } catch (InterruptedException e) {
                return "interrupted";
            }
        });
        waits.await();
        threads.shutdownNow();
        return names + ", " + waiting.get() + ", " + afterTheEnd(threads);
    }

    private static String afterTheEnd(ExecutorService threads) throws ExecutionException, InterruptedException {
        try {
            return threads.submit(() -> "taken").get();
        } catch (java.util.concurrent.RejectedExecutionException e) {
            return "cut off";
        }
    }

    private static boolean isVirtual() throws ReflectiveOperationException {
        try {
            return (boolean) Thread.class.getMethod("isVirtual").invoke(Thread.currentThread());
        } catch (NoSuchMethodException before21) {
            return false;
        }
    }
}
