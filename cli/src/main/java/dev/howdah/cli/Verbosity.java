package dev.howdah.cli;

import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** {@code --verbose}, for every command. Set before the first logger is made, because logback.xml reads it. */
final class Verbosity {

    private static final String LEVEL = "howdah.log.level";
    private static final String STACK = "howdah.log.stack";

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Log what is done, and show stack traces of errors.")
    void verbose(boolean on) {
        if (on) {
            System.setProperty(LEVEL, "debug");
            System.setProperty(STACK, "%ex");
        }
    }

    static boolean isVerbose() {
        return System.getProperty(STACK) != null;
    }
}
