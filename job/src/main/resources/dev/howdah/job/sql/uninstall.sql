drop table if exists pgqueuer, pgqueuer_log, pgqueuer_statistics, pgqueuer_statistics_waiting_times, pgqueuer_rates,
    pgqueuer_schedule_jobs, pgqueuer_schedules;
drop function if exists fn_pgqueuer_enqueue(text, bytea, int, interval, text, jsonb);
drop function if exists fn_pgqueuer_enqueue_batch(jsonb);
drop function if exists fn_pgqueuer_check_batch(jsonb);
drop function if exists fn_pgqueuer_checked_headers(jsonb);
drop function if exists fn_pgqueuer_checked_delay(interval);
drop function if exists fn_pgqueuer_changed();
drop function if exists fn_pgqueuer_without_waiting_time();
drop function if exists fn_pgqueuer_without_slot();
drop cast if exists (pgqueuer_statistics_status as pgqueuer_status);
drop type if exists pgqueuer_status;
drop type if exists pgqueuer_statistics_status;
