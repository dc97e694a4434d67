package dev.howdah.core;

import java.time.Duration;
import java.util.function.Function;

/** What a handler says about the message that it was given. What an exception means is the wing's to say. */
public sealed interface Outcome {

    /** Handled: the message is finished and will not come again. */
    record Done() implements Outcome {}

    /**
     * Not now: the message comes again, with one more attempt counted.
     *
     * @param after how long it stays away; zero or more
     */
    record Retry(Duration after) implements Outcome {
        public Retry {
            if (after.isNegative()) {
                throw new IllegalArgumentException("a retry needs a delay of zero or more, got " + after);
            }
        }
    }

    /**
     * Never: the message is set aside for a person to look at, and is not tried again by itself.
     *
     * @param reason kept with the message
     */
    record DeadLetter(String reason) implements Outcome {}

    /** One of the three, by what it is: a switch over outcomes that the compiler holds complete. */
    default <R> R fold(
            Function<? super Done, ? extends R> done,
            Function<? super Retry, ? extends R> retry,
            Function<? super DeadLetter, ? extends R> deadLetter) {
        if (this instanceof Retry r) {
            return retry.apply(r);
        }
        return this instanceof DeadLetter d ? deadLetter.apply(d) : done.apply((Done) this);
    }

    static Outcome done() {
        return new Done();
    }

    static Outcome retry(Duration after) {
        return new Retry(after);
    }

    static Outcome deadLetter(String reason) {
        return new DeadLetter(reason);
    }
}
