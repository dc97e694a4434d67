package dev.howdah.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.queue.CallbackSettings;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class CallbackOptionsTest {

    @Test
    void whatIsNotSaidIsAsTheCommandOrTheDatabaseHasIt() {
        assertThat(settings(Optional.empty())).isEqualTo(CallbackSettings.ofDatabase());
        assertThat(settings(Optional.of(true)).enabled()).isTrue();
    }

    @Test
    void whatIsSaidComesFirst() {
        assertThat(settings(Optional.empty(), "--callbacks").enabled()).isTrue();
        assertThat(settings(Optional.of(true), "--no-callbacks").enabled()).isFalse();
        assertThat(settings(
                        Optional.empty(),
                        "--callback-min-workers=1",
                        "--callback-max-workers=2",
                        "--callback-naptime=50ms",
                        "--callback-check-timeout=5s",
                        "--callback-worker-idle-timeout=6s",
                        "--callback-worker-start-delay=7s"))
                .isEqualTo(new CallbackSettings(
                        null,
                        1,
                        2,
                        Duration.ofMillis(50),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(6),
                        Duration.ofSeconds(7)));
    }

    private static CallbackSettings settings(Optional<Boolean> enabledByDefault, String... arguments) {
        CallbackOptions options = new CallbackOptions();
        new CommandLine(options)
                .registerConverter(Duration.class, new DurationText())
                .parseArgs(arguments);
        return options.settings(enabledByDefault);
    }
}
