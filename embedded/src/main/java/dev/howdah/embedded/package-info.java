/** A real PostgreSQL out of a jar, without an installation: for {@code howdah up} and for tests. */
@NullMarked
package dev.howdah.embedded;

import org.jspecify.annotations.NullMarked;
