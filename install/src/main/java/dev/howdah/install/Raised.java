package dev.howdah.install;

import java.sql.SQLException;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLWarning;
import org.postgresql.util.ServerErrorMessage;

/** Tells what a script said itself, by PL/pgSQL's RAISE, from what PostgreSQL has to say about the script. */
final class Raised {

    private Raised() {}

    /** Whether this notice or error comes from a RAISE. */
    static boolean by(SQLException message) {
        ServerErrorMessage server = null;
        if (message instanceof PSQLWarning warning) {
            server = warning.getServerErrorMessage();
        } else if (message instanceof PSQLException error) {
            server = error.getServerErrorMessage();
        }
        return server != null && "exec_stmt_raise".equals(server.getRoutine());
    }
}
