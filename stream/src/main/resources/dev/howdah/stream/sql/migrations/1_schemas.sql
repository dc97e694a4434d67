-- pgque: the engine's own language. pgq: the older one, over the same engine. howdah_stream: the engine itself, nobody's API.

create schema pgque;
create schema pgq;
create schema howdah_stream;

comment on schema pgque is 'Howdah streams, as PgQue''s clients know them';
comment on schema pgq is 'Howdah streams, as PgQ''s clients know them';
comment on schema howdah_stream is 'Howdah streams: the engine';

-- what receive() gives
create type pgque.message as (
    msg_id bigint,
    batch_id bigint,
    type text,
    payload text,
    retry_count int,
    created_at timestamptz,
    extra1 text,
    extra2 text,
    extra3 text,
    extra4 text
);
