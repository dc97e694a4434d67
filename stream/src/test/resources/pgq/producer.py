"""producer.py connstr queue copies: two events by insert_event, then copies of them by COPY, in one transaction."""
import sys

import pgq
import skytools

connstr, queue, copies = sys.argv[1:]
db = skytools.connect_database(connstr)
cursor = db.cursor()
pgq.insert_event(cursor, queue, "one", "inserted", "extra")
pgq.insert_event(cursor, queue, "again", "retried")
pgq.bulk_insert_events(cursor, [["copy", "copied"] for _ in range(int(copies))], ["type", "data"], queue)
db.commit()
