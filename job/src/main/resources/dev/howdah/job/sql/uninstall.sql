drop table if exists pgqueuer, pgqueuer_log, pgqueuer_statistics, pgqueuer_schedules;
drop function if exists fn_pgqueuer_enqueue(text, bytea, int, interval, text, jsonb);
drop function if exists fn_pgqueuer_checked_headers(jsonb);
drop function if exists fn_pgqueuer_checked_delay(interval);
drop function if exists fn_pgqueuer_changed();
drop type if exists pgqueuer_status;
drop type if exists pgqueuer_statistics_status;
