package dev.howdah.install;

import dev.howdah.embedded.EmbeddedPostgres;
import dev.howdah.embedded.PostgresAddress;
import dev.howdah.embedded.PostgresBinaries;
import java.nio.file.Path;

/** A PostgreSQL of some version for the tests, with as many databases as they want. */
record TestServer(EmbeddedPostgres postgres) implements AutoCloseable {

    /** The bundled one is 18; the jars of the others lie beside the classes, since all hold an archive of one name. */
    static TestServer of(int major) {
        PostgresBinaries binaries = major == 18
                ? PostgresBinaries.bundled()
                : PostgresBinaries.of(Path.of("target/postgres", major + ".jar"));
        return new TestServer(EmbeddedPostgres.builder().binaries(binaries).start());
    }

    /** A new database that belongs to the ordinary role. */
    TestBase database(String name) {
        superuser().run("create database \"" + name + "\" owner howdah");
        return new TestBase(postgres.database(name));
    }

    /** The same database, seen by another role, which is made with the same password. */
    TestBase as(String role, TestBase database) {
        PostgresAddress a = database.address();
        superuser().run("create role \"" + role + "\" login password '" + a.password() + "'");
        return new TestBase(new PostgresAddress(a.host(), a.port(), a.database(), role, a.password()));
    }

    /** The superuser in a database. */
    TestBase superuser(TestBase database) {
        PostgresAddress a = postgres.superuser();
        return new TestBase(
                new PostgresAddress(a.host(), a.port(), database.address().database(), a.user(), a.password()));
    }

    TestBase superuser() {
        return new TestBase(postgres.superuser());
    }

    @Override
    public void close() {
        postgres.close();
    }
}
