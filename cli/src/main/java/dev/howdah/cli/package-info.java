/** The command line: one class a command. */
@NullMarked
package dev.howdah.cli;

import org.jspecify.annotations.NullMarked;
