package dev.howdah.core;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Half of a surrogate pair is no character, and would be stored as a question mark without a word. */
public final class WholeText {

    /** PostgreSQL's, for bytes that are no characters. */
    private static final String CHARACTER_NOT_IN_REPERTOIRE = "22021";

    private WholeText() {}

    /** @throws SQLException for half of a pair, as PostgreSQL's for bytes that are no characters */
    public static void check(@Nullable String text) throws SQLException {
        for (int i = 0, length = text == null ? 0 : text.length(); i < length; i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                i = endOfPair(text, i);
            }
        }
    }

    /** @param at where there is a surrogate: a pair's first, else it is refused */
    static int endOfPair(String text, int at) throws SQLException {
        if (Character.charCount(text.codePointAt(at)) == 1) {
            throw new SQLException(
                    "character %d of the text is half of a surrogate pair".formatted(at + 1),
                    CHARACTER_NOT_IN_REPERTOIRE);
        }
        return at + 1;
    }
}
