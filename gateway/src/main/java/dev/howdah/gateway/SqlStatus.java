package dev.howdah.gateway;

import dev.howdah.core.SqlErrors;
import java.sql.SQLException;

/** The HTTP status for an SQLSTATE, by PostgREST's table. */
final class SqlStatus {

    private SqlStatus() {}

    static int of(SQLException error) {
        String state = error.getSQLState();
        if (state == null || state.length() != 5) {
            return 500;
        }
        return switch (state) {
            case "57P01" -> 503;
            case "53400", "42P17", "21000" -> 500;
            case "23503", "23505" -> 409;
            case "25006" -> 405;
            case "42883", "42P01" -> 404;
            case "42501" -> 403;
            case "22023" -> isUnknownRole(error) ? 401 : 400;
            default -> ofClass(state);
        };
    }

    private static int ofClass(String state) {
        return switch (state.substring(0, 2)) {
            case "08", "53" -> 503;
            case "09", "25", "2D", "38", "39", "3B", "40", "54", "55", "57", "58", "F0", "HV", "XX" -> 500;
            case "0L", "0P", "28" -> 403;
            case "P0" -> state.equals("P0001") ? 400 : 500;
            case "PT" -> chosen(state);
            default -> 400;
        };
    }

    /** PTnnn is the status nnn, if that can end a request. */
    private static int chosen(String state) {
        String digits = state.substring(2);
        boolean valid =
                digits.chars().allMatch(Character::isDigit) && digits.charAt(0) >= '2' && digits.charAt(0) <= '5';
        return valid ? Integer.parseInt(digits) : 500;
    }

    private static boolean isUnknownRole(SQLException error) {
        return SqlErrors.message(error).matches("role \".*\" does not exist");
    }
}
