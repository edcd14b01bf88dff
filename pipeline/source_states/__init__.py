"""Source states: is a source well, and if not, what is wrong? Judged by its own history.

``observations`` is what an hour brought, ``history`` what was learnt of a source and the evidence
since then, ``verdict`` the state with its reason. All functions are pure; arrays have a row for
each source, so that a thousand sources are judged together.
"""
