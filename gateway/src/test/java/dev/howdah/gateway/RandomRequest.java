package dev.howdah.gateway;

import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.StringJoiner;

/** Requests as strange as they come, half of them nearly right. The same seed makes the same ones. */
final class RandomRequest {

    private static final String[] METHODS = {"POST", "POST", "POST", "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "ODD"};
    private static final String[] PATHS = {
        "/",
        "/rpc",
        "/rpc/",
        "/rpc/x",
        "/rpc/fn_pgqueuer_enqueue/x",
        "/rpc/%22",
        "/rpc/a%2Fb",
        "/rpc/%ff",
        "/rpc/pg_sleep"
    };
    /** Functions, with what belongs behind their names in a query. */
    private static final String[] CALLS = {
        "/rpc/elephants?",
        "/rpc/numbers?n=3&",
        "/rpc/add?a=1&",
        "/rpc/points?",
        "/rpc/origin?",
        "/rpc/take_json?",
        "/rpc/choose?status=201&headers=[]&",
        "/rpc/who?"
    };

    private static final String[] QUESTIONS = {
        "select=id,name",
        "select=data->trunk->>cm",
        "select=*,id::text",
        "select=id(",
        "id=eq.1",
        "id=in.(1,2",
        "id=not.is.null",
        "name=like(any).{A*,B*}",
        "story=wfts(english).walk%20or%20run",
        "or=(id.eq.1,and(id.gt.1,name.like.*a*))",
        "and=(id.eq.1,(",
        "order=id.desc.nullslast,name",
        "order=nope",
        "limit=2",
        "limit=-2",
        "offset=1",
        "offset=99",
        "%22=eq.1",
        "id=eq.%00"
    };
    /** {role} and {expired} stand for tokens. */
    private static final String[] MANNERS = {
        "Accept: text/csv",
        "Accept: application/vnd.pgrst.object+json",
        "Accept: text/html",
        "Range: 0-1",
        "Range: 2-1",
        "Prefer: count=exact",
        "Prefer: tx=rollback, handling=strict",
        "Prefer: handling=strict, odd",
        "Prefer: handling=strict, max-affected=1",
        "Prefer: bytea=base64",
        "Accept-Profile: other",
        "Content-Profile: other",
        "Accept-Profile: none",
        "Authorization: Bearer {role}",
        "Authorization: Bearer {role}",
        "Authorization: Bearer {expired}",
        "Authorization: Basic eDp5",
        "Cookie: a=b; c"
    };

    private static final String[] KEYS = {"payload", "priority", "execute_after", "dedupe_key", "headers"};
    private static final String[] VALUES = {
        "null",
        "true",
        "0",
        "-1",
        "7",
        "1.5",
        "1e9",
        "99999999999999999999",
        "\"\"",
        "\"a\"",
        "\"10 seconds\"",
        "\"-1 day\"",
        "\"9999999 years\"",
        "\"infinity\"",
        "\"\\\\x6869\"",
        "\"\\\\q\"",
        "\"\\u0000\"",
        "\"\\ud83d\"",
        "\"\ud83d\udc18\"",
        "\"k1\"",
        "\"k2\"",
        "{}",
        "{\"a\": [1, {}]}",
        "[]",
        "[[1]]",
        "{\"a\": 1e400000}"
    };
    private static final String[] TYPES = {
        "application/json", "application/json; charset=utf-8", "application/x-www-form-urlencoded", "text/plain", "*/*"
    };
    private static final String[] HEADERS = {
        "Origin: http://evil.example", "Origin: null", "Origin: http://localhost", "Accept: text/html", "Prefer: tx=x",
        "Authorization: Bearer x.y.z", "Expect: 100-continue", "Accept-Encoding: gzip", "Content-Profile: none", "X: y"
    };

    private final Random random;
    private String method = "";
    private byte[] request = {};

    RandomRequest(long seed) {
        random = new Random(seed);
    }

    /** A whole request that asks for the connection to be closed. */
    byte[] next() {
        boolean nearlyRight = random.nextBoolean();
        method = nearlyRight ? "POST" : pick(METHODS);
        String type = nearlyRight ? "application/json" : pick(TYPES);
        String path = nearlyRight || random.nextInt(3) > 0 ? RunningGateway.ENQUEUE : pick(PATHS);
        boolean form = type.contains("form");
        byte[] body = method.equals("OPTIONS") ? new byte[0] : body(form, nearlyRight || path.contains("%ff"));
        String query = !nearlyRight && random.nextInt(3) == 0 ? "?" + pairs() : "";
        StringBuilder head = new StringBuilder(method + " " + path + query + " HTTP/1.1\r\n");
        head.append("Host: ")
                .append(random.nextInt(30) == 0 ? "evil.example" : "localhost")
                .append("\r\n");
        head.append("Connection: close\r\nContent-Type: ").append(type).append("\r\n");
        if (random.nextInt(4) == 0) {
            head.append(pick(HEADERS)).append("\r\n");
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        boolean chunked = random.nextInt(4) == 0;
        head.append(chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + body.length)
                .append("\r\n\r\n");
        all.writeBytes(head.toString().getBytes(StandardCharsets.UTF_8));
        if (chunked) {
            writeChunks(body, all);
        } else {
            all.writeBytes(body);
        }
        request = all.toByteArray();
        return request;
    }

    /** Whatever a function's result can be asked for, by whoever. */
    byte[] nextCall(java.util.Map<String, String> tokens) {
        method = pick(new String[] {"GET", "GET", "POST", "HEAD"});
        StringBuilder path = new StringBuilder(pick(CALLS));
        for (int i = random.nextInt(4); i > 0; i--) {
            path.append(pick(QUESTIONS)).append('&');
        }
        String head = path.toString();
        String body = "";
        if (method.equals("POST") && random.nextBoolean()) {
            body = "{\"" + pick(new String[] {"a", "n", "status", "headers", "id"}) + "\": " + pick(VALUES) + "}";
            head = head.replaceFirst("\\?.*", "");
        }
        StringBuilder lines = new StringBuilder(
                method + " " + head.replace(" ", "%20") + " HTTP/1.1\r\n" + "Host: localhost\r\nConnection: close\r\n");
        for (int i = random.nextInt(4); i > 0; i--) {
            String line = pick(MANNERS);
            for (var token : tokens.entrySet()) {
                line = line.replace("{" + token.getKey() + "}", token.getValue());
            }
            lines.append(line).append("\r\n");
        }
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        lines.append("Content-Length: ").append(bytes.length).append("\r\n\r\n").append(body);
        request = lines.toString().getBytes(StandardCharsets.UTF_8);
        return request;
    }

    String method() {
        return method;
    }

    String shown() {
        String text = new String(request, StandardCharsets.UTF_8);
        return text.length() < 2_000 ? text : text.substring(0, 2_000) + "… (" + request.length + " bytes)";
    }

    private byte[] body(boolean form, boolean whole) {
        if (!whole && random.nextInt(20) == 0) {
            return " "
                    .repeat(TrafficSettings.DEFAULT_MAX_BODY_BYTES + random.nextInt(3))
                    .getBytes(StandardCharsets.UTF_8);
        }
        byte[] body = (form ? pairs() : object()).getBytes(StandardCharsets.UTF_8);
        if (!whole && random.nextInt(3) == 0 && body.length > 0) { // one byte is another, or the end is missing
            body[random.nextInt(body.length)] = (byte) random.nextInt(256);
        }
        return body;
    }

    private String object() {
        StringJoiner object = new StringJoiner(", ", "{", "}");
        if (random.nextInt(10) > 0) {
            object.add("\"entrypoint\": " + (random.nextInt(5) == 0 ? pick(VALUES) : "\"fetch\""));
        }
        for (String key : KEYS) {
            if (random.nextInt(4) == 0) {
                object.add("\"" + key + "\": " + pick(VALUES));
            }
        }
        if (random.nextInt(15) == 0) {
            object.add("\"more\": " + pick(VALUES));
        }
        return random.nextInt(8) == 0 ? "[" + object + ", " + pick(VALUES) + "]" : object.toString();
    }

    private String pairs() {
        StringJoiner pairs = new StringJoiner("&");
        pairs.add("entrypoint=fetch");
        for (String key : KEYS) {
            if (random.nextInt(5) == 0) {
                String value = pick(VALUES);
                pairs.add(key + "=" + URLEncoder.encode(value.replace("\"", ""), StandardCharsets.UTF_8));
            }
        }
        return random.nextInt(6) == 0
                ? pairs + "&" + pick(new String[] {"%", "=", "x=%ff", "x", "%zz=1"})
                : pairs.toString();
    }

    private void writeChunks(byte[] body, ByteArrayOutputStream out) {
        int from = 0;
        while (from < body.length) {
            int length = Math.min(body.length - from, 1 + random.nextInt(body.length > 10_000 ? 100_000 : 40));
            out.writeBytes((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.UTF_8));
            out.write(body, from, length);
            out.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
            from += length;
        }
        out.writeBytes("0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
    }

    private String pick(String[] from) {
        return from[random.nextInt(from.length)];
    }
}
