package dev.howdah.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.howdah.install.Installer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** The wings' functions are upgraded while the gateway runs; each time in a database of its own. */
class UpgradeTest {

    private static final String JOB = "{\"entrypoint\": \"a\"}";

    @AutoClose
    final RunningGateway gateway = RunningGateway.start();

    @Test
    void callsGoOnWhileEverythingIsInstalledAgain() {
        gateway.enqueue(JOB).id();
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Integer> calls = CompletableFuture.supplyAsync(() -> {
            int count = 0;
            while (!over.get()) {
                gateway.enqueue(JOB).id();
                count++;
            }
            return count;
        });
        for (int i = 0; i < 3; i++) {
            Installer.forWingsOnClassPath().install(gateway.database.dataSource());
        }
        over.set(true);
        int called = calls.join();

        assertThat(gateway.jobs()).isEqualTo(1 + called);
    }

    @Test
    void aNewVersionIsCalledWithWhatItTakes() {
        String now = "{\"entrypoint\": \"a\", \"priority\": 5, \"tenant\": \"t\"}";
        gateway.enqueue(JOB).id();
        gateway.enqueue(now).isError(404, "PGRST202");

        gateway.database.run("""
                begin;
                drop function fn_pgqueuer_enqueue(text, bytea, int, interval, text, jsonb);
                create function fn_pgqueuer_enqueue(
                    entrypoint text, priority int default 0, tenant text default 'nobody') returns text
                    language sql as $$ select format('%s of %s with %s', entrypoint, tenant, priority) $$;
                commit""");

        await().untilAsserted(() -> assertThat(gateway.enqueue(now).body()).isEqualTo("\"a of t with 5\""));
        assertThat(gateway.enqueue(JOB).body()).isEqualTo("\"a of nobody with 0\"");
        gateway.enqueue("{\"entrypoint\": \"a\", \"payload\": \"x\"}").isError(404, "PGRST202");
    }
}
