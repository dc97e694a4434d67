/** Puts it together: the wings' duties, the gateway and the connections they share, as one process on one database. */
@NullMarked
package dev.howdah.server;

import org.jspecify.annotations.NullMarked;
