package dev.howdah.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadCodecTest {

    private final PayloadCodec<String> text = PayloadCodec.text();

    @ParameterizedTest
    @ValueSource(strings = {"", "plain", "ä€𝄞", "\0\n"})
    void textComesBackAsItWas(String value) {
        assertThat(text.encode(value)).isEqualTo(value.getBytes(UTF_8));
        assertThat(text.decode(text.encode(value))).isEqualTo(value);
    }

    @Test
    void whatIsNoTextIsRefusedNotReplaced() {
        assertThatThrownBy(() -> text.encode("half \ud800"))
                .isInstanceOf(HowdahException.InvalidInput.class)
                .hasMessage("the text has half a surrogate pair");
        assertThatThrownBy(() -> text.decode(new byte[] {'a', (byte) 0xff}))
                .isInstanceOf(HowdahException.InvalidInput.class)
                .hasMessage("the payload is not UTF-8 text");
    }
}
