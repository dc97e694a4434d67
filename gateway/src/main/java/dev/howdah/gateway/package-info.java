/**
 * The HTTP door: SQL functions called by POST and GET on {@code /rpc/FUNCTION}, in the protocol of PostgREST. Values are
 * converted by PostgreSQL, so errors are its own.
 */
@NullMarked
package dev.howdah.gateway;

import org.jspecify.annotations.NullMarked;
