package dev.howdah.job;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** In what an adopted database differs from a fresh one, and what its owner is told about it. */
final class AdoptionDifferences {

    private AdoptionDifferences() {}

    private static final Pattern NAME = Pattern.compile("(?:index|trigger).* (?:INDEX|TRIGGER) (\\w+) .*"
            + "|((?:column|type|constraint|cast) \\S+(?: \\S+ to \\S+)?"
            + "|relation \\S+ kind . persistence .|function \\w+).*");

    /** The names of what one dump has and the other has not or has otherwise; the order of columns aside. */
    static List<String> between(List<String> fresh, List<String> adopted) {
        return Stream.concat(
                        lines(fresh).filter(line -> !adopted.contains(line)).map(line -> "- " + name(line)),
                        lines(adopted).filter(line -> !fresh.contains(line)).map(line -> "+ " + name(line)))
                .toList();
    }

    private static Stream<String> lines(List<String> dump) {
        return dump.stream().filter(line -> !line.startsWith("order of "));
    }

    private static String name(String line) {
        Matcher matcher = NAME.matcher(line.lines().findFirst().orElse(""));
        return !matcher.matches() ? line : matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
    }

    /** What may be, and has to be, otherwise. */
    static List<String> allowed(AdoptionEra era, int major) {
        List<String> allowed = new ArrayList<>();
        if (era.hasOwnStatisticsStatus()) {
            allowed.add("+ cast from pgqueuer_statistics_status to pgqueuer_status");
            allowed.add("+ type public.pgqueuer_statistics_status");
        }
        if (era.hasWaitingTime()) {
            allowed.add("+ column public.pgqueuer_statistics.time_in_queue");
            allowed.add("+ pgqueuer_statistics_unique_waiting_time");
            allowed.add("+ function fn_pgqueuer_without_waiting_time");
            allowed.add("+ tg_pgqueuer_without_waiting_time");
            allowed.add("+ relation public.pgqueuer_statistics_waiting_times kind r persistence p");
            Stream.of("id", "created", "count", "priority", "time_in_queue", "status", "entrypoint")
                    .forEach(column -> allowed.add("+ column public.pgqueuer_statistics_waiting_times." + column));
        }
        if (era.hasUnloggedLog()) {
            allowed.add("- relation public.pgqueuer_log kind r persistence p");
            allowed.add("+ relation public.pgqueuer_log kind r persistence u");
            if (major >= 15) {
                allowed.add("- relation public.pgqueuer_log_id_seq kind S persistence p");
                allowed.add("+ relation public.pgqueuer_log_id_seq kind S persistence u");
            }
        }
        if (era.since(AdoptionEra.V0_20)) {
            allowed.add("- column public.pgqueuer_log.aggregated");
            allowed.add("+ column public.pgqueuer_log.aggregated");
            if (major >= 18) {
                allowed.add("- constraint pgqueuer_log_aggregated_not_null");
            }
        }
        if (era == AdoptionEra.V0_26_UPGRADED) {
            allowed.add("+ pgqueuer_heartbeat_id_id1_idx");
        }
        if (era.since(AdoptionEra.V1_1)) {
            allowed.add("- pgqueuer_log_not_aggregated");
            allowed.add("+ pgqueuer_log_not_aggregated");
        }
        if (era.hasSlots()) {
            allowed.add("+ column public.pgqueuer.slot");
            allowed.add("+ pgqueuer_picked_slot_idx");
            allowed.add("+ function fn_pgqueuer_without_slot");
            allowed.add("+ tg_pgqueuer_without_slot");
        }
        if (era.since(AdoptionEra.V2_0)) {
            allowed.add("+ pgqueuer_picked_heartbeat_idx");
            allowed.add("+ pgqueuer_statistics_created");
        }
        return allowed;
    }

    static List<String> notices(AdoptionEra era) {
        List<String> notices = new ArrayList<>();
        if (era.hasWaitingTime()) {
            notices.add("pgqueuer_statistics_waiting_times has the rows of pgqueuer_statistics as they were");
            notices.add("pgqueuer_statistics: 18 rows were added to others of the same second; no count is lost");
            notices.add("pgqueuer_statistics.time_in_queue is zero from now on, here and in rows to come");
        }
        if (!era.since(AdoptionEra.V1_3)) {
            notices.add("pgqueuer had int ids, they are bigint now");
            if (era.since(AdoptionEra.V0_18)) {
                notices.add("pgqueuer_schedules had int ids, they are bigint now");
            }
            notices.add("pgqueuer_statistics had int ids, they are bigint now");
        }
        if (era.hasUnloggedLog()) {
            notices.add("pgqueuer_log is unlogged, as it was: a crash empties it;"
                    + " \"alter table pgqueuer_log set logged\" makes it durable");
        }
        if (era.since(AdoptionEra.V1_3)) {
            notices.add("everybody could execute fn_pgqueuer_enqueue; now only those can to whom it is granted");
        }
        return notices;
    }
}
