package dev.howdah.stream;

import org.jspecify.annotations.Nullable;

/**
 * An event to be sent. What its fields hold is the application's to say; {@code data} is JSON as a rule.
 *
 * @param type PgQue's default is {@code default}
 * @param extra1 the partition key, for consumers with partitions
 */
public record NewEvent(
        @Nullable String type,
        @Nullable String data,
        @Nullable String extra1,
        @Nullable String extra2,
        @Nullable String extra3,
        @Nullable String extra4) {

    /** The type of events that are sent without one. */
    public static final String DEFAULT_TYPE = "default";

    public static NewEvent of(String data) {
        return of(DEFAULT_TYPE, data);
    }

    public static NewEvent of(String type, String data) {
        return new NewEvent(type, data, null, null, null, null);
    }

    /** Of the events with one key, a partitioned consumer handles one after the other, in their order. */
    public NewEvent withKey(String key) {
        return new NewEvent(type, data, key, extra2, extra3, extra4);
    }

    public NewEvent withExtra2(String value) {
        return new NewEvent(type, data, extra1, value, extra3, extra4);
    }

    public NewEvent withExtra3(String value) {
        return new NewEvent(type, data, extra1, extra2, value, extra4);
    }

    public NewEvent withExtra4(String value) {
        return new NewEvent(type, data, extra1, extra2, extra3, value);
    }
}
