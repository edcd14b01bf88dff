"""Records become rows here, exactly once: the store, its schema, its runs and the embedded server.

Knows nothing of HTTP, HTML or language. Other rooms declare what they want remembered as a Protocol
(site memory, host pace, duplicate candidates); this room implements it on Postgres.
"""
