package dev.howdah.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

class DatabaseUrlTest {

    /** Each as user:password@host:port,…/database. */
    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
            postgresql://u:p@h:1/d                                   | u:p@h:1/d
            postgres://u:p@h/d                                       | u:p@h:0/d
            postgresql://u@h/d                                       | u:null@h:0/d
            postgresql://u@h                                         | u:null@h:0/u
            postgresql://u:@h/d                                      | u:null@h:0/d
            postgresql:///d                                          | null:null@localhost:0/d
            postgresql://u@/d?host=h&port=1                          | u:null@h:1/d
            postgresql:///d?user=u&password=p%26q                    | u:p&q@localhost:0/d
            postgresql://u:p%40ss%3A%2F%3F%23%25+w%20@h/d            | u:p@ss:/?#%+w @h:0/d
            postgresql://us%40er:p@h/d%20b%2Fc                       | us@er:p@h:0/d b/c
            postgresql://u:p@[::1]:5433/d                            | u:p@[::1]:5433/d
            postgresql://u:p@[fe80::1]/d                             | u:p@[fe80::1]:0/d
            postgresql://u:p@a:1,b:2,c/d                             | u:p@a:1,b:2,c:0/d
            host=h port=1 dbname=d user=u password=p                 | u:p@h:1/d
            dbname=d                                                 | null:null@localhost:0/d
            user=u                                                   | u:null@localhost:0/u
            host = h  dbname = 'my d' user=u password='it\\'s a \\\\ p' | u:it's a \\ p@h:0/my d
            host=::1 port=1 dbname=d user=u password=''              | u:@[::1]:1/d
            host=a,b port=1,2 dbname=d user=u                        | u:null@a:1,b:2/d
            host=a,::1 port=1 dbname=d user=u                        | u:null@a:1,[::1]:1/d
            jdbc:postgresql://h:1/d?user=u&password=p                | u:p@h:1/d
            jdbc:postgresql://[::1]:1/d?user=u                       | u:null@[::1]:1/d
            jdbc:postgresql:d?user=u                                 | u:null@localhost:0/d
            jdbc:postgresql://a:1,b:2/d?user=u                       | u:null@a:1,b:2/d
            """)
    void allForms(String text, String expected) {
        assertThat(shown(DatabaseUrl.parse(text))).isEqualTo(expected.replace(":0", ":5432"));
    }

    private static String shown(DatabaseUrl url) {
        PGSimpleDataSource source = source(url);
        String[] hosts = source.getServerNames();
        int[] ports = source.getPortNumbers();
        String places = Arrays.stream(hosts)
                .map(host -> {
                    int port = ports[Arrays.asList(hosts).indexOf(host)];
                    return host + ":" + (port == 0 ? 5432 : port);
                })
                .collect(Collectors.joining(","));
        return source.getUser() + ":" + source.getPassword() + "@" + places + "/" + source.getDatabaseName();
    }

    private static PGSimpleDataSource source(DatabaseUrl url) {
        return (PGSimpleDataSource) url.dataSource("test");
    }

    @Test
    void parametersGoToTheDriver() {
        PGSimpleDataSource source =
                source(DatabaseUrl.parse("postgresql://u@h/d?sslmode=verify-full&sslrootcert=/a%20b/ca.pem"
                        + "&options=-c%20search_path%3Djobs&currentSchema=s&connect_timeout=3&channel_binding=require"
                        + "&target_session_attrs=read-write&keepalives=0&client_encoding=utf8&application_name=mine"));

        assertThat(source.getSslMode()).isEqualTo("verify-full");
        assertThat(source.getSslRootCert()).isEqualTo("/a b/ca.pem");
        assertThat(source.getOptions()).isEqualTo("-c search_path=jobs");
        assertThat(source.getCurrentSchema()).isEqualTo("s");
        assertThat(source.getConnectTimeout()).isEqualTo(3);
        assertThat(source.getChannelBinding()).isEqualTo("require");
        assertThat(source.getTargetServerType()).isEqualTo("primary");
        assertThat(source.getApplicationName()).isEqualTo("mine");
        assertThat(source(DatabaseUrl.parse("dbname=d sslmode=require options='-c a=b'")))
                .satisfies(keywords -> {
                    assertThat(keywords.getSslMode()).isEqualTo("require");
                    assertThat(keywords.getOptions()).isEqualTo("-c a=b");
                    assertThat(keywords.getApplicationName()).isEqualTo("test");
                });
    }

    @Test
    void aPasswordFromElsewhereIsUsedWhereThereIsNone() {
        assertThat(shown(DatabaseUrl.parse("postgresql://u@h/d").withPassword("x")))
                .startsWith("u:x@");
        assertThat(shown(DatabaseUrl.parse("postgresql://u:p@h/d").withPassword("x")))
                .startsWith("u:p@");
        assertThat(shown(DatabaseUrl.parse("jdbc:postgresql://h/d?password=p&user=u")
                        .withPassword("x")))
                .startsWith("u:p@");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "s3cret",
                "mysql://u:s3cret@h/d",
                "postgresql://u:s3cret",
                "postgresql://u:s3cret/d",
                "postgresql://u:s3/cret@h/d",
                "postgresql://u:s3cret@h:port/d",
                "postgresql://u:s3cret@x@h/d",
                "postgresql://u:s3?s3cret@h/d",
                "postgresql://u:s3?s3cret=1@h/d",
                "postgresql://u:%zzs3cret@h/d",
                "postgresql://u:s3cret%@h/d",
                "postgresql://u:s3cret@%2Fvar%2Frun/d",
                "postgresql://u:%2Fs3cret",
                "postgresql://u:s3cret@h/d?nonsense=1",
                "postgresql://u:s3cret@h/d?s3cret",
                "jdbc:postgresql://u:s3cret@h/d",
                "jdbc:postgresql://u:s3cret@h:5432/d",
                "jdbc:postgresql://h:s3cret/d",
                "jdbc:mysql://h/d?password=s3cret",
                "host=h password=s3cret",
                "host=h dbname=d password='s3cret",
                "host=h dbname=d password=a s3cret",
                "host=/run dbname=d password=s3cret",
                "host=a,b port=1,2,3 dbname=d password=s3cret",
                "host=h dbname=d user=u port=x password=s3cret",
                "password=s3cret dbname=d nonsense=1"
            })
    void whatIsNoAddressIsRefusedWithoutItsPassword(String text) {
        Throwable error = catchThrowable(() -> DatabaseUrl.parse(text));

        assertThat(error).isInstanceOf(IllegalArgumentException.class);
        assertThat(error.getMessage()).doesNotContain("s3", "cret", "\n");
        assertThat(error.getCause()).isNull();
    }

    @Test
    void anUnknownParameterIsNamed() {
        assertThatThrownBy(() -> DatabaseUrl.parse("postgresql://u@h/d?sslmod=require"))
                .hasMessage("not a parameter of a database URL: sslmod");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://u:s3cret@h/d?sslmode=require",
                "host=h dbname=d password=s3cret user=u",
                "jdbc:postgresql://h/d?user=u&password=s3cret&sslpassword=s3cret",
                "postgresql://u@h/d?sslpassword=s3cret&password=s3cret"
            })
    void thePasswordIsNeverShown(String text) {
        assertThat(DatabaseUrl.parse(text).toString())
                .startsWith("jdbc:postgresql://h/d")
                .doesNotContain("s3cret");
    }
}
