@NullMarked
package dev.howdah.server;

import org.jspecify.annotations.NullMarked;
