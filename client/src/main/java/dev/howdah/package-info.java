/** {@link dev.howdah.Howdah}: the one object an application starts from. */
@NullMarked
package dev.howdah;

import org.jspecify.annotations.NullMarked;
