package dev.howdah.core;

import java.nio.charset.StandardCharsets;

/**
 * Turns an application's values into a message's bytes and back. Both directions may throw
 * {@link HowdahException.InvalidInput} for what they cannot represent.
 */
public interface PayloadCodec<T> {

    byte[] encode(T value);

    T decode(byte[] payload);

    /** UTF-8 text. */
    static PayloadCodec<String> text() {
        return new PayloadCodec<>() {
            @Override
            public byte[] encode(String value) {
                return value.getBytes(StandardCharsets.UTF_8);
            }

            @Override
            public String decode(byte[] payload) {
                return new String(payload, StandardCharsets.UTF_8);
            }
        };
    }
}
