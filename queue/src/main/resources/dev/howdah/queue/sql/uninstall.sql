-- Everything of the queues, their messages included.

drop schema if exists pgpro_queue, pgpro_queue_data, howdah_queue cascade;
