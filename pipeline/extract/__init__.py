"""Pages and plain texts in, articles out; ``extract_page`` and ``extract_text`` are the doors.

Knows nothing of the network, of Postgres and of other pages.
"""
