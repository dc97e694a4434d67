-- PgQue's way to send: payloads as text or jsonb, 'default' for no type, the partition key in ev_extra1. In the caller's
-- transaction, as every insert.

do $do$
declare
    v_payload text;
    v_text text;
begin
    -- text and jsonb differ in nothing but the payload's type
    foreach v_payload in array array['text', 'jsonb'] loop
        v_text := case v_payload when 'text' then '' else '::text' end;
        execute format($sql$
            create or replace function pgque.send(queue_name text, payload %1$s) returns bigint
            language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
            begin
                return howdah_stream.insert_event(queue_name, 'default', payload%2$s, null, null, null, null);
            end
            $$;

            create or replace function pgque.send(queue_name text, type_name text, payload %1$s) returns bigint
            language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
            begin
                return howdah_stream.insert_event(queue_name, type_name, payload%2$s, null, null, null, null);
            end
            $$;

            create or replace function pgque.send(i_queue text, i_type text, i_payload %1$s, i_partition_key text)
            returns bigint
            language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
            begin
                return howdah_stream.insert_event(i_queue, i_type, i_payload%2$s, i_partition_key, null, null, null);
            end
            $$;

            create or replace function pgque.send_batch(queue_name text, type_name text, payloads %1$s[])
            returns bigint[]
            language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
            begin
                if payloads is null then
                    raise exception 'payloads must not be null';
                end if;
                return howdah_stream.insert_events(
                    queue_name, array_fill(type_name, array[cardinality(payloads)]), payloads%2$s%3$s);
            end
            $$;

            create or replace function pgque.send_batch(queue_name text, payloads %1$s[]) returns bigint[]
            language sql security definer set search_path = pg_catalog, pg_temp as $$
                select pgque.send_batch(queue_name, 'default', payloads)
            $$;
            $sql$, v_payload, v_text, case v_payload when 'text' then '' else '[]' end);
    end loop;
end
$do$;
