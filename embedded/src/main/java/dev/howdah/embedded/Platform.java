package dev.howdah.embedded;

import java.util.Locale;

/** The operating system and processor this JVM runs on, by the names the binaries use. */
record Platform(String system, String processor) {

    static final Platform HERE = of(System.getProperty("os.name"), System.getProperty("os.arch"));

    static Platform of(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT);
        String system = os.startsWith("windows") ? "windows" : os.startsWith("mac") ? "darwin" : os;
        String processor = switch (osArch.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "arm_64";
            default -> osArch;
        };
        return new Platform(system, processor);
    }

    /** The archive's name in the jar of this platform. */
    String archive() {
        return "postgres-" + system + "-" + processor + ".txz";
    }

    boolean isWindows() {
        return system.equals("windows");
    }

    boolean isMac() {
        return system.equals("darwin");
    }

    boolean isLinux() {
        return system.equals("linux");
    }
}
