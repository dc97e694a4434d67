package dev.howdah.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.testkit.TestDatabase;
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
}
