-- PgQ and PgQue own the schemas that the streams speak in. Where one of them lives, nothing is touched.

do $$
declare
    v_found text;
begin
    if to_regnamespace('howdah_stream') is not null then
        return; -- ours
    end if;
    v_found := case
        when exists (select from pg_extension where extname = 'pgq') then 'PgQ, as the extension pgq'
        when to_regclass('pgq.event_template') is not null then 'PgQ, in schema pgq'
        when to_regclass('pgque.event_template') is not null then 'PgQue, in schema pgque'
        when to_regnamespace('pgq') is not null then 'a schema pgq that is not Howdah''s'
        when to_regnamespace('pgque') is not null then 'a schema pgque that is not Howdah''s'
    end;
    if v_found is not null then
        raise exception 'this database holds %: Howdah''s streams need a database without it; nothing was changed', v_found;
    end if;
end
$$;
