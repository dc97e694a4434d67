package dev.howdah.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The script {@code howdah} on what the build has packaged. */
class LauncherIT {

    @Test
    void runsTheCommandLineFromAnywhereAndPassesItsExitCodeOn() throws Exception {
        Path launcher = Path.of("..", "howdah").toRealPath();

        assertThat(run(Path.of("/"), launcher, "--version"))
                .containsPattern("howdah \\d+\\.\\d+\\.\\d+.*\nexit code 0");
        assertThat(run(Path.of("/"), launcher, "nonsense"))
                .contains("howdah: Unmatched argument at index 0: 'nonsense'", "exit code 2");
        assertThat(run(Path.of("/"), launcher, "work", "a b", "--", "no such command"))
                .contains("howdah: there is no command no such command", "exit code 2");
    }

    private static String run(Path folder, Path launcher, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return output + "exit code " + process.waitFor();
    }
}
