package dev.howdah.cli;

import dev.howdah.Howdah;
import dev.howdah.core.HowdahException;
import dev.howdah.job.Jobs;
import javax.sql.DataSource;
import picocli.CommandLine.Mixin;

/** The jobs of the database that a command is about. */
final class JobDatabaseOption {

    @Mixin
    private DatabaseOption database = new DatabaseOption();

    /** What a command does with the jobs. */
    @FunctionalInterface
    interface Use<T> {
        T with(Jobs jobs) throws Exception;
    }

    <T> T use(Use<T> use) throws Exception {
        DataSource dataSource = database.database().dataSource("howdah job");
        try (Howdah howdah = Howdah.over(dataSource)) {
            return use.with(howdah.jobs());
        } catch (HowdahException.NotInstalled e) {
            throw new CommandFailure(ExitCode.FAILED, "there are no jobs in this database: run howdah install first");
        }
    }
}
