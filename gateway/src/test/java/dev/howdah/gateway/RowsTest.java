package dev.howdah.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be asked of rows: columns, filters, order, ranges, counts, forms. */
class RowsTest {

    @AutoClose
    static final RunningGateway gateway = RunningGateway.ofApi();

    @BeforeEach
    void threeElephants() {
        gateway.database.run("delete from api.elephants where id > 3");
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
            id=eq.2                              | 2
            id=neq.2                             | 1,3
            id=gt.1                              | 2,3
            id=gte.2                             | 2,3
            id=lt.2                              | 1
            id=lte.2                             | 1,2
            id=not.eq.2                          | 1,3
            id=gt.1&id=lt.3                      | 2
            name=like.A*                         | 1
            name=like.%a%                        | 1,2
            name=ilike.a*                        | 1
            name=match.^[AB]                     | 1,2
            name=imatch.^[ab]                    | 1,2
            name=like(any).{A*,B*}               | 1,2
            name=ilike(all).{*a*,b*}             | 2
            id=eq(any).{1,3}                     | 1,3
            id=in.(1,3)                          | 1,3
            id=in.()                             |
            id=not.in.(1,3)                      | 2
            name=in.(Ada,"C,\\"d")               | 1,3
            name=eq.C,"d                         | 3
            tags=is.null                         | 3
            tags=is.not_null                     | 1,2
            tags=not.is.null                     | 1,2
            tags=cs.{wise}                       | 1
            tags=cd.{grey,small}                 | 2
            tags=ov.{wise,small}                 | 1
            tags=isdistinct.{grey}               | 1,3
            years=sl.[10,12)                     | 1
            years=sr.[1,12)                      | 3
            years=nxr.[1,25)                     | 1,2
            years=nxl.[10,12)                    | 2,3
            years=adj.[10,20)                    | 1,3
            years=cs.[15,16)                     | 2
            years=ov.[5,15]                      | 1,2
            story=fts.walk                       | 1
            story=fts(english).walks             | 1
            story=plfts(english).he runs         | 2
            story=phfts(english).quiet one       | 3
            story=wfts(english).walk or run      | 1,2
            story=not.fts.walk                   | 2,3
            name=plfts(simple).ada               | 1
            data->trunk->>cm=eq.80               | 2
            data->trunk->cm=gt.100               | 1
            data->likes->>1=eq.mud               | 1
            data=cs.{"trunk": {"cm": 80}}        | 2
            or=(id.eq.1,id.eq.3)                 | 1,3
            and=(id.gt.1,id.lt.3)                | 2
            not.or=(id.eq.1,id.eq.3)             | 2
            not.and=(id.gt.1,id.lt.3)            | 1,3
            or=(id.eq.1,and(id.gt.1,name.like.B*)) | 1,2
            or=(id.eq.9,not.and(id.gt.1,name.like.B*)) | 1,3
            or=(name.eq."C,\\"d", id.in.(1,7))   | 1,3
            or=(tags.cs.{wise,grey},age.is.null) | 1
            or=(data->trunk->>cm.eq.80,id.not.gt.1) | 1,2
            order=age                            | 2,3,1
            order=age.desc                       | 1,3,2
            order=tags.asc.nullsfirst,id         | 3,2,1
            order=data->trunk->cm.desc.nullslast | 1,2,3
            order=age&limit=1                    | 2
            order=age&limit=1&offset=1           | 3
            limit=0                              |
            offset=5                             |
            """)
    void filtersAndOrder(String query, String ids) {
        Answer answer = gateway.get("/rpc/elephants?select=id&" + encoded(query));

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json()
                        .valueStream()
                        .map(row -> row.get("id").asString())
                        .collect(Collectors.joining(",")))
                .isEqualTo(ids == null ? "" : ids);
    }

    /** As a browser would: names and values, but neither & nor =. */
    private static String encoded(String query) {
        return Arrays.stream(query.split("&"))
                .map(pair -> Arrays.stream(pair.split("=", 2))
                        .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8))
                        .collect(Collectors.joining("=")))
                .collect(Collectors.joining("&"));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
            id,name                        | {"id":1,"name":"Ada"}
            who:name,id                    | {"who":"Ada","id":1}
            id::text                       | {"id":"1"}
            cm:data->trunk->>cm            | {"cm":"150"}
            data->trunk->cm                | {"cm":150}
            data->likes->0                 | {"likes":"figs"}
            a:id, b:age::double precision  | {"a":1,"b":40}
            """)
    void columnsAreChosen(String select, String row) {
        assertThat(gateway.get("/rpc/elephants?id=eq.1&select=" + URLEncoder.encode(select, StandardCharsets.UTF_8))
                        .body())
                .isEqualTo("[" + row + "]");
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
            id=eq                       | 404 | PGRST202
            id=xx.1                     | 404 | PGRST202
            nope=eq.1                   | 400 | 42703
            id=eq.a                     | 400 | 22P02
            id=in.1                     | 400 | PGRST100
            id=in.(1                    | 400 | PGRST100
            id=is.maybe                 | 400 | PGRST100
            id=eq(some).{1}             | 404 | PGRST202
            or=id.eq.1                  | 400 | PGRST100
            or=(id.eq.1                 | 400 | PGRST100
            or=(id.xx.1)                | 400 | PGRST100
            or=()                       | 400 | PGRST100
            order=                      | 200 |
            order=id.up                 | 400 | PGRST100
            order=nope                  | 400 | 42703
            select=id,,name             | 400 | PGRST100
            select=nope                 | 400 | 42703
            select=id::                 | 400 | PGRST100
            select=id::nope             | 400 | 42704
            select=id,herd(*)           | 400 | PGRST200
            select=count()              | 400 | PGRST123
            select=id.sum()             | 400 | PGRST123
            limit=x                     | 400 | PGRST100
            limit=-1                    | 416 | PGRST103
            story=fts(klingon).a        | 400 | 42704
            """)
    void whatCantBeAskedIsRefused(String query, int status, String code) {
        Answer answer = gateway.get("/rpc/elephants?" + encoded(query));

        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        if (code != null) {
            answer.isError(status, code);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"id\"", "id;--", "id)--", "'", "a\"b\"c", "\"\" or 1=1", "id\u0000", "-", "->x", "id->", "id->>'"
            })
    void namesAreNeverSql(String name) {
        for (String query :
                new String[] {name + "=eq.1", "select=" + name, "order=" + name, "or=(" + name + ".eq.1)"}) {
            Answer answer = gateway.get("/rpc/elephants?" + encoded(query));
            assertThat(answer.status()).as(query + ": " + answer.body()).isIn(200, 400, 404);
            assertThat(answer.body()).doesNotContain("42601"); // no syntax error
        }
    }

    @Test
    void nestingOfConditionsIsBoundedByTheQuerysLength() {
        int levels = 1300;
        Answer deep = gateway.get(
                "/rpc/elephants?select=id&and=(" + "and(".repeat(levels) + "id.eq.2" + ")".repeat(levels) + ")");

        assertThat(deep.body()).isEqualTo("[{\"id\":2}]");
        gateway.get("/rpc/elephants?and=" + "(".repeat(5000)).isError(400, "PGRST100");
        assertThat(gateway.get("/rpc/elephants?select=data" + "-%3Ea".repeat(1500))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aPostIsFilteredByItsQuery() {
        Answer answer = gateway.call("POST", "/rpc/herd?age=lt.30&select=name&order=name.desc", "{\"minimum\": 10}");

        assertThat(answer.body()).isEqualTo("[{\"name\":\"C,\\\"d\"}]");
        gateway.call("POST", "/rpc/herd?nope=1", "{}").isError(400, "PGRST100");
    }

    @Test
    void rangesAndCounts() {
        assertRange(gateway.get("/rpc/elephants"), 200, "0-2/*");
        assertRange(gateway.call("GET", "/rpc/elephants", "", "Range: 1-1"), 200, "1-1/*");
        assertRange(gateway.call("GET", "/rpc/elephants", "", "Range: 1-"), 200, "1-2/*");
        assertRange(gateway.call("GET", "/rpc/elephants", "", "Range: 0-0", "Prefer: count=exact"), 206, "0-0/3");
        assertRange(gateway.call("GET", "/rpc/elephants", "", "Prefer: count=exact"), 200, "0-2/3");
        assertRange(gateway.call("GET", "/rpc/elephants?id=gt.1&limit=1", "", "Prefer: count=exact"), 206, "0-0/2");
        assertRange(gateway.call("POST", "/rpc/elephants?limit=1", "", "Prefer: count=exact"), 206, "0-0/3");
        assertRange(gateway.get("/rpc/elephants?id=eq.9"), 200, "*/*");
        assertRange(gateway.get("/rpc/hello"), 200, "0-0/*");
        assertRange(gateway.call("HEAD", "/rpc/elephants", "", "Prefer: count=exact"), 200, "0-2/3");
        gateway.call("GET", "/rpc/elephants?offset=4", "", "Prefer: count=exact")
                .isError(416, "PGRST103");
        gateway.call("GET", "/rpc/elephants", "", "Range: 2-1").isError(416, "PGRST103");
    }

    private static void assertRange(Answer answer, int status, String range) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.header("Content-Range")).isEqualTo(range);
    }

    @Test
    void csv() {
        Answer rows = gateway.call("GET", "/rpc/elephants?select=id,name,tags&order=id", "", "Accept: text/csv");
        assertThat(rows.contentType()).isEqualTo("text/csv;charset=utf-8");
        assertThat(rows.body()).isEqualTo("id,name,tags\n1,Ada,\"{grey,wise}\"\n2,Bao,{grey}\n3,\"C,\"\"d\",");
        assertThat(gateway.call("GET", "/rpc/herd?minimum=99", "", "Accept: text/csv")
                        .body())
                .isEqualTo("name,age");
        assertThat(gateway.call("GET", "/rpc/add?a=1", "", "Accept: text/csv").body())
                .isEqualTo("pgrst_scalar\n11");
        assertThat(gateway.call("GET", "/rpc/numbers?n=2", "", "Accept: text/csv")
                        .body())
                .isEqualTo("pgrst_scalar\n1\n2");
    }

    @Test
    void oneObject() {
        String object = "Accept: application/vnd.pgrst.object+json";

        Answer one = gateway.call("GET", "/rpc/elephants?id=eq.1&select=id", "", object);
        assertThat(one.body()).isEqualTo("{\"id\":1}");
        assertThat(one.contentType()).isEqualTo("application/vnd.pgrst.object+json;charset=utf-8");
        assertThat(gateway.call("GET", "/rpc/add?a=1", "", object).body()).isEqualTo("11");
        assertThat(gateway.call("GET", "/rpc/elephants?id=eq.3&select=id,tags", "", object + ";nulls=stripped")
                        .body())
                .isEqualTo("{\"id\":3}");
        gateway.call("GET", "/rpc/elephants?id=eq.9", "", object)
                .isError(406, "PGRST116")
                .saying("Cannot coerce the result to a single JSON object");
        assertThat(gateway.call("POST", "/rpc/gone", "{\"minimum\": 2}", object)
                        .isError(406, "PGRST116")
                        .json()
                        .get("details")
                        .stringValue())
                .isEqualTo("The result contains 2 rows");
        assertThat(gateway.database.value("select count(*) from api.elephants")).isEqualTo("3");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            text/html                                   | 406
            application/xml, image/png                  | 406
            application/json;q=0                        | 406
            application/vnd.pgrst.plan                  | 406
            text/html, */*;q=0.1                        | 200
            application/*                               | 200
            text/csv;q=0.5, application/json            | 200
            """)
    void whatCantBeWrittenIsRefused(String accept, int status) {
        Answer answer = gateway.call("GET", "/rpc/hello", "", "Accept: " + accept);

        if (status == 406) {
            answer.isError(406, "PGRST107").saying("None of these media types are available: " + accept);
        } else {
            assertThat(answer.contentType()).isEqualTo("application/json;charset=utf-8");
        }
    }
}
