-- Everything of the streams, their events included.

drop schema if exists pgque, pgq, howdah_stream cascade;
