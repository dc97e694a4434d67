/** Fresh databases on a real PostgreSQL, for the tests of applications and of Howdah itself. */
@NullMarked
package dev.howdah.testkit;

import org.jspecify.annotations.NullMarked;
