package dev.howdah.cli;

import dev.howdah.queue.NewMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;
import tools.jackson.databind.ObjectMapper;

/** What makes messages of the payloads that {@code send} and {@code publish} are given, in arguments or on stdin. */
final class QueueMessageOptions {

    @Option(names = "--xml", description = "Payloads are XML.")
    private boolean xml;

    @Option(
            names = "--priority",
            paramLabel = "N",
            defaultValue = "0",
            description = "Lower ones are read first, then those that were sent first (default: ${DEFAULT-VALUE}).")
    private int priority;

    @Option(
            names = "--property",
            paramLabel = "KEY=VALUE",
            description = "A property that readers can choose by, a text; more than once for more of them.")
    private Map<String, String> properties = new LinkedHashMap<>();

    @Option(names = "--delay", paramLabel = "DURATION", description = "Not to be read before so long has passed.")
    private Optional<Duration> delay = Optional.empty();

    @Option(names = "--retries", paramLabel = "N", description = "Instead of the queue's.")
    private Optional<Integer> retries = Optional.empty();

    @Option(names = "--retry-delay", paramLabel = "DURATION", description = "Instead of the queue's; in whole seconds.")
    private Optional<Duration> retryDelay = Optional.empty();

    @Option(names = "--lines", description = "Each line of stdin is a message.")
    private boolean lines;

    /** Whether they are to be taken by {@link #each}, as there may be millions. */
    boolean areLines(List<String> payloads) {
        if (lines && !payloads.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE, "messages come from arguments or from stdin's lines, not from both");
        }
        return lines;
    }

    List<NewMessage> all(List<String> payloads) throws IOException {
        List<String> texts = payloads.isEmpty() ? List.of(Stdin.text()) : payloads;
        return texts.stream().map(this::message).toList();
    }

    Stream<NewMessage> each() {
        return Stdin.lines().map(this::message);
    }

    private NewMessage message(String payload) {
        return new NewMessage(
                xml ? null : payload,
                xml ? payload : null,
                priority,
                properties.isEmpty() ? NewMessage.NO_PROPERTIES : new ObjectMapper().writeValueAsString(properties),
                retries.orElse(null),
                retryDelay.orElse(null),
                delay.orElse(null),
                null);
    }
}
