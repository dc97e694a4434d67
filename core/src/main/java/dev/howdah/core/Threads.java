package dev.howdah.core;

import java.lang.reflect.Method;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;

/** Threads: virtual ones for handlers where the JVM has them (21 and later), platform threads otherwise. */
public final class Threads {

    private Threads() {}

    /** One thread for each task, named {@code name-1}, {@code name-2} …; virtual where the JVM has them. */
    public static ExecutorService perTask(String name) {
        return Runtime.version().feature() >= 21 ? virtual(name) : Executors.newCachedThreadPool(platform(name));
    }

    /** Starts a daemon platform thread: for the few loops that live as long as their owner. */
    public static Thread start(String name, Runnable loop) {
        Thread thread = new Thread(loop, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static ThreadFactory platform(String name) {
        AtomicLong number = new AtomicLong();
        return task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Starts a virtual thread where the JVM has them, a daemon platform thread otherwise. */
    public static Thread startVirtual(String name, Runnable loop) {
        if (Runtime.version().feature() < 21) {
            return start(name, loop);
        }
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            Class<?> type = Class.forName("java.lang.Thread$Builder");
            Object named = type.getMethod("name", String.class).invoke(builder, name);
            return (Thread) type.getMethod("start", Runnable.class).invoke(named, loop);
        } catch (ReflectiveOperationException e) {
            throw withoutVirtual(e);
        }
    }

    private static IllegalStateException withoutVirtual(ReflectiveOperationException e) {
        return new IllegalStateException("this JVM should have virtual threads", e);
    }

    /** By reflection, because this is Java 17 bytecode. */
    private static ExecutorService virtual(String name) {
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            Class<?> type = Class.forName("java.lang.Thread$Builder");
            Object named = type.getMethod("name", String.class, long.class).invoke(builder, name + "-", 1L);
            Object factory = type.getMethod("factory").invoke(named);
            Method executor = Executors.class.getMethod("newThreadPerTaskExecutor", ThreadFactory.class);
            return (ExecutorService) executor.invoke(null, factory);
        } catch (ReflectiveOperationException e) {
            throw withoutVirtual(e);
        }
    }
}
