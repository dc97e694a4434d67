/** Programs to read and to run, each of which shows one way to use Howdah. */
@NullMarked
package dev.howdah.examples;

import org.jspecify.annotations.NullMarked;
