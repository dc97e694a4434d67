package dev.howdah.server;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import dev.howdah.core.HowdahException;
import dev.howdah.core.SqlErrors;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Where a database is, as people write it: {@code postgresql://user@host:5432/db?sslmode=require}, {@code host=... dbname=...}
 * as libpq takes it, or {@code jdbc:postgresql://...}.
 */
public final class DatabaseUrl {

    private static final Pattern URI = Pattern.compile(
            "postgres(?:ql)?://(?:(?<user>[^:@/?]*)(?::(?<password>[^@/?]*))?@)?(?<hosts>[^/?@]*)(?:/(?<db>[^?/]*))?(?:\\?(?<query>[^@]*))?");
    private static final Pattern KEYWORD =
            Pattern.compile("\\s*(?<key>\\w+)\\s*=\\s*(?:'(?<quoted>(?:[^'\\\\]|\\\\.)*)'|(?<plain>[^'\\s]\\S*))\\s*");
    /** libpq's parameters that pgjdbc calls by another name. */
    private static final Map<String, String> RENAMED = Map.of(
            "application_name", PGProperty.APPLICATION_NAME.getName(),
            "connect_timeout", PGProperty.CONNECT_TIMEOUT.getName(),
            "target_session_attrs", PGProperty.TARGET_SERVER_TYPE.getName(),
            "keepalives", PGProperty.TCP_KEEP_ALIVE.getName(),
            "channel_binding", PGProperty.CHANNEL_BINDING.getName(),
            "gssencmode", PGProperty.GSS_ENC_MODE.getName(),
            "require_auth", PGProperty.REQUIRE_AUTH.getName(),
            "sslnegotiation", PGProperty.SSL_NEGOTIATION.getName());
    /** libpq's parameters that change nothing here: pgjdbc's encoding is UTF8, and the system paces keep-alives. */
    private static final Set<String> IGNORED = Set.of(
            "client_encoding",
            "fallback_application_name",
            "keepalives_idle",
            "keepalives_interval",
            "keepalives_count",
            "tcp_user_timeout");

    private static final int SECONDS_UNANSWERED = 60;
    private static final Map<String, String> SERVER_TYPES =
            Map.of("read-write", "primary", "primary", "primary", "any", "any", "standby", "secondary");

    private final String jdbcUrl;
    private final @Nullable String user;
    private final @Nullable String password;

    private DatabaseUrl(String jdbcUrl, @Nullable String user, @Nullable String password) {
        Properties parsed = Driver.parseURL(jdbcUrl, new Properties());
        if (parsed == null || PGProperty.PG_HOST.getOrDefault(parsed).contains("@")) {
            throw wrong();
        }
        this.jdbcUrl = jdbcUrl;
        this.user = user != null ? user : PGProperty.USER.getOrDefault(parsed);
        this.password = password != null ? password : PGProperty.PASSWORD.getOrDefault(parsed);
    }

    /** @throws IllegalArgumentException in one line, if this is no address of a PostgreSQL database */
    public static DatabaseUrl parse(String text) {
        if (text.startsWith("jdbc:postgresql:")) {
            return new DatabaseUrl(text, null, null);
        }
        Matcher uri = URI.matcher(text);
        if (uri.matches()) {
            return fromUri(uri);
        }
        Map<String, String> keywords = keywords(text);
        if (keywords.isEmpty()) {
            throw wrong();
        }
        return fromParameters(keywords);
    }

    /** The same address with a password, unless it has one. */
    public DatabaseUrl withPassword(@Nullable String value) {
        return password != null || value == null ? this : new DatabaseUrl(jdbcUrl, user, value);
    }

    /** Opens a new connection at each call; {@code applicationName} is what pg_stat_activity shows. */
    public DataSource dataSource(String applicationName) {
        return simpleDataSource(applicationName);
    }

    private PGSimpleDataSource simpleDataSource(String applicationName) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(jdbcUrl);
        source.setTcpKeepAlive(true);
        if (source.getApplicationName() == null || source.getApplicationName().equals("PostgreSQL JDBC Driver")) {
            source.setApplicationName(applicationName);
        }
        if (user != null) {
            source.setUser(user);
        }
        if (password != null) {
            source.setPassword(password);
        }
        return source;
    }

    /**
     * A pool of at most {@code size} connections; who needs one and gets none in 5 s is told so. A statement that stays
     * unanswered for a minute fails, unless the address has a socketTimeout of its own: a machine that vanished says
     * nothing.
     *
     * @throws HowdahException.Unavailable if there is no connection to be had now; AccessDenied if there never will be
     */
    public HikariDataSource pool(String applicationName, int size) {
        PGSimpleDataSource source = simpleDataSource(applicationName);
        if (source.getSocketTimeout() == 0) {
            source.setSocketTimeout(SECONDS_UNANSWERED);
        }
        HikariConfig config = new HikariConfig();
        config.setPoolName(applicationName);
        config.setDataSource(source);
        config.setMaximumPoolSize(size);
        config.setConnectionTimeout(5_000);
        try {
            return new HikariDataSource(config);
        } catch (PoolInitializationException e) {
            if (e.getCause() instanceof SQLException cause) {
                throw SqlErrors.of(cause);
            }
            throw e;
        }
    }

    /** Without the password. */
    @Override
    public String toString() {
        return jdbcUrl.replaceAll("([?&](?:ssl)?password=)[^&]*", "$1...");
    }

    private static DatabaseUrl fromUri(Matcher uri) {
        Map<String, String> parameters = new LinkedHashMap<>();
        put(parameters, "user", uri.group("user"));
        put(parameters, "password", uri.group("password"));
        put(parameters, "hosts", uri.group("hosts"));
        put(parameters, "dbname", uri.group("db"));
        if (uri.group("query") != null) {
            for (String pair : uri.group("query").split("&")) {
                int equals = pair.indexOf('=');
                if (equals < 1) {
                    throw wrong();
                }
                put(parameters, decoded(pair.substring(0, equals)), pair.substring(equals + 1));
            }
        }
        return fromParameters(parameters);
    }

    private static void put(Map<String, String> parameters, String name, @Nullable String encoded) {
        if (encoded != null && !encoded.isEmpty()) {
            parameters.put(name, decoded(encoded));
        }
    }

    private static Map<String, String> keywords(String text) {
        Map<String, String> found = new LinkedHashMap<>();
        Matcher keyword = KEYWORD.matcher(text);
        int end = 0;
        while (end < text.length() && keyword.find(end) && keyword.start() == end) {
            String quoted = keyword.group("quoted");
            found.put(
                    keyword.group("key"), quoted == null ? keyword.group("plain") : quoted.replaceAll("\\\\(.)", "$1"));
            end = keyword.end();
        }
        return end == text.length() ? found : Map.of();
    }

    private static DatabaseUrl fromParameters(Map<String, String> parameters) {
        String user = parameters.remove("user");
        String password = parameters.remove("password");
        String database = parameters.remove("dbname");
        String host = parameters.remove("host");
        String port = parameters.remove("port");
        String hosts = parameters.remove("hosts");
        if (hosts == null || host != null) {
            hosts = hosts(host == null ? "localhost" : host, port);
        }
        if (hosts.contains("/")) {
            throw new IllegalArgumentException("Unix sockets can't be used from Java: name a host");
        }
        if (database == null) {
            if (user == null) {
                throw new IllegalArgumentException("the database URL names no database");
            }
            database = user;
        }
        String query = parameters.entrySet().stream()
                .filter(parameter -> !IGNORED.contains(parameter.getKey()))
                .map(DatabaseUrl::jdbcParameter)
                .collect(Collectors.joining("&"));
        String jdbcUrl = "jdbc:postgresql://" + hosts + "/" + encoded(database) + (query.isEmpty() ? "" : "?" + query);
        return new DatabaseUrl(jdbcUrl, user, password);
    }

    /** libpq has lists of hosts and of ports, or one port for all; JDBC has pairs, and brackets around IPv6. */
    private static String hosts(String names, @Nullable String portNumbers) {
        String[] hosts = names.split(",");
        String[] ports = portNumbers == null ? new String[0] : portNumbers.split(",");
        if (ports.length > 1 && ports.length != hosts.length) {
            throw new IllegalArgumentException(ports.length + " ports for " + hosts.length + " hosts");
        }
        StringJoiner pairs = new StringJoiner(",");
        for (int i = 0; i < hosts.length; i++) {
            String host = hosts[i].contains(":") && !hosts[i].startsWith("[") ? "[" + hosts[i] + "]" : hosts[i];
            pairs.add(ports.length == 0 ? host : host + ":" + ports[Math.min(i, ports.length - 1)]);
        }
        return pairs.toString();
    }

    private static String jdbcParameter(Map.Entry<String, String> parameter) {
        String name = RENAMED.getOrDefault(parameter.getKey(), parameter.getKey());
        String value = parameter.getValue();
        if (PGProperty.forName(name) == null) {
            throw new IllegalArgumentException("not a parameter of a database URL: " + parameter.getKey());
        }
        if (parameter.getKey().equals("target_session_attrs")) {
            value = SERVER_TYPES.getOrDefault(value, value);
        } else if (parameter.getKey().equals("keepalives")) {
            value = String.valueOf(!value.equals("0"));
        }
        return name + "=" + encoded(value);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw wrong(); // without the cause, which shows what it could not decode
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Never with the address itself: where a wrong one has its password, nobody can tell. */
    private static IllegalArgumentException wrong() {
        return new IllegalArgumentException("not the address of a PostgreSQL database"
                + " (write postgresql://user@host:5432/database or jdbc:postgresql://host/database)");
    }
}
