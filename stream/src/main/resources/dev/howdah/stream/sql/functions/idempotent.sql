-- send_idem: an event that is sent once for each key, however often it is asked for.

-- Removes keys that have expired, of one queue or, null, of all: how many.
create or replace function howdah_stream.remove_expired_keys(i_queue_id int) returns int
language plpgsql as $$
declare
    v_count int;
begin
    delete from howdah_stream.idempotency
     where idem_expires <= clock_timestamp() and (i_queue_id is null or idem_queue = i_queue_id);
    get diagnostics v_count = row_count;
    return v_count;
end
$$;
