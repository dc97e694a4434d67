@NullMarked
package dev.howdah.gateway;

import org.jspecify.annotations.NullMarked;
