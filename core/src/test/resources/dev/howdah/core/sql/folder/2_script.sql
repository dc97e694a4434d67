select 'ä';
