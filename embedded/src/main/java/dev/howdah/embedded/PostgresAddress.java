package dev.howdah.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Where a database is and who may enter. Its {@link #toString()} leaves the password out. */
public record PostgresAddress(String host, int port, String database, String user, String password) {

    /** {@code postgresql://user:password@host:port/database}, as libpq and its many users read it. */
    public String url() {
        return "postgresql://" + encode(user) + ":" + encode(password) + "@" + place();
    }

    /** {@code jdbc:postgresql://host:port/database?user=…&password=…} */
    public String jdbcUrl() {
        return "jdbc:postgresql://" + place() + "?user=" + encode(user) + "&password=" + encode(password);
    }

    /** Opens a new connection at every call; there is no pool behind it. */
    public DataSource dataSource() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {host});
        source.setPortNumbers(new int[] {port});
        source.setDatabaseName(database);
        source.setUser(user);
        source.setPassword(password);
        return source;
    }

    @Override
    public String toString() {
        return "postgresql://" + encode(user) + "@" + place();
    }

    private String place() {
        return host + ":" + port + "/" + encode(database);
    }

    /** libpq takes a plus sign literally, so a space has to be %20. */
    private static String encode(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }
}
