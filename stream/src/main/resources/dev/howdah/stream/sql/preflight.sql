-- PgQ and PgQue own the schemas that the streams speak in. Where one of them lives, nothing is touched. Nor where the
-- roles are there already, made by somebody else, and only that one can make members of them.

do $$
declare
    v_found text;
    v_wanted text;
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
    select string_agg(format('grant %I to %I;', member_of, admin), ' ' order by member_of)
      into v_wanted
      from (values ('pgque_reader', 'pgque_admin'), ('pgque_writer', 'pgque_admin'),
                   ('pgq_reader', 'pgq_admin'), ('pgq_writer', 'pgq_admin')) wanted (member_of, admin)
      join pg_roles r on r.rolname = member_of
     where not exists (select from pg_roles a where a.rolname = admin and pg_has_role(a.oid, r.oid, 'member'))
       and not pg_has_role(r.oid, 'member with admin option')
       and not (current_setting('server_version_num')::int < 160000
                and (select rolcreaterole from pg_roles where rolname = current_user));
    if v_wanted is not null then
        raise exception 'the streams'' roles are there, made by somebody else; a DBA has to run this first: %', v_wanted;
    end if;
end
$$;
