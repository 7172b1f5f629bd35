"""From a code block of a document to the requests it would send. Pure functions; nothing is executed."""
