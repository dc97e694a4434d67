package dev.howdah.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OutcomeTest {

    @Test
    void foldsToWhatItIs() {
        assertThat(Stream.of(Outcome.done(), Outcome.retry(Duration.ofSeconds(2)), Outcome.deadLetter("no"))
                        .<String>map(outcome -> outcome.fold(
                                done -> "done", retry -> "after " + retry.after(), dead -> "dead: " + dead.reason())))
                .containsExactly("done", "after PT2S", "dead: no");
    }

    @Test
    void aRetryIsNotInThePast() {
        assertThatThrownBy(() -> Outcome.retry(Duration.ofMillis(-1)))
                .hasMessage("a retry needs a delay of zero or more, got PT-0.001S");
    }
}
