package dev.howdah.job;

import com.cronutils.model.definition.CronDefinition;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import dev.howdah.core.HowdahException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * When something is to happen: minute, hour, day of the month, month, day of the week and, as PGQueuer has it, the second
 * last, or none for 0.
 *
 * <p>When clocks change it goes as cron's manual has it: what has a fixed hour and minute happens once, right after the gap
 * if its time falls into it, the first time if its time comes twice. What has a star there goes by the real time.
 */
final class CronExpression {

    private static final CronDefinition FIELDS = CronDefinitionBuilder.defineCron()
            .withSeconds()
            .withStrictRange()
            .and()
            .withMinutes()
            .withStrictRange()
            .and()
            .withHours()
            .withStrictRange()
            .and()
            .withDayOfMonth()
            .withStrictRange()
            .and()
            .withMonth()
            .withStrictRange()
            .and()
            .withDayOfWeek()
            .withValidRange(0, 7)
            .withMondayDoWValue(1)
            .withIntMapping(7, 0)
            .withStrictRange()
            .and()
            .instance();

    private final String text;
    private final ExecutionTime times;
    private final boolean goesByRealTime;

    private CronExpression(String text, ExecutionTime times, boolean goesByRealTime) {
        this.text = text;
        this.times = times;
        this.goesByRealTime = goesByRealTime;
    }

    /** @throws HowdahException.InvalidInput if it is none */
    static CronExpression parse(String text) {
        List<String> fields = new ArrayList<>(List.of(text.strip().split("\\s+")));
        if (fields.size() != 5 && fields.size() != 6) {
            throw new HowdahException.InvalidInput("\"" + text
                    + "\" is no cron expression: it needs minute, hour, day, month, weekday and perhaps second, got "
                    + fields.size() + " fields");
        }
        fields.add(0, fields.size() == 6 ? fields.remove(5) : "0");
        try {
            var cron = new CronParser(FIELDS).parse(String.join(" ", fields));
            return new CronExpression(
                    text,
                    ExecutionTime.forCron(cron),
                    fields.get(1).startsWith("*") || fields.get(2).startsWith("*"));
        } catch (IllegalArgumentException e) {
            throw new HowdahException.InvalidInput("\"" + text + "\" is no cron expression: " + e.getMessage());
        }
    }

    /**
     * The first time after {@code after}.
     *
     * @throws HowdahException.InvalidInput if there is none, as for the 30th of February
     */
    Instant next(Instant after, ZoneId zone) {
        ZoneRules rules = zone.getRules();
        return goesByRealTime ? nextByRealTime(after, rules) : nextByClock(after, rules);
    }

    /** As the clock goes until it is changed, then as it goes from there. */
    private Instant nextByRealTime(Instant after, ZoneRules rules) {
        ZoneOffset offset = rules.getOffset(after);
        LocalDateTime from = LocalDateTime.ofInstant(after, offset);
        while (true) {
            Instant next = nextLocal(from).toInstant(offset);
            ZoneOffsetTransition change = rules.nextTransition(from.toInstant(offset));
            if (change == null || next.isBefore(change.getInstant())) {
                return next;
            }
            offset = change.getOffsetAfter();
            from = change.getDateTimeAfter().minusNanos(1); // the moment itself may be next
            if (nextLocal(from).equals(change.getDateTimeAfter())) {
                return change.getInstant();
            }
            from = change.getDateTimeAfter();
        }
    }

    private Instant nextByClock(Instant after, ZoneRules rules) {
        LocalDateTime local = LocalDateTime.ofInstant(after, rules.getOffset(after));
        while (true) {
            local = nextLocal(local);
            ZoneOffsetTransition gap = rules.getTransition(local);
            Instant next = gap != null && gap.isGap()
                    ? gap.getInstant()
                    : local.toInstant(rules.getValidOffsets(local).get(0));
            if (next.isAfter(after)) {
                return next;
            }
        }
    }

    /** Without any change of clocks. */
    private LocalDateTime nextLocal(LocalDateTime after) {
        return Optional.of(after.atZone(ZoneOffset.UTC))
                .flatMap(times::nextExecution)
                .orElseThrow(() -> new HowdahException.InvalidInput("\"" + text + "\" never comes"))
                .toLocalDateTime();
    }
}
