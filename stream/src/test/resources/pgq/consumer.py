"""Prints what a queue gives, one line an event: id, type, data, how often it was retried. Events 'again' want a retry."""
import sys

import pgq


class Printer(pgq.Consumer):
    def process_event(self, db, event):
        print("event", event.id, event.type, event.data, event.retry or 0, flush=True)
        if event.type == "again" and not event.retry:
            event.tag_retry(1)
        else:
            event.tag_done()


Printer("printer", "source", sys.argv[1:]).start()
