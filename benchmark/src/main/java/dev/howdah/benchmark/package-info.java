/** How fast Howdah is: workloads, each measured beside a baseline in the same run. */
@NullMarked
package dev.howdah.benchmark;

import org.jspecify.annotations.NullMarked;
