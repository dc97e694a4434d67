package dev.howdah.gateway;

import java.net.http.HttpHeaders;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads an answer that came over a bare socket and ended with the connection. */
final class RawAnswer {

    private RawAnswer() {}

    static Answer of(String received) {
        String text = received.replaceFirst("^HTTP/1.1 100 Continue\r\n\r\n", "");
        int end = text.indexOf("\r\n\r\n");
        if (!text.startsWith("HTTP/1.1 ") || end < 0) {
            throw new AssertionError("no HTTP answer: " + text);
        }
        String[] head = text.substring(0, end).split("\r\n");
        Map<String, List<String>> headers = Arrays.stream(head)
                .skip(1)
                .map(line -> line.split(": ?", 2))
                .collect(Collectors.groupingBy(
                        line -> line[0], Collectors.mapping(line -> line[1], Collectors.toList())));
        int status = Integer.parseInt(head[0].substring(9, 12));
        return new Answer(status, text.substring(end + 4), HttpHeaders.of(headers, (name, value) -> true));
    }
}
