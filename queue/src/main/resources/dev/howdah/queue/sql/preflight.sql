-- pgpro_queue owns the schemas that the queues speak in. Where it lives, nothing is touched.

do $$
declare
    v_found text;
begin
    if to_regnamespace('howdah_queue') is not null then
        return; -- ours
    end if;
    v_found := case
        when exists (select from pg_extension where extname = 'pgpro_queue') then 'the extension pgpro_queue'
        when to_regnamespace('pgpro_queue') is not null then 'a schema pgpro_queue that is not Howdah''s'
        when to_regnamespace('pgpro_queue_data') is not null then 'a schema pgpro_queue_data that is not Howdah''s'
    end;
    if v_found is not null then
        raise exception 'this database holds %: Howdah''s queues need a database without it; nothing was changed', v_found;
    end if;
end
$$;
