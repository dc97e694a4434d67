/**
 * Applies and upgrades the wings' SQL, removes it, and prints it for a DBA. Knows no wing: it finds their
 * {@link dev.howdah.core.WingSql} on the class path.
 */
@NullMarked
package dev.howdah.install;

import org.jspecify.annotations.NullMarked;
