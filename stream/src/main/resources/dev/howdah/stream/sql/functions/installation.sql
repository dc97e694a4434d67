-- The installation itself: which one it is, and its end.

-- The version of PgQue whose language this is.
create or replace function pgque.version() returns text
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select '0.2.0+howdah'
$$;

-- How many tables were changed: always 0, as "howdah install" does what an upgrade needs.
create or replace function pgque.upgrade_schema() returns int
language sql as $$
    select 0
$$;

-- Drops the streams with all their events and jobs, in both languages, and forgets that they were installed, so that
-- "howdah install" can bring them back. Roles are the whole server's, and stay. For the owner alone.
create or replace function pgque.uninstall() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set client_min_messages = warning as $$
begin
    perform pgque.stop();
    perform pgque.stop_timetable();
    if to_regclass('howdah.history') is not null then
        delete from howdah.history where split_part(description, ' ', 1) = 'stream';
    end if;
    drop schema pgque, pgq, howdah_stream cascade;
end
$$;
