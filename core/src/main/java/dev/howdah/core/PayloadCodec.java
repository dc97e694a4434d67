package dev.howdah.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;

/**
 * Turns an application's values into a message's bytes and back. Both directions may throw
 * {@link HowdahException.InvalidInput} for what they cannot represent.
 */
public interface PayloadCodec<T> {

    byte[] encode(T value);

    T decode(byte[] payload);

    /** UTF-8 text; half a surrogate pair and bytes that are no UTF-8 are refused, not replaced. */
    static PayloadCodec<String> text() {
        return new PayloadCodec<>() {
            @Override
            public byte[] encode(String value) {
                try {
                    ByteBuffer bytes = UTF_8.newEncoder().encode(CharBuffer.wrap(value));
                    return Arrays.copyOf(bytes.array(), bytes.limit());
                } catch (CharacterCodingException e) {
                    throw new HowdahException.InvalidInput("the text has half a surrogate pair");
                }
            }

            @Override
            public String decode(byte[] payload) {
                try {
                    return UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString();
                } catch (CharacterCodingException e) {
                    throw new HowdahException.InvalidInput("the payload is not UTF-8 text");
                }
            }
        };
    }
}
