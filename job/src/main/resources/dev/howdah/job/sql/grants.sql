-- Nobody may enqueue by being there. For a role that may:
--     grant insert, select on pgqueuer, pgqueuer_log to the_role;
--     grant usage, select on sequence pgqueuer_id_seq to the_role;
--     grant execute on function fn_pgqueuer_enqueue(text, bytea, int, interval, text, jsonb) to the_role;
--     grant execute on function fn_pgqueuer_enqueue_batch(jsonb) to the_role;
revoke all on function fn_pgqueuer_enqueue(text, bytea, int, interval, text, jsonb) from public;
revoke all on function fn_pgqueuer_enqueue_batch(jsonb) from public;
