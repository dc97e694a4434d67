package dev.howdah.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** How PostgreSQL, which refuses to run as root, is run all the same. */
sealed interface Unprivileged {

    /** Words to put before a command. */
    List<String> prefix();

    /** Makes the file or folder (with all in it) belong to the user that PostgreSQL runs as. */
    void own(Path path);

    /** Whether the user that PostgreSQL runs as can pass through to the path. */
    boolean reaches(Path path);

    /** Whose path it is that {@link #reaches} denies. */
    default EmbeddedPostgresException cannotReach(Path path) {
        return new EmbeddedPostgresException("PostgreSQL, which does not run as root, cannot reach " + path
                + ": please choose a folder that other users can pass through to");
    }

    /** Directly, unless this process is root: then a user namespace where the system allows it, else user nobody. */
    static Unprivileged forThisProcess() {
        if (!Ownership.isRoot()) {
            return new Directly();
        }
        if (Platform.HERE.isLinux() && Command.succeeds("unshare", "-U", "true")) {
            return new InUserNamespace();
        }
        if (Platform.HERE.isLinux()) {
            return AsOtherUser.nobody();
        }
        throw new EmbeddedPostgresException("PostgreSQL does not run as root: please start this as an ordinary user");
    }

    /** This process is an ordinary user's. */
    record Directly() implements Unprivileged {
        @Override
        public List<String> prefix() {
            return List.of();
        }

        @Override
        public void own(Path path) {}

        @Override
        public boolean reaches(Path path) {
            return true;
        }
    }

    /**
     * A user namespace without mapping: PostgreSQL sees itself as "nobody" while its files stay root's, so it works below
     * /root and nothing changes its owner.
     */
    record InUserNamespace() implements Unprivileged {
        @Override
        public List<String> prefix() {
            return List.of("unshare", "-U");
        }

        @Override
        public void own(Path path) {
            Ownership.give(path, 0);
        }

        @Override
        public boolean reaches(Path path) {
            return true;
        }
    }

    /** For containers that forbid user namespaces: another user of the system, who needs a way to the folders. */
    record AsOtherUser(int uid, int gid) implements Unprivileged {

        static AsOtherUser nobody() {
            try {
                AsOtherUser nobody = new AsOtherUser(id("-u"), id("-g"));
                if (Command.run(nobody.command("true"), Path.of("/")).succeeded()) {
                    return nobody;
                }
            } catch (IOException | NumberFormatException reportedBelow) {
                // no id, no nobody or no setpriv
            }
            throw new EmbeddedPostgresException("PostgreSQL does not run as root, and neither unshare -U nor setpriv"
                    + " works here: please start this as an ordinary user");
        }

        @Override
        public List<String> prefix() {
            return List.of("setpriv", "--reuid=" + uid, "--regid=" + gid, "--clear-groups");
        }

        @Override
        public void own(Path path) {
            Ownership.give(path, uid);
        }

        @Override
        public boolean reaches(Path path) {
            try {
                return Command.run(command("test", "-x", path.toString()), Path.of("/"))
                        .succeeded();
            } catch (IOException e) {
                return false;
            }
        }

        private List<String> command(String... words) {
            return Stream.concat(prefix().stream(), Stream.of(words)).toList();
        }

        private static int id(String option) throws IOException {
            return Integer.parseInt(
                    Command.run(List.of("id", option, "nobody"), Path.of("/")).lastLine());
        }
    }
}
