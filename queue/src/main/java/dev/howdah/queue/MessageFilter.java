package dev.howdah.queue;

import org.jspecify.annotations.Nullable;

/**
 * Which messages are wanted: those that contain, in the sense of jsonb's {@code @>}, what the filter has.
 *
 * @param header a JSON object with some of {@code msgid}, {@code enqueue_time}, {@code priority}, {@code retries},
 *     {@code retrydelay}, {@code attempts}; null for any
 * @param properties a JSON object, contained in the message's properties; null for any
 */
public record MessageFilter(
        @Nullable String header, @Nullable String properties) {

    /** Every message. */
    public static final MessageFilter NONE = new MessageFilter(null, null);

    public static MessageFilter header(String jsonObject) {
        return new MessageFilter(jsonObject, null);
    }

    public static MessageFilter properties(String jsonObject) {
        return new MessageFilter(null, jsonObject);
    }

    public MessageFilter withHeader(String jsonObject) {
        return new MessageFilter(jsonObject, properties);
    }

    public MessageFilter withProperties(String jsonObject) {
        return new MessageFilter(header, jsonObject);
    }
}
