package dev.howdah.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PostgresAddressTest {
    private final PostgresAddress plain = new PostgresAddress("127.0.0.1", 5432, "howdah", "howdah", "secret");

    @Test
    void urls() {
        assertThat(plain.url()).isEqualTo("postgresql://howdah:secret@127.0.0.1:5432/howdah");
        assertThat(plain.jdbcUrl()).isEqualTo("jdbc:postgresql://127.0.0.1:5432/howdah?user=howdah&password=secret");
    }

    @Test
    void urlsEscapeWhatHasAMeaningInThem() {
        PostgresAddress odd = new PostgresAddress("localhost", 1, "a b", "u@x", "p&q/+");

        assertThat(odd.url()).isEqualTo("postgresql://u%40x:p%26q%2F%2B@localhost:1/a%20b");
        assertThat(odd.jdbcUrl()).isEqualTo("jdbc:postgresql://localhost:1/a%20b?user=u%40x&password=p%26q%2F%2B");
    }

    @Test
    void logsShowNoPassword() {
        assertThat(plain).hasToString("postgresql://howdah@127.0.0.1:5432/howdah");
    }
}
