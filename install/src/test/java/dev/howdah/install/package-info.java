@NullMarked
package dev.howdah.install;

import org.jspecify.annotations.NullMarked;
