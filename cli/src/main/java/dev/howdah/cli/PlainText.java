package dev.howdah.cli;

import org.jspecify.annotations.Nullable;

/** Text from messages as a line of a terminal can show it. */
final class PlainText {

    private PlainText() {}

    /** What would end the line or steer the terminal is shown as an escape; null as nothing. */
    static String oneLine(@Nullable String text) {
        if (text == null) {
            return "";
        }
        StringBuilder line = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default -> {
                    if (Character.isISOControl(c)) {
                        line.append("\\u%04x".formatted((int) c));
                    } else {
                        line.append(c);
                    }
                }
            }
        }
        return line.toString();
    }

    /** The same, cut where it is longer. */
    static String oneLine(@Nullable String text, int most) {
        String line = oneLine(text);
        return line.length() <= most ? line : line.substring(0, most - 3) + "...";
    }
}
