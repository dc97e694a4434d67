package dev.howdah.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What clients of PgQue and PgQ know, and a database's own answer in the same words. */
final class KnownSurface {

    /** The functions that are there, a line each as in {@code functions.txt}. */
    static final String INSTALLED = """
            select format('%s.%s(%s) %s | %s | %s', n.nspname, p.proname, pg_get_function_arguments(p.oid),
                       case p.prokind when 'p' then 'procedure' else 'returns ' || pg_get_function_result(p.oid) end,
                       case when p.prosecdef then 'definer' else 'invoker' end,
                       coalesce((select string_agg(r.role, ',' order by r.role)
                                   from (select case a.grantee when 0 then 'PUBLIC' else pg_get_userbyid(a.grantee) end as role
                                           from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                                          where a.grantee <> p.proowner) r), '-'))
              from pg_proc p
              join pg_namespace n on n.oid = p.pronamespace
             where n.nspname in ('pgque', 'pgq')""";

    private KnownSurface() {}

    /** A function is called by its name and its arguments in order: all overloads that there are differ in these. */
    static Map<String, String> byCall(List<String> lines) {
        return lines.stream()
                .collect(Collectors.toMap(line -> line.replaceAll("\\) (returns|procedure).*", ")"), line -> line));
    }

    /** A list's lines that are wanted, without their marks. */
    static List<String> lines(String list, Predicate<String> wanted) {
        try (InputStream in = KnownSurface.class.getResourceAsStream(list)) {
            return new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .filter(wanted)
                    .map(line -> line.replaceFirst("^[!+] ", ""))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
