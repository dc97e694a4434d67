-- From a queue's id to its own functions, for callers in SQL, who name the queue in each call. A call by a name that is
-- put together would be planned each time, which costs more than the call; so the way is written, too, whenever a queue
-- is made or dropped. An id that is not in it, from a transaction that has made a queue and not yet ended for example,
-- goes the slow way. With the caller's rights: whether he may call is the functions' to say.

create or replace function howdah_queue.create_dispatch() returns void
language plpgsql as $create$
declare
    v_sends text;
    v_takes text;
begin
    perform pg_advisory_xact_lock(hashtextextended('howdah queue dispatch', 0)); -- two at once
    select string_agg(howdah_queue.filled($sql$
            when {id} then
                return pgpro_queue_data.send_{id}(
                    i_body, i_body_xml, i_priority, i_properties, i_retries, i_retrydelay, i_enable_time);$sql$,
                'id', queue_id::text), '' order by queue_id),
           string_agg(howdah_queue.filled($sql$
            when {id} then
                select t.body, t.body_xml into body, body_xml
                  from pgpro_queue_data.take_{id}(1, i_hfilter, i_pfilter, i_kind) t;$sql$,
                'id', queue_id::text), '' order by queue_id)
      into v_sends, v_takes
      from pgpro_queue_data.queues;
    execute howdah_queue.filled($sql$
        create or replace function pgpro_queue_data.send(
            i_queue_id int, i_body jsonb, i_body_xml xml, i_priority int, i_properties jsonb, i_retries int,
            i_retrydelay int, i_enable_time timestamptz) returns bigint
        language plpgsql as $$
        declare
            v_msgid bigint;
        begin
            case i_queue_id
            when 0 then null; {sends}
            else
                execute 'select pgpro_queue_data.send_' || i_queue_id || '($1, $2, $3, $4, $5, $6, $7)' into v_msgid
                  using i_body, i_body_xml, i_priority, i_properties, i_retries, i_retrydelay, i_enable_time;
            end case;
            return v_msgid;
        end
        $$ $sql$, 'sends', coalesce(v_sends, ''));
    execute howdah_queue.filled($sql$
        create or replace function pgpro_queue_data.take_one(
            i_queue_id int, i_hfilter jsonb, i_pfilter jsonb, i_kind "char", out body jsonb, out body_xml xml)
        language plpgsql as $$
        begin
            case i_queue_id
            when 0 then null; {takes}
            else
                execute 'select t.body, t.body_xml from pgpro_queue_data.take_' || i_queue_id || '(1, $1, $2, $3) t'
                   into body, body_xml using i_hfilter, i_pfilter, i_kind;
            end case;
        end
        $$ $sql$, 'takes', coalesce(v_takes, ''));
end
$create$;
