@NullMarked
package dev.howdah.core;

import org.jspecify.annotations.NullMarked;
