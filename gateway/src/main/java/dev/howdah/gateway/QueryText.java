package dev.howdah.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** A text that is read from left to right: what PostgREST's query parameters are written in. */
final class QueryText {

    private final String what;
    private final String text;
    private int at;

    /** @param what the parameter, for errors */
    QueryText(String what, String text) {
        this.what = what;
        this.text = text;
    }

    boolean atEnd() {
        return at == text.length();
    }

    boolean isNext(String expected) {
        return text.startsWith(expected, at);
    }

    boolean skip(String expected) {
        boolean there = isNext(expected);
        at += there ? expected.length() : 0;
        return there;
    }

    void expect(String expected) {
        if (!skip(expected)) {
            throw wrong("expecting \"" + expected + "\"");
        }
    }

    void expectEnd() {
        if (!atEnd()) {
            throw wrong("unexpected '" + text.charAt(at) + "'");
        }
    }

    String rest() {
        String rest = text.substring(at);
        at = text.length();
        return rest;
    }

    String takeWhile(IntPredicate wanted) {
        int start = at;
        while (!atEnd() && wanted.test(text.charAt(at))) {
            at++;
        }
        return text.substring(start, at);
    }

    String takeUntil(String stops) {
        return takeWhile(c -> stops.indexOf(c) < 0);
    }

    /** {@code "…"} with backslashes before quotes and backslashes, or what comes before one of {@code stops}. */
    String quotedOrUntil(String stops) {
        if (!skip("\"")) {
            return takeUntil(stops);
        }
        StringBuilder value = new StringBuilder();
        while (!atEnd() && !isNext("\"")) {
            skip("\\");
            if (!atEnd()) {
                value.append(text.charAt(at++));
            }
        }
        expect("\"");
        return value.toString();
    }

    /** {@code (a,"b,c",d)} */
    List<String> list(String open, String close) {
        expect(open);
        List<String> values = new ArrayList<>();
        if (skip(close)) {
            return values;
        }
        do {
            values.add(quotedOrUntil("," + close));
        } while (skip(","));
        expect(close);
        return values;
    }

    RpcError wrong(String details) {
        return RpcError.badQuery(what + " (" + text + "), column " + (at + 1), details);
    }
}
