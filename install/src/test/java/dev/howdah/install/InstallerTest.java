package dev.howdah.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.core.HowdahException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstallerTest {

    @AutoClose
    static final TestServer server = TestServer.of(18);

    private static int databases;

    private final TestBase database = server.database("test_" + ++databases);

    @Test
    void createsTheRolesThatAreMissing() {
        TestWing wing = TestWing.of("tusk", 1).withRole("tusk_reader").withRole("Tusk'Writer");

        install(database, wing);
        install(server.database("another"), wing);

        assertThat(database.column(
                        "select rolname from pg_roles where rolname ~* 'tusk' and not rolcanlogin order by 1"))
                .containsExactly("Tusk'Writer", "tusk_reader");
        PsqlFile.run(server.database("a third"), Installer.of(List.of(wing)).script());
    }

    @Test
    void installationsInTwoDatabasesCreateARoleOnce() {
        List<TestBase> bases = IntStream.range(0, 4)
                .mapToObj(i -> server.database("at_once_" + i))
                .toList();
        TestWing wing = TestWing.of("a", 1).withRole("wanted_at_once").withRole("wanted_too");

        bases.stream()
                .map(base -> CompletableFuture.runAsync(() -> install(base, wing)))
                .toList()
                .forEach(CompletableFuture::join);

        assertThat(database.value("select count(*) from pg_roles where rolname like 'wanted%'"))
                .isEqualTo("2");
    }

    @Test
    void severalAtOnceWaitForEachOther() {
        TestWing slow = TestWing.of("slow", 1)
                .withMigration(
                        "1_slow", "create table slow (n int); select pg_sleep(0.3); insert into slow values (1)");
        TestBase strict =
                database.with("default_transaction_isolation=serializable").with("statement_timeout=200");

        List<List<String>> applied = Stream.of(1, 2, 3)
                .map(i -> CompletableFuture.supplyAsync(
                        () -> install(strict, slow).applied()))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toList();

        assertThat(applied).containsExactlyInAnyOrder(List.of("slow 1_slow"), List.of(), List.of());
        assertThat(database.value("select count(*) from slow")).isEqualTo("1");
    }

    @Test
    void whatWasCutShortGoesOnWhereItWas() {
        TestWing broken = TestWing.of("a", 1)
                .withMigration("1_good", "create table good ()")
                .withMigration("2_bad", "create table half (); select 1 / 0")
                .withFunctions("select 1");

        assertThatThrownBy(() -> install(database, broken))
                .isInstanceOf(HowdahException.InvalidInput.class)
                .hasMessage("division by zero");
        assertThat(database.value("select concat(to_regclass('good'), to_regclass('half'))"))
                .isEqualTo("good");

        TestWing mended = TestWing.of("a", 1)
                .withMigration("1_good", "create table good ()")
                .withMigration("2_bad", "create table whole ()")
                .withFunctions("select 1");
        assertThat(install(database, mended).applied()).containsExactly("a 2_bad", "a functions");
    }

    @Test
    void aScriptThatWasCutShortGoesOnWithInstall() {
        TestWing broken = TestWing.of("a", 1)
                .withMigration("1_good", "create table good ()")
                .withMigration("2_bad", "create table half (); select 1 / 0")
                .withMigration("3_good", "create table late ()");

        List<String> errors =
                PsqlFile.run(database, Installer.of(List.of(broken)).script(), false);

        assertThat(errors).contains("this script was cut short or overtaken: go on with howdah install");
        assertThat(database.value("select concat(to_regclass('good'), to_regclass('half'), to_regclass('late'))"))
                .isEqualTo("good");
        TestWing mended = TestWing.of("a", 1)
                .withMigration("1_good", "create table good ()")
                .withMigration("2_bad", "create table whole ()")
                .withMigration("3_good", "create table late ()");
        assertThat(install(database, mended).applied()).containsExactly("a 2_bad", "a 3_good");
    }

    @Test
    void functionsRunAgainWhenOneHasChangedAndNothingElseDoes() {
        TestWing first = TestWing.of("a", 1)
                .withMigration("1_a", "create table a ()")
                .withFunctions("create function f() returns int language sql as 'select 1'");
        install(database, first);
        TestWing second = first.withFunctions("create or replace function f() returns int language sql as 'select 2'");

        assertThat(install(database, second).applied()).containsExactly("a functions");
        assertThat(install(database, second).applied()).isEmpty();
        assertThat(database.value("select f()")).isEqualTo("2");
    }

    @Test
    void wingsComeLaterAndGoAway() {
        TestWing low = TestWing.of("low", 1).withMigration("1_low", "create table low ()");
        TestWing high = TestWing.of("high", 2)
                .withMigration("1_high", "create table high ()")
                .withFunctions("select 1")
                .withUninstall("drop table high");

        install(database, high);
        assertThat(install(database, high, low).applied()).containsExactly("low 1_low");
        assertThat(install(database, low).applied()).isEmpty();

        Installer.of(List.of(high)).uninstall(database.dataSource());
        assertThat(database.column("select description from howdah.history")).containsExactly("low 1_low");
        assertThat(install(database, low, high).applied()).containsExactly("high 1_high", "high functions");
    }

    @Test
    void anOlderHowdahLeavesANewerInstallationAlone() {
        TestWing older = TestWing.of("a", 1).withMigration("1_a", "select 1").withFunctions("select 'old'");
        TestWing newer = older.withMigration("2_a", "select 2").withFunctions("select 'new'");
        install(database, newer);
        List<String> dump = SchemaDump.of(database);

        assertThatThrownBy(() -> install(database, older))
                .isInstanceOf(InstallException.class)
                .hasMessage("a newer Howdah installed this database (it has a 1.2): use that one, or a later one");
        assertThat(SchemaDump.of(database)).isEqualTo(dump);
    }

    @Test
    void aMigrationThatWasChangedAfterItRanIsRefused() {
        install(database, TestWing.of("a", 1).withMigration("1_a", "select 1"));

        assertThatThrownBy(() -> install(database, TestWing.of("a", 1).withMigration("1_a", "select 2")))
                .isExactlyInstanceOf(HowdahException.class)
                .hasMessageContaining("Migration checksum mismatch for migration version 1.1");
    }

    @Test
    void aPreflightThatRefusesChangesNothing() {
        TestWing first =
                TestWing.of("a", 1).withMigration("1_a", "create table a ()").withRole("never_made");
        TestWing second =
                TestWing.of("b", 2).withPreflight("do $$ begin raise exception 'not % %', 'on my', 'watch'; end $$");
        List<String> before = SchemaDump.of(database);

        assertThatThrownBy(() -> install(database, first, second))
                .isInstanceOf(InstallException.class)
                .hasMessage("not on my watch");
        assertThat(PsqlFile.run(database, Installer.of(List.of(first, second)).script(), false)
                        .get(0))
                .isEqualTo("not on my watch");

        assertThat(SchemaDump.of(database)).isEqualTo(before);
        assertThat(database.value("select count(*) from pg_roles where rolname = 'never_made'"))
                .isEqualTo("0");
    }

    @Test
    void reportsWhatTheScriptsSayAndNotWhatPostgresAdds() {
        TestWing wing = TestWing.of("a", 1).withMigration("1_a", """
                drop table if exists absent;
                create table if not exists a ();
                do $$ begin raise notice 'look: %', 1; drop table if exists absent; raise notice 'and here'; end $$;
                create table if not exists a ()""");

        assertThat(install(database, wing).notices()).containsExactly("look: 1", "and here");
    }

    @ParameterizedTest
    @ValueSource(strings = {"My Schema", "a\"b", "it's", "semi;colon", "a, b", "$howdah$"})
    void takesTheConnectionsSchemaWhateverItsName(String schema) {
        String quoted = '"' + schema.replace("\"", "\"\"") + '"';
        database.run("create schema " + quoted);
        TestBase there = database.inSchema("absent, " + quoted + ", public");

        InstallReport report = install(there, TestWing.trunk());

        assertThat(report.schema()).isEqualTo(schema);
        assertThat(there.value("select lift(7)")).isEqualTo("7");
        assertThat(there.value("select relnamespace::regnamespace from pg_class where relname = 'trunk'"))
                .isEqualTo(there.value("select quote_ident(current_schema())"));
        assertThat(install(there, TestWing.trunk()).applied()).isEmpty();

        TestBase scripted = server.database("scripted " + schema.replace("\"", ""));
        scripted.run("create schema " + quoted);
        PsqlFile.run(
                scripted.inSchema(quoted),
                Installer.of(List.of(TestWing.trunk())).script());
        assertThat(SchemaDump.of(scripted)).isEqualTo(SchemaDump.of(database));

        Installer.of(List.of(TestWing.trunk())).uninstall(there.dataSource());
        assertThat(there.value("select concat(to_regclass('trunk'), to_regnamespace('howdah'))"))
                .isEmpty();
    }

    @Test
    void theHistorysSchemaIsNeverTheOneToInstallInto() {
        TestBase looksThereFirst = database.inSchema("howdah, public");

        assertThat(install(looksThereFirst, TestWing.trunk()).schema()).isEqualTo("public");
        assertThat(install(looksThereFirst, TestWing.trunk()).schema()).isEqualTo("public");
        Installer.of(List.of(TestWing.trunk())).uninstall(looksThereFirst.dataSource());
    }

    @Test
    void uninstallingWhatIsNotThere() {
        assertThatThrownBy(() -> Installer.of(List.of()).uninstall(database.dataSource()))
                .isInstanceOf(InstallException.class)
                .hasMessage("Howdah is not installed in this database");
    }

    @Test
    void aTableInUseIsGivenUpSoThatNobodyQueuesBehind() {
        TestWing first = TestWing.of("a", 1).withMigration("1_a", "create table busy ()");
        install(database, first);
        TestWing second = first.withMigration("2_a", "alter table busy add column n int");

        try (var connection = database.dataSource().getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("select from busy");
            assertThatThrownBy(() -> install(database.with("lock_timeout=100"), second))
                    .isInstanceOf(HowdahException.Conflict.class)
                    .hasMessage("canceling statement due to lock timeout");
            connection.rollback();
        } catch (java.sql.SQLException e) {
            throw new AssertionError(e);
        }
        assertThat(install(database, second).applied()).containsExactly("a 2_a");
    }

    static InstallReport install(TestBase database, TestWing... wings) {
        return Installer.of(List.of(wings)).install(database.dataSource());
    }
}
