package dev.howdah.core;

import java.util.List;

/**
 * A wing's SQL, as the wing hands it to whoever installs it; found by {@link java.util.ServiceLoader}. Every script runs
 * with a search_path of the schema to install into and {@code pg_temp}, in a transaction of its own.
 */
public interface WingSql {

    /** The wing's name in the field's terms: {@code stream}, {@code queue}, {@code job}. */
    String name();

    /** The first part of its migrations' version numbers: a number of its own, never changed. */
    int number();

    /** Group roles that it grants to, created without login where they are missing. Default: none. */
    default List<String> roles() {
        return List.of();
    }

    /** Raises an error, in one clear line, if the wing can't live in this database; changes nothing. */
    SqlScript preflight();

    /** Run once each, in this order; append only. */
    List<SqlScript> migrations();

    /** Functions, views and, last, grants: all run again whenever one of them has changed. */
    List<SqlScript> functions();

    /** Removes everything of the wing, its data included. */
    SqlScript uninstall();
}
