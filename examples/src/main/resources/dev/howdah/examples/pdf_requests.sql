-- What the application has beside its queues. Run again at each start.

create table if not exists pdf_template (
    name text primary key,
    -- %s is what the request says
    text text not null
);

insert into pdf_template values ('letter', 'Dear %s!') on conflict do nothing;

create table if not exists pdf_file (
    id bigint generated always as identity primary key,
    -- of the message that asked for it: nobody gets a file twice
    request bigint not null unique,
    content bytea not null
);

create table if not exists pdf_log (
    line text not null
);

-- The callback: the server calls it with each message of its queue, in the transaction that reads it.
create or replace procedure note_pdf(message jsonb)
language plpgsql as $$
begin
    insert into pdf_log values (format('request %s: %s bytes for %s', message ->> 'request', message ->> 'bytes', message ->> 'for'));
end
$$;
