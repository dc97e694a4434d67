package dev.howdah.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.testkit.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class InstallationTest {

    @AutoClose
    final TestDatabase database = TestDatabase.installed();

    @Test
    void comesInitializedAndCanBeMadeAnew() {
        database.run("call pgpro_queue.create_queue('orders')");
        database.run("select pgpro_queue.queue_initialize()");
        assertThat(database.column("select queue_name from pgpro_queue_data.queues"))
                .containsExactly("orders");
        database.run("select pgpro_queue.queue_deinitialize()");
        assertThat(database.column("select nspname from pg_namespace where nspname = 'pgpro_queue_data'"))
                .isEmpty();
        database.run("select pgpro_queue.queue_initialize()");
        assertThat(database.column("select queue_name from pgpro_queue_data.queues"))
                .isEmpty();
    }

    @Test
    void anUpgradeLeavesNothingOfAnOlderKeeper() {
        database.run("call pgpro_queue.create_queue('orders')");
        List<String> routines = routines();
        database.run("""
                create function pgpro_queue_data.keep_1(i_full bool) returns void language sql as '';
                create function howdah_queue.keep_queue(i_queue_id int, i_full bool) returns void language sql as '';
                create procedure howdah_queue.keep(i_full bool, inout done int default 0, inout next_due double precision default null)
                language plpgsql as 'begin end'""");
        runFunctionsAgain();
        assertThat(routines()).isEqualTo(routines);
    }

    @Test
    void isUpgradedWithoutItsData() {
        database.run("select pgpro_queue.queue_deinitialize()");
        runFunctionsAgain();
        database.run("select pgpro_queue.queue_initialize()");
        database.run("call pgpro_queue.create_queue('orders')");
    }

    private void runFunctionsAgain() {
        new QueueSchema().functions().forEach(script -> database.run(script.text()));
    }

    private List<String> routines() {
        return database.column("""
                select oid::regprocedure from pg_proc
                 where pronamespace in ('howdah_queue'::regnamespace, 'pgpro_queue_data'::regnamespace) order by 1""");
    }
}
