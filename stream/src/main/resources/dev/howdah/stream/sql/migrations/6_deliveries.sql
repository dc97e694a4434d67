-- What a worker gets, as workers.sql says it.
create type howdah_stream.delivery as (
    -- whether the batch that it settled was its own; null if it settled none
    settled bool,
    batch howdah_stream.position,
    reading howdah_stream.batch_window,
    -- if there is no batch: how many ids had been drawn, as look() says
    seen bigint
);
